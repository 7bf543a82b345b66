#include "ike/crypto/public_value_watch.hpp"

#include <algorithm>

#include "ike/isakmp/sa.hpp"

namespace ike::crypto {
namespace {

using isakmp::ExchangeType;

/// A prime begins with 0xff, those of RFC 5114 (22 to 24) with 0x87 or more: what begins below, and not with 0, is in range.
bool is_plainly_in_range(ByteView value, isakmp::Group group) { return value.front() > 0 && value.front() < (number(group) < 22 ? 0xff : 0x87); }

bool is_curve(isakmp::Group group) {
  const auto n = number(group);
  return (n >= 19 && n <= 21) || (n >= 25 && n <= 30);
}

}  // namespace

void PublicValueWatch::see(const isakmp::Message& message, const net::PacketInfo& packet) {
  const auto& header = message.header;
  const bool aggressive = header.exchange_type == ExchangeType::aggressive;
  if (header.major() != 1 || header.encrypted() || message.cut) return;
  if (!aggressive && (header.exchange_type != ExchangeType::identity_protection || header.responder_cookie == 0)) return;
  auto& slot = chosen_[static_cast<std::size_t>((header.initiator_cookie * 0x9e3779b97f4a7c15U) >> 54U)];
  for (const auto& payload : message.payloads) {
    if (payload.type == isakmp::PayloadType::vendor_id) continue;  // most are
    if (const auto* sa = std::get_if<isakmp::SecurityAssociation>(&payload.content)) slot = {header.initiator_cookie, isakmp::first_phase1_policy(*sa).group};
    const auto* key = std::get_if<isakmp::KeyExchange>(&payload.content);
    if (key != nullptr && !key->public_value.empty() && slot.initiator == header.initiator_cookie) check(key->public_value, slot, packet);
  }
}

void PublicValueWatch::check(ByteView value, const Chosen& chosen, const net::PacketInfo& packet) {
  const auto group = chosen.group;
  const auto expected = isakmp::public_value_length(group);
  if (expected == 0) return;
  auto fault = PublicValueCheck::wrong_length;
  if (value.size() == expected) {
    const bool curve = is_curve(group);
    if (curve ? points_ == max_points : is_plainly_in_range(value, group)) return;
    if (curve) ++points_;
    fault = check_public_value(group, value);
    if (fault != PublicValueCheck::out_of_range && fault != PublicValueCheck::not_on_curve) return;
  }
  if (bad_.size() == max_bad) {
    ++left_out_;
    return;
  }
  const bool again = std::ranges::any_of(bad_, [&](const Bad& one) { return one.initiator == chosen.initiator && one.fault == fault && one.packet.source.address == packet.source.address; });
  if (!again) bad_.push_back({packet, chosen.initiator, group, fault});
}

}  // namespace ike::crypto
