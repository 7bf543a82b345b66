// ICMP errors, and messages of other IKE versions.
#include <algorithm>

#include "tracker_impl.hpp"

namespace ike::track {

namespace {

/// Newest attempts of a pair that a quote without cookies may be about: each such ICMP error looks through them.
constexpr unsigned quotable = 256;

constexpr std::size_t max_other_versions = 24;    // per pair
constexpr std::size_t max_other_version_lists = 65536;

}  // namespace

void Tracker::Impl::icmp_error(const net::IcmpError& error) {
  settle_messages();
  if (error.quoted_protocol != 17) return;
  const auto key = pair_key(error.quoted_source.address, error.quoted_destination.address);
  const auto pair = find_pair(error.quoted_source.address, error.quoted_destination.address, key, false);
  std::uint32_t index = none;
  const auto by_cookie = [&](std::size_t offset) {
    const auto cookie = load_be64(error.quoted_payload.data() + offset);
    const auto own = pair == none ? none : attempt_under(cookie, key, first_under(cookie));
    if (own != none) return own;
    // Quoted under translated addresses.
    return first_under(cookie);
  };
  // Four zero octets are a non-ESP marker, or the beginning of a cookie.
  const auto marker = error.quoted_payload.size() >= 4 && load_be32(error.quoted_payload.data()) == 0 ? 4U : 0U;
  if (error.quoted_payload.size() >= marker + 8) index = by_cookie(marker);
  if (index == none && error.quoted_payload.size() >= 8) index = by_cookie(0);
  // Too short a quote for cookies: the newest attempt whose ports fit, or any when the quote had none either.
  auto i = pair == none || marker + 8 <= error.quoted_payload.size() ? none : pairs[pair].last_attempt;
  for (unsigned looked = 0; i != none && index == none && looked < quotable; ++looked, i = attempts[i].previous_in_pair) {
    const bool quotes_initiator = error.quoted_source.address == (attempts[i].initiator_is_b ? pairs[pair].b : pairs[pair].a);
    const auto port = quotes_initiator ? error.quoted_source.port : error.quoted_destination.port;
    if (port == 0 || port == 4500 || port == attempts[i].initiator_port) index = i;
  }
  if (index == none) return;
  ++counts.icmp_errors;
  auto& attempt = attempts[index];
  attempt.book = AttemptRecord::off_the_book;
  Note note;
  note.flags = Note::icmp;
  const auto& own = pairs[attempt.pair];
  const auto& responder = attempt.initiator_is_b ? own.a : own.b;
  if (error.quoted_source.address == responder && own.a != own.b) note.flags |= Note::from_responder;
  note.time = nanoseconds(error.time);
  note.set_packet(error.packet);
  note.file = error.file;
  note.ip_id = error.ip_id;
  note.notify = static_cast<std::uint16_t>(std::min<std::uint32_t>(error.mtu, 0xffff));
  note.length = address_index(error.source.address);
  note.digest = error.type | std::uint32_t{error.code} << 8U | std::uint32_t{error.v6} << 16U | std::uint32_t{error.quoted_fragment} << 17U;
  // A mirror shows ICMP errors twice, too.
  const bool copy = attempt.phase1.log.each(notes, [&](std::uint32_t, const Note& earlier) {
    return earlier.is(Note::icmp) && earlier.digest == note.digest && earlier.length == note.length && note.time - earlier.time <= copy_without_id.count() && note.ip_id == earlier.ip_id && note.ip_id != 0;
  });
  if (!copy) attempt.phase1.log.append(notes, note);
}

void Tracker::Impl::other_version(const net::Datagram& datagram, std::size_t offset, unsigned major) {
  if (datagram.payload.size() < offset + 20) return;
  const auto index = find_pair(datagram.source.address, datagram.destination.address, pair_key(datagram.source.address, datagram.destination.address), pairs.used() < limits.attempts);
  if (index == none) return;
  auto& pair = pairs[index];
  if (major == 2) count_up(pair.ikev2_packets);
  if (pair.other_versions == none) {
    if (other_versions.size() >= max_other_version_lists) return;
    pair.other_versions = static_cast<std::uint32_t>(other_versions.size());
    other_versions.emplace_back();
  }
  auto& list = other_versions[pair.other_versions];
  if (list.size() >= max_other_versions) return;
  const auto octets = datagram.payload.subspan(offset);
  OtherVersion seen;
  seen.time = datagram.time;
  seen.packet = datagram.packet;
  seen.file = datagram.file;
  seen.major = static_cast<std::uint8_t>(major);
  seen.source = datagram.source;
  seen.destination = datagram.destination;
  seen.exchange = static_cast<ExchangeType>(octets[18]);
  constexpr std::uint8_t response_flag = 0x20;  // RFC 7296 3.1
  seen.response = (octets[19] & response_flag) != 0;
  // A refusal is a response whose first payload is a Notify in clear (RFC 7296 3.10: payload 41).
  constexpr std::uint8_t notify_v2 = 41;
  constexpr std::size_t type_at = isakmp::header_length + 4 + 2;
  if (major == 2 && octets[16] == notify_v2 && octets.size() >= type_at + 2) seen.notify = static_cast<NotifyType>(load_be16(octets.data() + type_at));
  list.push_back(seen);
}

}  // namespace ike::track
