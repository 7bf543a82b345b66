#include "ike/isakmp/ike_fragments.hpp"

#include <algorithm>
#include <utility>

namespace ike::isakmp {
namespace {

/// The fragments of one sending go out back to back (MS-IKEE 3.3.6.1); no known stack resends sooner.
constexpr Duration one_sending = std::chrono::milliseconds{400};

/// Whether `later` is more than `span` behind `earlier`; safe for any two times a capture may claim.
bool past(Time later, Time earlier, Duration span) {
  const auto a = later.time_since_epoch().count();
  const auto b = earlier.time_since_epoch().count();
  return a > b && static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b) > static_cast<std::uint64_t>(span.count());
}

void put_be(std::vector<std::uint8_t>& octets, std::uint64_t value, unsigned width) {
  for (unsigned shift = 8 * width; shift != 0; shift -= 8) {
    octets.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
  }
}

void put_header(std::vector<std::uint8_t>& octets, const Header& header) {
  put_be(octets, header.initiator_cookie, 8);
  put_be(octets, header.responder_cookie, 8);
  octets.push_back(number(header.next_payload));
  octets.push_back(header.version);
  octets.push_back(number(header.exchange_type));
  octets.push_back(header.flags);
  put_be(octets, header.message_id, 4);
  put_be(octets, header.length, 4);
}

/// The header of a message whose fragments do not repeat it: the first fragment's, with what the sender
/// overwrote put back. MS-IKEE 3.3.6.1: only messages with an Identification payload are sent in fragments,
/// their E flag is cleared and next payload set to 132; so it was encrypted, but for Aggressive Mode.
Header restored(Header header, PayloadType first_payload, std::size_t octets) {
  const bool clear = header.exchange_type == ExchangeType::aggressive;
  header.next_payload = clear ? PayloadType::security_association : PayloadType::identification;
  if (first_payload != PayloadType::none) header.next_payload = first_payload;
  if (!clear) header.flags |= 0x01;
  header.length = static_cast<std::uint32_t>(header_length + octets);
  return header;
}

}  // namespace

void FragmentAssembler::clear(Open& open) {
  if (!open.whole) ++given_up_;
  octets_ -= open.octets;
  open.parts.clear();
  open.octets = 0;
  open.seen = 0;
  open.last_number = 0;
  open.whole = false;
  open.first_payload = {};
}

void FragmentAssembler::drop(std::size_t at) {
  clear(open_[at]);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
}

void FragmentAssembler::expire(Time time) {
  for (std::size_t at = 0; at < open_.size();) {
    if (past(time, open_[at].first_time, timeout)) drop(at);
    else ++at;
  }
}

void FragmentAssembler::start_sending(Open& open, Time time, std::uint64_t packet) const {
  for (auto& part : open.parts) part.seen = false;
  open.seen = 0;
  open.first_time = time;
  open.first_packet = packet;
}

/// The place of the message that `fragment` belongs to, begun if it is the first.
std::size_t FragmentAssembler::open_for(const Message& message, const IkeFragment& fragment,
                                        const net::Endpoint& source, const net::Endpoint& destination, Time time,
                                        std::uint64_t packet) {
  const auto& header = message.header;
  const auto found = std::ranges::find_if(open_, [&](const Open& open) {
    return open.initiator_cookie == header.initiator_cookie && open.responder_cookie == header.responder_cookie &&
           open.id == fragment.id && open.message_id == header.message_id &&
           open.exchange_type == header.exchange_type && open.source == source.address &&
           open.destination == destination.address;
  });
  if (found != open_.end()) return static_cast<std::size_t>(found - open_.begin());
  if (open_.size() == max_open) drop(0);
  Open open;
  open.initiator_cookie = header.initiator_cookie;
  open.responder_cookie = header.responder_cookie;
  open.source = source.address;
  open.destination = destination.address;
  open.message_id = header.message_id;
  open.exchange_type = header.exchange_type;
  open.id = fragment.id;
  open.first_time = open.latest_time = time;
  open.first_packet = packet;
  open_.push_back(std::move(open));
  return open_.size() - 1;
}

