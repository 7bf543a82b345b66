#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace ike::app {

/// What goes to the helper: its kind, then numbers and texts one after another. The helper takes nothing for granted.
enum class HelperMessage : std::uint8_t { packet, finding, log, metrics };

inline constexpr std::size_t max_helper_message = 160 * 1024;

class MessageWriter {
 public:
  explicit MessageWriter(HelperMessage kind) { number(static_cast<std::uint8_t>(kind)); }
  template <typename Number>
  MessageWriter& number(const Number& value) {
    static_assert(std::is_trivially_copyable_v<Number>);
    octets_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  MessageWriter& text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    octets_ += value;
    return *this;
  }
  [[nodiscard]] const std::string& octets() const noexcept { return octets_; }

 private:
  std::string octets_;
};

/// Reads past no end: then everything is zero and empty, and ok() false.
class MessageReader {
 public:
  explicit MessageReader(std::string_view octets) : rest_{octets} {}
  template <typename Number>
  Number number() {
    Number value{};
    if (rest_.size() < sizeof value) {
      ok_ = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace ike::app
