// Vendor IDs: in as sets that many attempts share, out as texts.
#include <algorithm>
#include <cstring>

#include "tracker_impl.hpp"

namespace ike::track {

namespace {
constexpr std::size_t max_vendor_ids = 32;        // per side

/// Binds Cisco's vendor ID to the sender's cookie, or frees it: its first eight octets are XORed with it.
void toggle_cookie(std::span<std::uint8_t> octets, Cookie sender) {
  for (std::size_t i = 0; i < 8 && i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(octets[i] ^ (sender >> (56 - 8 * i)));
}
}  // namespace

void Tracker::Impl::learn_vendors(AttemptRecord& attempt, const isakmp::Message& message_in, bool from_responder) {
  const isakmp::Payload* first = nullptr;
  const isakmp::Payload* last = nullptr;
  for (const auto& payload : message_in.payloads) {
    if (payload.type != PayloadType::vendor_id) continue;
    if (first == nullptr) first = &payload;
    last = &payload;
  }
  if (first == nullptr) return;
  // Most senders say the same in every first message: what these octets added to that set is remembered.
  auto& set = attempt.vendors[from_responder ? 1 : 0];
  const auto begin = std::min<std::size_t>(first->offset, message_in.octets.size());
  const auto end = std::min<std::size_t>(last->offset + std::max<std::size_t>(last->length, 4), message_in.octets.size());
  const auto key = mix64(digest(message_in.octets.subspan(begin, std::max(begin, end) - begin)), set) | 1U;
  auto& recent = recent_vendor_sets[(key >> 32U) % recent_vendor_sets.size()];
  if (recent.key == key) {
    set = static_cast<std::uint16_t>(recent.value);
    return;
  }
  bool bound = false;
  const auto sender = from_responder ? message_in.header.responder_cookie : message_in.header.initiator_cookie;
  for (const auto& payload : message_in.payloads) {
    const auto* vendor = std::get_if<isakmp::VendorId>(&payload.content);
    bound |= vendor != nullptr && isakmp::is_cisco_cookie_bound(vendor->data, sender);
  }
  set = add_vendors(set, message_in, from_responder);
  if (!bound) recent = {key, set};  // what is bound to a cookie means nothing under another
}

std::uint16_t Tracker::Impl::add_vendors(std::uint16_t set, const isakmp::Message& message_in, bool from_responder) {
  std::array<std::uint32_t, max_vendor_ids> list{};
  const auto before = vendor_sets[set];
  std::size_t count = before.size() / sizeof(std::uint32_t);
  if (count > 0) std::memcpy(list.data(), before.data(), before.size());
  const auto known = count;
  for (const auto& payload : message_in.payloads) {
    const auto* vendor = std::get_if<isakmp::VendorId>(&payload.content);
    if (vendor == nullptr || count == max_vendor_ids) continue;
    const auto sender = from_responder ? message_in.header.responder_cookie : message_in.header.initiator_cookie;
    std::uint32_t index = 0;
    if (isakmp::is_cisco_cookie_bound(vendor->data, sender)) {
      std::array<std::uint8_t, 16> unbound{};
      std::ranges::copy(vendor->data.first(std::min<std::size_t>(vendor->data.size(), 16)), unbound.begin());
      toggle_cookie(unbound, sender);
      index = vendor_ids.add(unbound) | cookie_bound_bit;
    } else {
      index = vendor_ids.add(vendor->data);
    }
    if (vendor_ids.size() > known_vendor_ids.size()) known_vendor_ids.push_back(isakmp::find_vendor_id(vendor->data));
    const auto end = list.begin() + static_cast<std::ptrdiff_t>(count);
    if ((index & ~cookie_bound_bit) != OctetTable::overflow && std::find(list.begin(), end, index) == end) list[count++] = index;
  }
  if (count == known) return set;
  const auto* octets = reinterpret_cast<const std::uint8_t*>(list.data());
  const auto index = vendor_sets.add({octets, count * sizeof(std::uint32_t)});
  if (index == announced.size()) {
    auto& what = announced.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      const auto* vendor = (list[i] & cookie_bound_bit) == 0 ? known_vendor_ids[list[i]] : nullptr;
      if (vendor == nullptr) continue;
      what.nat_traversal |= vendor->announces == isakmp::Announces::nat_traversal;
      what.fragmentation |= vendor->announces == isakmp::Announces::fragmentation;
    }
  }
  return static_cast<std::uint16_t>(index);
}

std::vector<VendorSeen> Tracker::Impl::vendors(const Attempt& attempt, Side side) const {
  std::vector<VendorSeen> seen;
  const auto* found = record_of(attempt);
  if (found == nullptr) return seen;
  const auto& record = *found;
  const auto set = vendor_sets[record.vendors[side == Side::initiator ? 0 : 1]];
  const auto sender = side == Side::initiator ? record.initiator_cookie : record.responder_cookie;
  for (std::size_t at = 0; at + sizeof(std::uint32_t) <= set.size(); at += sizeof(std::uint32_t)) {
    std::uint32_t vendor = 0;
    std::memcpy(&vendor, set.data() + at, sizeof vendor);
    const auto kept = vendor_ids[vendor & ~cookie_bound_bit];
    std::vector<std::uint8_t> octets(kept.begin(), kept.end());
    if ((vendor & cookie_bound_bit) != 0) toggle_cookie(octets, sender);
    seen.push_back({isakmp::find_vendor_id(octets), isakmp::describe_vendor_id(octets, record.initiator_cookie, record.responder_cookie)});
  }
  return seen;
}

}  // namespace ike::track
