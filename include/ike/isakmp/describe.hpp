#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/message.hpp"

namespace ike::isakmp {

/// One line of a readable decode; `indent` counts levels, not blanks.
struct Line {
  unsigned indent = 0;
  std::string text;
};

/// Appends a full field-by-field decode of `message`: header, every payload, names beside numbers, faults
/// with their offset from the start of the message. Unknown octets as hex, at most 64 of them. Nothing from the
/// wire reaches a line unescaped, and secrets of XAUTH (password, passcode, PIN, answer) are never shown.
void describe(const Message& message, std::vector<Line>& out);

}  // namespace ike::isakmp
