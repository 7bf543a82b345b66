#include "json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace ike::report {
namespace {

/// Octets of the UTF-8 character that `text` begins with; 0 when it begins with none (RFC 3629 4).
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return 0;
  }
  return length;
}

/// Stands for itself in a JSON text; nearly all do.
bool is_plain(char c) { return c >= 0x20 && c != 0x7f && c != '"' && c != '\\'; }

void quote(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto c = static_cast<unsigned char>(text.front());
    std::size_t used = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (const auto length = utf8_length(text); length > 0) {
      out += text.substr(0, length);
      used = length;
    } else {
      out += "\\ufffd";
    }
    text.remove_prefix(used);
  }
  out += '"';
}

}  // namespace

void JsonWriter::separate() {
  if (comma_) buffer_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  buffer_ += '"';
  buffer_ += name;
  buffer_ += "\":";
  comma_ = false;
  return *this;
}

void JsonWriter::open(char bracket) {
  separate();
  buffer_ += bracket;
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  buffer_ += bracket;
  comma_ = true;
  if (buffer_.size() >= limit) flush();
}

void JsonWriter::text(std::string_view value) {
  separate();
  quote(buffer_, value);
}

void JsonWriter::number(std::uint64_t value) {
  separate();
  char digits[20];
  buffer_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void JsonWriter::raw(std::string_view json) {
  separate();
  buffer_ += json;
}

void JsonWriter::flush() {
  if (!buffer_.empty()) write_(buffer_);
  buffer_.clear();
}

}  // namespace ike::report
