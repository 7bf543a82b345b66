// Writes captures of the matrix for other programs to read: every container of the plain conversation, every link,
// every wrapping, and names them on standard output with the number of IKE packets in each.
#include <cstdio>
#include <string>

#include "matrix/matrix.hpp"

using namespace ike::test;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  const auto write = [&](const std::string& name, const Bytes& octets) {
    write_file(folder + "/" + name, octets);
    std::printf("%s\n", name.c_str());
  };
  const auto all_links = links();
  const auto all_tunnels = tunnels();
  const auto all_containers = containers();
  for (const auto& container : all_containers) {
    write("container-" + container.name, container.file(records(false, all_links.front(), all_tunnels.front()), all_links.front().type));
  }
  for (const bool v6 : {false, true}) {
    const std::string family = v6 ? "6-" : "4-";
    for (const auto& link : all_links) {
      if (!link.tshark || !fits(v6, link, all_tunnels.front())) continue;
      write("link-" + family + link.name, all_containers.front().file(records(v6, link, all_tunnels.front()), link.type));
    }
    for (const auto& tunnel : all_tunnels) {
      write("tunnel-" + family + tunnel.name, all_containers.front().file(records(v6, all_links.front(), tunnel), all_links.front().type));
    }
  }
  return 0;
}
