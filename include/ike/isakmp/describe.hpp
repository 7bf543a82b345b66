#pragma once

#include <cstdint>
#include <functional>
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

/// Called behind the lines of every payload, so that a caller who knows more than one message tells (certificates,
/// the offer that this answers) can add lines of its own; those of a payload have indent 2.
using MoreLines = std::function<void(const Payload&, std::vector<Line>&)>;

/// Appends a full field-by-field decode of `message`: header, every payload, names beside numbers, faults
/// with their offset from the start of the message, reserved octets that are not zero, padding and what is left
/// over. Unknown octets as hex, at most 64 of them. Nothing from the wire reaches a line unescaped, and secrets of
/// XAUTH (password, passcode, PIN, answer) are never shown.
void describe(const Message& message, std::vector<Line>& out, const MoreLines& more = {});

/// The payloads of `message` alone, such as those that a key opened.
void describe_payloads(const Message& message, std::vector<Line>& out, const MoreLines& more = {});

}  // namespace ike::isakmp
