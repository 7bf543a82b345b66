#pragma once

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ike::app {

/// Whoever read our standard output has gone: nothing left to do, and nothing to complain of.
struct OutputClosed {};

/// Standard output does not take what we write, for example because the disk is full.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes to standard output, fully buffered. Throws OutputClosed or OutputError.
void write(std::string_view text);
/// Writes what is still buffered; call it once before the end.
void flush_output();

/// `text` (a file's name, say) with its control octets escaped.
std::string printable(std::string_view text);

enum class Colour : std::uint8_t;
/// Whether `choice` means colours here: on a terminal, unless NO_COLOR is set.
bool wants_colour(Colour choice);

/// One line on standard error, after the program's name; printable.
void complain(std::string_view line);

}  // namespace ike::app
