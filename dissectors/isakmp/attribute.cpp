#include "ike/isakmp/attribute.hpp"

namespace ike::isakmp {

bool AttributeReader::next(Attribute& attribute) noexcept {
  if (error_ || at_ == list_.size()) return false;
  const auto rest = list_.subspan(at_);
  if (rest.size() < 4) {
    error_ = DecodeError{Fault::truncated, at_, rest.size() < 2 ? "Attribute Type" : "Attribute Length"};
    return false;
  }
  const auto type = load_be16(rest.data());
  const auto second = load_be16(rest.data() + 2);
  attribute.type = static_cast<std::uint16_t>(type & 0x7fffU);
  attribute.basic = (type & 0x8000U) != 0;
  if (attribute.basic) {
    attribute.octets = rest.subspan(2, 2);
    attribute.value = second;
    at_ += 4;
    return true;
  }
  if (second > rest.size() - 4) {
    error_ = DecodeError{Fault::truncated, at_ + 2, "Attribute Value"};
    return false;
  }
  attribute.octets = rest.subspan(4, second);
  attribute.value = 0;
  if (second <= 8) {
    for (const auto octet : attribute.octets) attribute.value = attribute.value << 8U | octet;
  }
  at_ += 4U + second;
  return true;
}

}  // namespace ike::isakmp