/// MS-IKEE 3.3.5.3: more than one last fragment, or one behind the last.
bool FragmentAssembler::contradicts(const Open& open, const IkeFragment& fragment) {
  if (open.last_number != 0) {
    return fragment.number > open.last_number || (fragment.last && fragment.number != open.last_number);
  }
  return fragment.last && open.parts.size() > fragment.number;
}

/// Keeps the data of `fragment`; false when its message became too long. `at` follows its message when others
/// make room.
bool FragmentAssembler::store(std::size_t& at, const Message& message, const IkeFragment& fragment) {
  if (open_[at].octets + fragment.data.size() > max_message) return false;
  while (octets_ + fragment.data.size() > max_octets) {  // one message alone is far below max_octets
    drop(at == 0 ? 1 : 0);
    if (at != 0) --at;
  }
  auto& open = open_[at];
  if (open.parts.size() < fragment.number) open.parts.resize(fragment.number);
  auto& part = open.parts[fragment.number - 1U];
  part.data.assign(fragment.data.begin(), fragment.data.end());
  part.held = true;
  open.octets += fragment.data.size();
  octets_ += fragment.data.size();
  if (fragment.last) open.last_number = fragment.number;
  if (fragment.number == 1) {
    open.header = message.header;
    if (message.octets.size() > header_length) open.first_payload = PayloadType{message.octets[header_length]};
  }
  return true;
}

/// Fills whole_; false when what the parts give cannot be one message.
bool FragmentAssembler::assemble(const Open& open) {
  whole_.clear();
  whole_.reserve(header_length + open.octets);
  const auto& first = open.parts.front().data;
  // Cisco, strongSwan, libreswan and racoon cut the whole message, header and all, into fragments.
  const bool own_header = first.size() >= header_length && load_be64(first.data()) == open.initiator_cookie &&
                          load_be64(first.data() + 8) == open.responder_cookie;
  if (own_header) {
    if (load_be32(first.data() + 24) != open.octets) return false;
  } else {
    put_header(whole_, restored(open.header, open.first_payload, open.octets));
  }
  for (const auto& part : open.parts) whole_.insert(whole_.end(), part.data.begin(), part.data.end());
  return true;
}

std::optional<FragmentAssembler::Whole> FragmentAssembler::add(const Message& message, const IkeFragment& fragment,
                                                               const net::Endpoint& source,
                                                               const net::Endpoint& destination, Time time,
                                                               std::uint64_t packet) {
  expire(time);
  if (fragment.number == 0) {
    ++discarded_;
    return std::nullopt;
  }
  auto at = open_for(message, fragment, source, destination, time, packet);
  const auto index = fragment.number - 1U;
  if (index < open_[at].parts.size() && open_[at].parts[index].held &&
      !std::ranges::equal(open_[at].parts[index].data, fragment.data)) {
    clear(open_[at]);  // the sender uses the ID again, for another message or another way to cut it
    start_sending(open_[at], time, packet);
  }
  if (contradicts(open_[at], fragment)) {
    ++discarded_;
    return std::nullopt;
  }
  if (open_[at].whole && past(time, open_[at].latest_time, one_sending)) start_sending(open_[at], time, packet);
  if ((index >= open_[at].parts.size() || !open_[at].parts[index].held) && !store(at, message, fragment)) {
    drop(at);
    return std::nullopt;
  }
  auto& open = open_[at];
  open.latest_time = time;
  auto& part = open.parts[index];
  if (part.seen) return std::nullopt;  // a copy
  if (open.whole && open.seen == 0) start_sending(open, time, packet);
  part.seen = true;
  ++open.seen;
  if (open.last_number == 0 || open.seen < open.last_number) return std::nullopt;
  if (!assemble(open)) {
    drop(at);
    return std::nullopt;
  }
  const Whole whole{whole_, open.first_packet, open.last_number};
  open.whole = true;
  for (auto& each : open.parts) each.seen = false;
  open.seen = 0;
  return whole;
}

}  // namespace ike::isakmp
