#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "ike/base/result.hpp"

namespace ike {

/// Octets somebody else owns. A view never outlives the call, or the value it looks into.
using ByteView = std::span<const std::uint8_t>;

/// What is wrong with octets from the wire.
enum class Fault : std::uint8_t {
  truncated,      ///< a field, or what a length announces, passes the end
  bad_length,     ///< a length contradicts its own field sizes or its registry
  bad_value,      ///< a value that the RFC forbids there
  trailing,       ///< octets are left over
  chain_broken,   ///< next payload and lengths do not lead to an end
  limit_reached,  ///< one of our named limits; the rest was not read
};

/// The name of `fault` as reports print it, such as "truncated".
constexpr std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::truncated: return "truncated";
    case Fault::bad_length: return "bad length";
    case Fault::bad_value: return "bad value";
    case Fault::trailing: return "trailing octets";
    case Fault::chain_broken: return "broken chain";
    case Fault::limit_reached: return "limit reached";
  }
  return "fault";
}

/// Why a decoder stopped. `offset` counts octets from the start of what that decoder was given;
/// `field` is the RFC's own word for the field and points to a literal.
struct DecodeError {
  Fault fault{};
  std::size_t offset{};
  std::string_view field;

  friend constexpr bool operator==(const DecodeError&, const DecodeError&) = default;
};

template <typename Value>
using Decoded = Result<Value, DecodeError>;

/// Reads big-endian fields in wire order and cannot pass the end: the first fault sticks, later reads
/// give zero and empty views, `finish` tells. A decoder therefore reads like the RFC's figure.
class ByteReader {
 public:
  explicit constexpr ByteReader(ByteView octets) noexcept : rest_{octets}, size_{octets.size()} {}

  constexpr std::uint8_t u8(std::string_view field) noexcept { return static_cast<std::uint8_t>(number<1>(field)); }
  constexpr std::uint16_t u16(std::string_view field) noexcept { return static_cast<std::uint16_t>(number<2>(field)); }
  constexpr std::uint32_t u32(std::string_view field) noexcept { return static_cast<std::uint32_t>(number<4>(field)); }
  constexpr std::uint64_t u64(std::string_view field) noexcept { return number<8>(field); }

  constexpr ByteView take(std::size_t count, std::string_view field) noexcept {
    if (count > rest_.size()) {
      fail(Fault::truncated, field);
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  /// Everything that is left; may be empty.
  constexpr ByteView rest() noexcept {
    const ByteView taken = rest_;
    rest_ = {};
    offset_after_rest_ = true;
    return taken;
  }
  [[nodiscard]] constexpr bool more() const noexcept { return !rest_.empty(); }
  [[nodiscard]] constexpr std::size_t left() const noexcept { return rest_.size(); }
  /// Octets read so far.
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return error_ ? error_->offset : offset_after_rest_ ? size_ : size_ - rest_.size(); }

  constexpr void fail(Fault fault, std::string_view field) noexcept {
    if (!error_) error_ = DecodeError{fault, offset(), field};
    rest_ = {};  // nothing is left to read: every loop on more() ends
  }
  [[nodiscard]] constexpr bool failed() const noexcept { return error_.has_value(); }
  [[nodiscard]] constexpr const std::optional<DecodeError>& error() const noexcept { return error_; }

  /// `value` when every read succeeded and nothing is left over, else the first fault.
  template <typename Value>
  constexpr Decoded<Value> finish(Value value) noexcept {
    if (!error_ && more()) fail(Fault::trailing, "end");
    if (error_) return *error_;
    return value;
  }

 private:
  template <std::size_t width>
  constexpr std::uint64_t number(std::string_view field) noexcept {
    if (rest_.size() < width) {
      fail(Fault::truncated, field);
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | rest_[i];
    rest_ = rest_.subspan(width);
    return value;
  }

  ByteView rest_;
  std::size_t size_;
  bool offset_after_rest_ = false;
  std::optional<DecodeError> error_;
};

/// Big-endian numbers at `at`; the caller has checked that the octets are there.
template <typename Number>
constexpr Number load_be(const std::uint8_t* at) noexcept {
  if (!std::is_constant_evaluated()) {
    Number value;
    std::memcpy(&value, at, sizeof value);  // one load; the loop below is seldom seen through
    if constexpr (std::endian::native == std::endian::big) return value;
    else if constexpr (sizeof value == 8) return __builtin_bswap64(value);
    else if constexpr (sizeof value == 4) return __builtin_bswap32(value);
    else return __builtin_bswap16(value);
  }
  Number value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = static_cast<Number>(value << 8U | at[i]);
  return value;
}
constexpr std::uint16_t load_be16(const std::uint8_t* at) noexcept { return load_be<std::uint16_t>(at); }
constexpr std::uint32_t load_be32(const std::uint8_t* at) noexcept { return load_be<std::uint32_t>(at); }
constexpr std::uint64_t load_be64(const std::uint8_t* at) noexcept { return load_be<std::uint64_t>(at); }

}  // namespace ike
