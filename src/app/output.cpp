#include "output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

namespace ike::app {
namespace {

[[noreturn]] void fail() {
  if (errno == EPIPE) throw OutputClosed{};
  throw OutputError{fmt::format("cannot write to standard output: {}", std::strerror(errno))};
}

}  // namespace

void write(std::string_view text) {
  [[maybe_unused]] static const int buffered = std::setvbuf(stdout, nullptr, _IOFBF, BUFSIZ);  // on terminals too
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
}

void flush_output() {
  if (std::fflush(stdout) != 0) fail();
}

std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) {
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", octet);
    } else {
      safe += c;
    }
  }
  return safe;
}

void complain(std::string_view line) {
  const std::string text = fmt::format("ikescope: {}\n", printable(line));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace ike::app
