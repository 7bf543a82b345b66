#pragma once

#include <string>
#include <string_view>

namespace ike::report {

/// `text` with every {word} replaced by what `value(word)` gives. Values are not expanded again.
template <typename Value>
std::string expand(std::string_view text, const Value& value) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    out += value(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace ike::report
