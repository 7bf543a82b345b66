#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "output.hpp"

namespace ike::app {

Terminal::Terminal() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &before_) != 0) throw std::runtime_error{"--table: needs a terminal; leave it out to get lines"};
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // signals stay: ^C ends it as ever
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  measure();
  write("\x1b[?1049h\x1b[?25l");
}

Terminal::~Terminal() {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  try {
    write("\x1b[?25h\x1b[?1049l");
    flush_output();
  } catch (...) {  // it is gone
  }
}

std::string Terminal::typed() {
  std::array<char, 64> octets{};
  const auto length = ::read(STDIN_FILENO, octets.data(), octets.size());
  return {octets.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

void Terminal::measure() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return;
  width_ = size.ws_col;
  height_ = size.ws_row;
}

void Terminal::draw(std::string_view lines) {
  measure();  // for the next one
  std::string out = "\x1b[H";
  for (const char c : lines) {
    if (c == '\n') out += "\x1b[K\r\n";
    else out += c;
  }
  out += "\x1b[K\x1b[J";
  write(out);
  flush_output();
}

}  // namespace ike::app
