#include "output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>

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

void complain(std::string_view line) {
  std::string text = "ikescope: ";
  for (const char c : line) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) {
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", octet);
    } else {
      text += c;
    }
  }
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace ike::app
