// Writes the captures of tests/seeds/seeds.cpp into a folder: make_seeds pcaps/seeds
#include <cstdio>
#include <exception>
#include <string>

#include "seeds/seeds.hpp"

int main(int count, char** words) try {
  if (count != 2) {
    std::fputs("usage: make_seeds FOLDER\n", stderr);
    return 2;
  }
  for (const auto& seed : ike::test::seeds()) {
    ike::test::write_file(std::string{words[1]} + "/" + std::string{seed.name} + ".pcap", seed.pcap);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
