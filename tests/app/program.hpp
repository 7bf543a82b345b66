#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "support/packets.hpp"

/// The program itself, run in a scratch folder.
namespace ike::test {

namespace fs = std::filesystem;

inline std::string slurp(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}
inline void spill(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
}
inline void spill(const fs::path& path, const Bytes& octets) { spill(path, std::string{octets.begin(), octets.end()}); }

struct Outcome {
  int status = -1;
  std::string out;
  std::string error;
};

/// A folder for one test, with `stuck.pcap` and `fine.pcap` in it. Gone with the test.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "ikescope-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    fs::copy_file(fs::path{IKE_PCAPS} / "stalls/psk-mismatch/libreswan-strongswan.pcap", folder_ / "stuck.pcap");
    fs::copy_file(fs::path{IKE_PCAPS} / "main-mode/strongswan-strongswan.pcap", folder_ / "fine.pcap");
  }
  ~Scratch() { fs::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] fs::path operator/(std::string_view name) const { return folder_ / name; }

  /// Runs a shell command in the folder, in which $IKESCOPE is the program.
  [[nodiscard]] Outcome shell(const std::string& command) const {
    const std::string line = "cd '" + folder_.string() + "' && export IKESCOPE='" IKE_PROGRAM "' && { " + command + "; } >.out 2>.error";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(folder_ / ".out"), slurp(folder_ / ".error")};
  }
  /// Runs the program; standard input is empty.
  [[nodiscard]] Outcome run(const std::string& arguments) const { return shell("\"$IKESCOPE\" " + arguments + " </dev/null"); }

 private:
  fs::path folder_;
};

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
inline std::size_t lines(std::string_view text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace ike::test
