#pragma once

#include <cstdint>
#include <optional>

#include "ike/base/bytes.hpp"

namespace ike::isakmp {

/// One attribute of a transform or of a mode config payload (RFC 2408 3.3). Basic: `value` holds its two
/// octets; variable: `octets` views its value, and `value` the same as a number when it has at most 8 octets.
struct Attribute {
  std::uint16_t type = 0;  ///< without the AF bit
  bool basic = false;
  std::uint64_t value = 0;
  ByteView octets;
};

/// Walks an attribute list without allocating.
class AttributeReader {
 public:
  explicit constexpr AttributeReader(ByteView list) noexcept : list_{list} {}

  /// Reads the next attribute into `attribute`; false at the end and at a fault.
  bool next(Attribute& attribute) noexcept;
  /// Where the list broke, counted from its start.
  [[nodiscard]] const std::optional<DecodeError>& error() const noexcept { return error_; }
  /// Octets read so far.
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }

 private:
  ByteView list_;
  std::size_t at_ = 0;
  std::optional<DecodeError> error_;
};

/// Attributes in one list that are kept: the registries have 17 classes, Unity replies about 40.
inline constexpr std::size_t max_attributes = 64;

}  // namespace ike::isakmp
