#include "output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "options.hpp"

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

bool wants_colour(Colour choice) {
  if (choice != Colour::automatic) return choice == Colour::always;
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = terminal == nullptr || std::string_view{terminal} == "dumb";
  return !refused && !dumb && ::isatty(STDOUT_FILENO) == 1;
}

void complain(std::string_view line) {
  const std::string text = fmt::format("ikescope: {}\n", printable(line));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace ike::app
