// Into the store: from a datagram to a note in the right exchange of the right attempt of the right pair.
#include "ike/track/tracker.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "tracker_impl.hpp"

namespace ike::track {

namespace {

using isakmp::Header;
using isakmp::Message;

// An unencrypted Informational from the responder under cookies nobody knows belongs to the newest attempt
// of its pair if that was alive this recently: some responders answer with cookies of their own.
constexpr Duration stray_notify = std::chrono::seconds{60};
/// Newest attempts of a pair that a quote without cookies may be about: each such ICMP error looks through them.
constexpr unsigned quotable = 256;

// The same octets under other addresses are one message seen on both sides of a NAT only when they come
// this close together.
constexpr Duration across_nat = std::chrono::seconds{2};

// A copy of one packet has its IP identification; later than this the number has come round again. Without
// one (IPv6, or zero) only nearness tells. Real mirrors and doubling networks were seen up to 95 ms apart.
constexpr Duration copy_with_id = std::chrono::seconds{2};
constexpr Duration copy_without_id = std::chrono::milliseconds{100};

constexpr std::uint32_t max_payload_lists = 4096;
constexpr std::uint32_t max_values = 16384;
constexpr std::size_t max_value_octets = 4U << 20U;
constexpr std::size_t max_sa_octets = 4096;       // of one SA payload kept; longer ones are no real offers
constexpr std::size_t max_other_versions = 24;    // per pair
constexpr std::size_t max_other_version_lists = 65536;
constexpr std::size_t max_vendor_ids = 32;        // per side

bool is_phase1(ExchangeType type) {
  return type == ExchangeType::identity_protection || type == ExchangeType::aggressive || type == ExchangeType::base ||
         type == ExchangeType::authentication_only || type == ExchangeType::authip_main_mode;
}

// Asked for every message, so kept as a table.
const auto known_exchange_types = [] {
  std::array<bool, 256> known{};
  for (std::size_t type = 1; type < known.size(); ++type) known[type] = !name(ExchangeType(type)).empty();
  return known;
}();
bool is_known(ExchangeType type) { return known_exchange_types[number(type)]; }

std::int64_t nanoseconds(Time time) { return time.time_since_epoch().count(); }

const isakmp::SecurityAssociation* find_sa(const Message& message) {
  for (const auto& payload : message.payloads) {
    if (const auto* sa = std::get_if<isakmp::SecurityAssociation>(&payload.content)) return sa;
  }
  return nullptr;
}

}  // namespace

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

Tracker::Impl::Impl(Limits limits_given)
    : limits{limits_given},
      seed{random_seed()},
      digest{seed},
      payload_lists{max_payload_lists, max_value_octets, digest},
      sa_payloads{max_values, max_value_octets, digest},
      vendor_ids{max_values, max_value_octets, digest},
      vendor_sets{max_values, max_value_octets, digest},
      addresses{max_values, max_value_octets, digest} {
  offers.resize(1);
  known_vendor_ids.resize(1);
}

std::uint64_t Tracker::Impl::pair_key(const net::Address& x, const net::Address& y) const {
  if (x.family == 4 && y.family == 4) {
    const std::uint64_t a = load_be32(x.octets.data());
    const std::uint64_t b = load_be32(y.octets.data());
    return mix64(a < b ? a << 32U | b : b << 32U | a, seed) | 1U;
  }
  // Symmetric: each address is hashed alone, and the sum mixed once more.
  const auto one = [&](const net::Address& address) { return mix64(load_be64(address.octets.data()) ^ seed, load_be64(address.octets.data() + 8) + address.family); };
  const auto hx = one(x);
  const auto hy = one(y);
  return mix64(hx + hy, hx ^ hy ^ seed) | 1U;
}

std::uint32_t Tracker::Impl::find_pair(const net::Address& x, const net::Address& y, std::uint64_t key, bool make) {
  const auto hash = static_cast<std::uint32_t>(key >> 32U);
  const auto& a = std::min(x, y);
  const auto& b = std::max(x, y);
  const auto found = pair_index.find(hash, [&](std::uint32_t i) { return pairs[i].key == key && pairs[i].a == a && pairs[i].b == b; });
  if (found != none || !make) return found;
  const auto fresh = pairs.allocate();
  auto& pair = pairs[fresh];
  pair.a = a;
  pair.b = b;
  pair.key = key;
  pair.held = true;
  pair_index.insert(hash, fresh);
  return fresh;
}

void Tracker::Impl::datagram(const net::Datagram& datagram) {
  const auto what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
  switch (what.content) {
    case isakmp::Content::isakmp: return isakmp(datagram, what.offset);
    case isakmp::Content::esp: return esp(datagram, load_be32(datagram.payload.data()), true);
    case isakmp::Content::nat_keepalive: ++counts.keepalives; return;
    case isakmp::Content::ikev2: ++counts.ikev2; return other_version(datagram, what.offset, 2);
    case isakmp::Content::other_version: ++counts.other_version; return other_version(datagram, what.offset, datagram.payload[what.offset + 17U] >> 4U);
    case isakmp::Content::empty:
    case isakmp::Content::unknown: ++counts.unknown; return;
  }
}

void Tracker::Impl::isakmp(const net::Datagram& datagram, std::size_t offset) {
  auto& slot = waiting[waiting_count];
  const auto octets = datagram.payload.subspan(offset);
  const auto key = pair_key(datagram.source.address, datagram.destination.address);
  if (datagram.payload.size() > slot.octets.size() || octets.size() < 8) {
    settle_messages();  // in order of arrival
    return decode(datagram, offset, key);
  }
  slot.datagram = datagram;
  slot.offset = offset;
  std::memcpy(slot.octets.data(), datagram.payload.data(), datagram.payload.size());
  slot.datagram.payload = ByteView{slot.octets}.first(datagram.payload.size());
  slot.pair_key = key;
  slot.hash = attempt_hash(load_be64(octets.data()), key);
  attempt_index.prefetch(slot.hash);
  if (++waiting_count == waiting.size()) settle_messages();
}

void Tracker::Impl::settle() {
  settle_messages();
  settle_esp();
}

void Tracker::Impl::settle_messages() {
  const auto all = std::span{waiting}.first(waiting_count);
  waiting_count = 0;
  for (auto& slot : all) {
    slot.attempt = attempt_index.guess(slot.hash);
    if (slot.attempt == none) continue;
    const auto* record = reinterpret_cast<const std::uint8_t*>(&attempts[slot.attempt]);
    for (std::size_t line = 0; line < sizeof(AttemptRecord); line += 64) __builtin_prefetch(record + line);
  }
  for (const auto& slot : all) {
    if (slot.attempt == none) continue;
    const auto& attempt = attempts[slot.attempt];
    if (attempt.children != none) {
      __builtin_prefetch(&child_lists[attempt.children]);
      __builtin_prefetch(reinterpret_cast<const std::uint8_t*>(&child_lists[attempt.children]) + 64);
    } else if (attempt.phase1.log.size() > 1) {
      attempt.phase1.log.prefetch_tail(notes);
    }
  }
  for (const auto& slot : all) {
    if (slot.attempt == none || attempts[slot.attempt].children == none) continue;
    const auto& list = child_lists[attempts[slot.attempt].children];
    if (list.count > 0) __builtin_prefetch(&exchanges[list.exchanges[list.count - 1U]]);
  }
  for (const auto& slot : all) decode(slot.datagram, slot.offset, slot.pair_key);
}

void Tracker::Impl::decode(const net::Datagram& datagram, std::size_t offset, std::uint64_t key) {
  const auto octets = datagram.payload.subspan(offset);
  const auto sent = datagram.sent_length - static_cast<std::uint32_t>(offset);
  if (!decode_message(octets, sent, message)) {
    ++counts.unknown;
    return;
  }
  if (!is_known(message.header.exchange_type)) {
    ++counts.messages;
    ++counts.malformed;
    return;
  }
  if (message.header.next_payload == PayloadType::fragment) return fragment(datagram, key);
  take({datagram, message, datagram.partial, false, datagram.completes, key});
}

// IKE fragments: the first one stands for its message until the others have come.
void Tracker::Impl::fragment(const net::Datagram& datagram, std::uint64_t key) {
  const auto* piece = message.payloads.empty() ? nullptr : std::get_if<isakmp::IkeFragment>(&message.payloads.front().content);
  if (piece == nullptr || datagram.partial) return take({datagram, message, datagram.partial, true, datagram.completes, key});
  const auto whole = fragments.add(message, *piece, datagram.source, datagram.destination, datagram.time, datagram.packet);
  if (whole && decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), inner)) {
    return take({datagram, inner, false, true, whole->first_packet, key});
  }
  ++counts.messages;
  if (piece->number != 1) return;
  const auto head = isakmp::decode_header(piece->data);
  const bool has_own_header = head && head->initiator_cookie == message.header.initiator_cookie;
  if (has_own_header) {
    decode_message(piece->data, head->length, inner);
  } else {
    inner = {};
    inner.header = message.header;
    inner.header.flags |= 1U;  // MS-IKEE clears E on fragments; only large messages, the encrypted ones, come so
    inner.octets = message.octets;
  }
  --counts.messages;  // take() counts it
  take({datagram, inner, true, true, 0, key});
}

void Tracker::Impl::take(Arrival arrival) {
  if (open && !arrival.partial) arrival.opened = open(arrival.message, arrival.datagram);
  const auto& datagram = arrival.datagram;
  const auto& header = arrival.message.header;
  ++counts.messages;
  if (arrival.completes != 0 && !arrival.ike_fragmented) --counts.messages;  // its first fragment was counted
  const bool broken = arrival.message.fault.has_value() && !arrival.partial && !arrival.message.cut;
  if (broken) ++counts.malformed;

  const auto octets_digest = static_cast<std::uint32_t>(digest(arrival.message.octets));
  const auto key = arrival.pair_key;
  bool from_responder = false;
  auto index = find_attempt(arrival, key, octets_digest, from_responder);
  if (index == none) index = new_attempt(arrival, key, from_responder);
  auto& attempt = attempts[index];
  attempt.touched = true;
  attempt.last = std::max(attempt.last, nanoseconds(datagram.time));

  auto& exchange = exchange_for(attempt, header, from_responder);
  auto note = make_note(attempt, arrival, octets_digest, from_responder);
  if (arrival.completes != 0) {
    Note* first_fragment = nullptr;  // the newest of that number: another file may have had the same
    exchange.log.each_mutable(notes, [&](std::uint32_t, Note& kept) {
      if (kept.packet() == arrival.completes && kept.is(Note::partial)) first_fragment = &kept;
      return false;
    });
    if (first_fragment != nullptr) {
      first_fragment->set_packet(0);  // so that it is not found as its own original
      first_fragment->digest = 0;
      const bool repeats = find_original(exchange, note);
      if (repeats && !first_fragment->is(Note::resend) && !first_fragment->is(Note::copy)) {
        ++(note.is(Note::copy) ? attempt.copies : attempt.resends);
        ++(note.is(Note::copy) ? counts.copies : counts.resends);
      }
      *first_fragment = note;
      return learn(attempt, arrival, from_responder);
    }
  }
  // A partial message is compared by more than its digest, and so is one that comes after it.
  const auto bits = std::uint64_t{1} << (octets_digest & 63U) | std::uint64_t{1} << (octets_digest >> 6U & 63U);
  const bool maybe_seen = (exchange.digests & bits) == bits || arrival.partial || exchange.digests == ~std::uint64_t{0};
  exchange.digests |= arrival.partial ? ~std::uint64_t{0} : bits;
  if (maybe_seen && find_original(exchange, note)) {
    ++(note.is(Note::copy) ? attempt.copies : attempt.resends);
    ++(note.is(Note::copy) ? counts.copies : counts.resends);
    exchange.log.append(notes, note);
    return;
  }
  exchange.log.append(notes, note);
  auto& distinct = from_responder == exchange.started_by_responder ? exchange.distinct_from_starter : exchange.distinct_from_other;
  if (distinct < 255) ++distinct;
  // Complete with the third message, which may be shown before the second.
  const bool whole = exchange.distinct_from_starter >= 2 && exchange.distinct_from_other >= 1;
  const bool was_whole = distinct > (&distinct == &exchange.distinct_from_starter ? 2 : 1);
  if (exchange.type == ExchangeType::quick_mode && whole && !was_whole) ++attempt.quick_modes_complete;
  if (&exchange != &attempt.phase1 && exchange.type != ExchangeType::informational) note_progress(attempt, exchange);
  learn(attempt, arrival, from_responder);
}

std::uint32_t Tracker::Impl::find_attempt(const Arrival& arrival, std::uint64_t key, std::uint32_t octets_digest, bool& from_responder) {
  const auto& header = arrival.message.header;
  const auto& source = arrival.datagram.source;
  const auto& destination = arrival.datagram.destination;
  const auto order = source.address <=> destination.address;
  const bool from_b = order > 0;
  const auto own = attempt_index.find(attempt_hash(header.initiator_cookie, key), [&](std::uint32_t i) {
    return attempts[i].initiator_cookie == header.initiator_cookie && (attempts[i].pair_key == key || attempts[i].other_pair_key == key);
  });
  if (own != none) {
    const auto& attempt = attempts[own];
    from_responder = from_b != (attempt.pair_key == key ? attempt.initiator_is_b : attempt.other_initiator_is_b);
    if (order == 0) from_responder = source.port != attempt.initiator_port;
    return own;
  }
  // Seen under other addresses before: the two sides of a NAT in one capture.
  const auto elsewhere = cookie_index.find(cookie_hash(header.initiator_cookie), [&](std::uint32_t i) { return attempts[i].initiator_cookie == header.initiator_cookie; });
  if (elsewhere != none && joins(attempts[elsewhere], arrival, octets_digest)) {
    from_responder = side_under_other_pair(elsewhere, arrival, key);
    return elsewhere;
  }
  // A responder's notify under cookies that nobody knows.
  if (header.exchange_type != ExchangeType::informational || header.encrypted()) return none;
  const auto pair = find_pair(source.address, destination.address, key, false);
  const auto newest = pair == none ? none : pairs[pair].last_attempt;
  if (newest == none || !is_phase1(attempts[newest].phase1.type) || nanoseconds(arrival.datagram.time) - attempts[newest].last > stray_notify.count()) return none;
  from_responder = source.address != destination.address && from_b != attempts[newest].initiator_is_b;
  return from_responder ? newest : none;
}

bool Tracker::Impl::joins(const AttemptRecord& attempt, const Arrival& arrival, std::uint32_t octets_digest) const {
  if (attempt.other_pair != none) return false;  // two address pairs are a NAT; more are somebody playing with cookies
  const auto& header = arrival.message.header;
  const auto& x = arrival.datagram.source.address;
  const auto& y = arrival.datagram.destination.address;
  const auto& there = pairs[attempt.pair];
  if (x.family != there.a.family) return false;
  if (header.responder_cookie != 0 && attempt.responder_cookie == header.responder_cookie) return true;
  const bool shares_address = x == there.a || x == there.b || y == there.a || y == there.b;
  if (!shares_address) return false;
  const auto now = nanoseconds(arrival.datagram.time);
  const bool same_octets = attempt.phase1.log.each(notes, [&](std::uint32_t, const Note& note) { return note.digest == octets_digest && std::abs(now - note.time) <= across_nat.count(); });
  if (same_octets) return true;
  // The answer to a message 1 that was seen before translation only.
  return header.responder_cookie != 0 && attempt.responder_cookie == 0 && is_phase1(header.exchange_type) && now - attempt.last <= across_nat.count();
}

bool Tracker::Impl::side_under_other_pair(std::uint32_t index, const Arrival& arrival, std::uint64_t key) {
  auto& attempt = attempts[index];
  const auto& first = pairs[attempt.pair];
  const auto initiator = attempt.initiator_is_b ? first.b : first.a;
  const auto responder = attempt.initiator_is_b ? first.a : first.b;
  const auto& source = arrival.datagram.source;
  const auto& destination = arrival.datagram.destination;
  bool from_responder = source.address == responder || destination.address == initiator;
  if (source.address != initiator && source.address != responder && destination.address != initiator && destination.address != responder) {
    from_responder = source.port == attempt.responder_port && destination.port != attempt.responder_port;
  }
  const auto pair = find_pair(source.address, destination.address, key, true);
  attempt.other_pair = pair;
  attempt.other_pair_key = key;
  ++pairs[pair].references;
  attempt.other_initiator_is_b = (source.address > destination.address) != from_responder;
  attempt_index.insert(attempt_hash(attempt.initiator_cookie, key), index);
  return from_responder;
}

std::uint32_t Tracker::Impl::new_attempt(const Arrival& arrival, std::uint64_t key, bool& from_responder) {
  if (attempts.used() >= limits.attempts) evict_one();
  const auto& header = arrival.message.header;
  const auto& datagram = arrival.datagram;
  const auto pair_number = find_pair(datagram.source.address, datagram.destination.address, key, true);
  const auto index = attempts.allocate();
  auto& attempt = attempts[index];
  attempt.held = true;
  attempt.id = next_id++;
  attempt.initiator_cookie = header.initiator_cookie;
  attempt.pair = pair_number;
  attempt.pair_key = key;
  attempt.first = attempt.last = nanoseconds(datagram.time);

  const bool has_sa = std::ranges::any_of(arrival.message.payloads, [](const auto& payload) { return payload.type == PayloadType::security_association; });
  const bool is_message1 = is_phase1(header.exchange_type) && has_sa && header.responder_cookie == 0;
  from_responder = (is_phase1(header.exchange_type) && has_sa && header.responder_cookie != 0) ||
                   (header.exchange_type == ExchangeType::informational && !header.encrypted());  // an answer to something not captured
  attempt.initiator_assumed = !is_message1;
  auto& pair = pairs[pair_number];
  attempt.initiator_is_b = (datagram.source.address > datagram.destination.address) != from_responder;
  attempt.initiator_port = from_responder ? datagram.destination.port : datagram.source.port;
  attempt.responder_port = from_responder ? datagram.source.port : datagram.destination.port;
  attempt.phase1.type = header.exchange_type;
  attempt.phase1.started_by_responder = from_responder;

  attempt.previous_in_pair = pair.last_attempt;
  if (pair.last_attempt == none) pair.first_attempt = index;
  else attempts[pair.last_attempt].next_in_pair = index;
  pair.last_attempt = index;
  ++pair.attempts;
  ++pair.references;
  attempt_index.insert(attempt_hash(header.initiator_cookie, key), index);
  // One attempt under a cookie is enough to be found by it; more would make each look-up a walk past all of them.
  const auto under_cookie = cookie_hash(header.initiator_cookie);
  if (cookie_index.find(under_cookie, [&](std::uint32_t i) { return attempts[i].initiator_cookie == header.initiator_cookie; }) == none) {
    cookie_index.insert(under_cookie, index);
  }
  ++counts.attempts;
  return index;
}

ExchangeRecord& Tracker::Impl::exchange_for(AttemptRecord& attempt, const Header& header, bool from_responder) {
  if (is_phase1(header.exchange_type)) {
    if (attempt.phase1.log.size() == 0 && header.exchange_type != attempt.phase1.type) {
      attempt.phase1.type = header.exchange_type;  // it became known by a later exchange: the capture began inside
      attempt.phase1.started_by_responder = from_responder;
    }
    if (header.exchange_type == attempt.phase1.type) return attempt.phase1;
  }
  return child(attempt, header, from_responder);
}

ExchangeRecord& Tracker::Impl::child(AttemptRecord& attempt, const Header& header, bool from_responder) {
  if (attempt.children == none) attempt.children = child_lists.allocate();
  auto& list = child_lists[attempt.children];
  for (auto i = list.count; i-- > 0;) {
    if (list.message_ids[i] == header.message_id && list.types[i] == header.exchange_type) return exchanges[list.exchanges[i]];
  }
  const auto index = list.count == ChildList::capacity ? drop_child(attempt, list) : exchanges.allocate();
  list.message_ids[list.count] = header.message_id;
  list.exchanges[list.count] = index;
  list.types[list.count] = header.exchange_type;
  list.finished[list.count++] = header.exchange_type == ExchangeType::informational;
  auto& exchange = exchanges[index];
  exchange.message_id = header.message_id;
  exchange.type = header.exchange_type;
  exchange.started_by_responder = from_responder;
  return exchange;
}

// Lets go the oldest exchange that has nothing more to say, and gives its record for use. The first one is
// kept, since it tells how phase 2 began, and so are the newest four.
std::uint32_t Tracker::Impl::drop_child(AttemptRecord& attempt, ChildList& list) {
  std::uint8_t victim = 1;
  while (victim < list.count - 4 && !list.finished[victim]) ++victim;
  if (victim == list.count - 4) victim = 1;
  const auto index = list.exchanges[victim];
  auto& exchange = exchanges[index];
  attempt.left_out += exchange.log.size();
  exchange.log.clear(notes);
  exchange = ExchangeRecord{};
  for (auto i = victim; i + 1 < list.count; ++i) {
    list.message_ids[i] = list.message_ids[i + 1U];
    list.exchanges[i] = list.exchanges[i + 1U];
    list.types[i] = list.types[i + 1U];
    list.finished[i] = list.finished[i + 1U];
  }
  --list.count;
  return index;
}

// A Quick Mode begins with its first message and is complete with the third; each is counted once.
void Tracker::Impl::note_progress(AttemptRecord& attempt, const ExchangeRecord& exchange) {
  const bool answered = exchange.distinct_from_other > 0;
  bool finished = answered;
  if (exchange.type == ExchangeType::quick_mode) {
    finished = exchange.distinct_from_starter > 1 && answered;
    if (exchange.distinct_from_starter == 1 && !answered) ++attempt.quick_modes_begun;
  }
  if (!finished || attempt.children == none) return;
  auto& list = child_lists[attempt.children];
  for (auto i = list.count; i-- > 0;) {
    if (list.message_ids[i] == exchange.message_id && list.types[i] == exchange.type) list.finished[i] = true;
  }
}

Note Tracker::Impl::make_note(AttemptRecord& attempt, const Arrival& arrival, std::uint32_t octets_digest, bool from_responder) {
  const auto& datagram = arrival.datagram;
  const auto& message_in = arrival.message;
  Note note;
  const auto set = [&](Note::Flag flag, bool on) { note.flags = static_cast<std::uint16_t>(note.flags | (on ? flag : 0)); };
  note.time = nanoseconds(datagram.time);
  note.digest = octets_digest;
  note.set_packet(datagram.packet);
  note.file = datagram.file;
  note.ip_id = datagram.ip_id;
  note.length = static_cast<std::uint16_t>(std::min<std::uint32_t>(message_in.header.length >= isakmp::header_length ? message_in.header.length : message_in.sent_length, 0xffff));
  note.payloads = payload_list(arrival.opened != nullptr ? *arrival.opened : message_in);
  note.responder_cookie = responder_cookie(attempt, message_in.header.responder_cookie);
  set(Note::from_responder, from_responder);
  set(Note::encrypted, message_in.header.encrypted());
  set(Note::partial, arrival.partial);
  set(Note::cut, message_in.cut && !arrival.partial);
  set(Note::ip_fragmented, datagram.fragments > 1 || datagram.partial);
  set(Note::ike_fragmented, arrival.ike_fragmented);
  set(Note::malformed, message_in.fault.has_value() && !arrival.partial && !message_in.cut);
  set(Note::natt_port, datagram.source.port == 4500 || datagram.destination.port == 4500);
  if (message_in.header.encrypted() && arrival.opened == nullptr) return note;
  const auto& shown = arrival.opened != nullptr ? *arrival.opened : message_in;
  const auto carries = [&](PayloadType type) {
    set(Note::carries_sa, type == PayloadType::security_association);
    set(Note::carries_ke_or_nonce, type == PayloadType::key_exchange || type == PayloadType::nonce);
    set(Note::carries_auth, type == PayloadType::hash || type == PayloadType::signature);
    set(Note::has_delete, type == PayloadType::delete_);
  };
  // Where the snap length left no payload, the header still names the first one.
  if (shown.payloads.empty()) carries(shown.header.next_payload);
  for (const auto& payload : shown.payloads) {
    carries(payload.type);
    if (payload.type != PayloadType::notification || note.is(Note::has_notify)) continue;
    set(Note::has_notify, true);
    if (const auto* notification = std::get_if<isakmp::Notification>(&payload.content)) note.notify = number(notification->type);
  }
  set(Note::carries_auth, arrival.opened != nullptr);
  return note;
}

// Marks `note` as a resend or a copy of an earlier message with the same octets from the same side.
bool Tracker::Impl::find_original(const ExchangeRecord& exchange, Note& note) const {
  const auto same_side = static_cast<std::uint16_t>(note.flags & Note::from_responder);
  bool copy = false;
  const bool found = exchange.log.each(notes, [&](std::uint32_t ordinal, const Note& earlier) {
    if (earlier.is(Note::icmp) || (earlier.flags & Note::from_responder) != same_side) return false;
    // Of fragments that never came together only length and kind can be compared.
    const bool unfinished = note.is(Note::partial) || earlier.is(Note::partial);
    const bool same = (earlier.digest == note.digest && earlier.length == note.length) || (unfinished && earlier.length == note.length && earlier.payloads == note.payloads && earlier.is(Note::encrypted) == note.is(Note::encrypted) && earlier.packet() != 0);
    if (!same) return false;
    if (note.original == Note::no_original) note.original = static_cast<std::uint8_t>(std::min<std::uint32_t>(ordinal, Note::no_original - 1U));
    const auto gap = std::abs(note.time - earlier.time);
    const bool same_packet = note.ip_id != 0 && earlier.ip_id != 0 ? note.ip_id == earlier.ip_id && gap <= copy_with_id.count() : gap <= copy_without_id.count();
    if (!same_packet) return false;
    note.original = static_cast<std::uint8_t>(std::min<std::uint32_t>(ordinal, Note::no_original - 1U));
    copy = true;
    return true;
  });
  if (!found && note.original == Note::no_original) return false;
  note.flags = static_cast<std::uint16_t>(note.flags | (copy ? Note::copy : Note::resend));
  return true;
}

void Tracker::Impl::learn(AttemptRecord& attempt, const Arrival& arrival, bool from_responder) {
  const auto& message_in = arrival.message;
  if (message_in.payloads.empty() || arrival.partial) return;
  if (is_phase1(message_in.header.exchange_type)) {
    if (const auto* sa = find_sa(message_in); sa != nullptr && sa->proposals_octets.size() <= max_sa_octets) {
      const auto index = sa_payloads.add(sa->proposals_octets);
      if (index == offers.size()) {
        auto& offer = offers.emplace_back();
        for (const auto& proposal : isakmp::decode_proposals(*sa)) {
          offer.malformed |= proposal.fault.has_value();
          for (const auto& transform : proposal.transforms) {
            offer.malformed |= transform.fault.has_value();
            offer.policies.push_back(phase1_policy(transform));
          }
        }
      }
      auto& place = from_responder ? attempt.choice : attempt.offer;
      if (place == 0) place = static_cast<std::uint16_t>(index);
    }
  }
  learn_vendors(attempt, message_in, from_responder);
  for (const auto& payload : message_in.payloads) {
    const auto* discovery = std::get_if<isakmp::NatDiscovery>(&payload.content);
    if (discovery == nullptr || discovery->hash.size() < 8) continue;
    auto& detail = details(attempt);
    auto& count = detail.nat_discovery_count[from_responder ? 1 : 0];
    if (count == DetailRecord::more_nat_discovery) break;
    if (count < DetailRecord::max_nat_discovery) detail.nat_discovery[from_responder ? 1 : 0][count] = load_be32(discovery->hash.data());
    ++count;
  }
}

void Tracker::Impl::learn_vendors(AttemptRecord& attempt, const Message& message_in, bool from_responder) {
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

std::uint16_t Tracker::Impl::add_vendors(std::uint16_t set, const Message& message_in, bool from_responder) {
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
      for (std::size_t i = 0; i < 8; ++i) unbound[i] = static_cast<std::uint8_t>(unbound[i] ^ (sender >> (56 - 8 * i)));
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
  return static_cast<std::uint16_t>(vendor_sets.add({octets, count * sizeof(std::uint32_t)}));
}

DetailRecord& Tracker::Impl::details(AttemptRecord& attempt) {
  if (attempt.details == none) attempt.details = detail_pool.allocate();
  return detail_pool[attempt.details];
}

std::uint8_t Tracker::Impl::responder_cookie(AttemptRecord& attempt, Cookie cookie) {
  if (cookie == 0) return 0;
  if (attempt.responder_cookie == 0) attempt.responder_cookie = cookie;
  if (attempt.responder_cookie == cookie) return 1;
  auto& detail = details(attempt);
  for (std::uint8_t i = 0; i < detail.cookie_count; ++i) {
    if (detail.responder_cookies[i] == cookie) return static_cast<std::uint8_t>(i + 2);
  }
  if (detail.cookie_count == DetailRecord::max_cookies) return 0xff;
  detail.responder_cookies[detail.cookie_count++] = cookie;
  return static_cast<std::uint8_t>(detail.cookie_count + 1);
}

std::uint16_t Tracker::Impl::payload_list(const Message& message_in) {
  const bool by_header = message_in.payloads.empty() && message_in.header.next_payload != PayloadType::none;
  std::uint64_t key = by_header ? number(message_in.header.next_payload) + 1U : seed;
  for (const auto& payload : message_in.payloads) key = (key ^ number(payload.type)) * 0x9e3779b97f4a7c15ULL;
  key = key * 2 + 1;
  auto& recent = recent_payload_lists[(key >> 40U) % recent_payload_lists.size()];
  if (recent.key == key) return static_cast<std::uint16_t>(recent.value);
  std::array<std::uint8_t, isakmp::max_payloads> types{};
  std::size_t count = 0;
  if (by_header) types[count++] = number(message_in.header.next_payload);
  for (const auto& payload : message_in.payloads) {
    if (count < types.size()) types[count++] = number(payload.type);
  }
  recent = {key, payload_lists.add(ByteView{types}.first(count))};
  return static_cast<std::uint16_t>(recent.value);
}

std::uint16_t Tracker::Impl::address_index(const net::Address& address) { return static_cast<std::uint16_t>(addresses.add(address.wire())); }

// ESP comes in floods, each packet of another flow: what costs is waiting for memory. So a few packets are
// collected, and the records of all of them are under way while the first ones are counted.
void Tracker::Impl::esp(const net::PacketInfo& packet, std::uint32_t spi, bool in_udp) {
  ++counts.esp;
  auto& held = waiting_esp[waiting_esp_count++];
  held.packet = packet;
  held.pair = pair_key(packet.source.address, packet.destination.address);
  held.from_b = packet.source.address > packet.destination.address;
  held.key = mix64(held.pair, std::uint64_t{spi} << 2U | (in_udp ? 2U : 0U) | (held.from_b ? 1U : 0U));
  held.spi = spi;
  held.in_udp = in_udp;
  flow_index.prefetch(static_cast<std::uint32_t>(held.key >> 32U));
  if (waiting_esp_count == waiting_esp.size()) settle_esp();
}

void Tracker::Impl::settle_esp() {
  const auto all = std::span{waiting_esp}.first(waiting_esp_count);
  waiting_esp_count = 0;
  for (auto& held : all) {
    held.flow = flow_index.guess(static_cast<std::uint32_t>(held.key >> 32U));
    if (held.flow != none) __builtin_prefetch(&flows[held.flow]);
  }
  for (const auto& held : all) {
    if (held.flow != none) __builtin_prefetch(&esp_pairs[flows[held.flow].esp_pair]);
  }
  for (const auto& held : all) {
    const auto& packet = held.packet;
    const auto hash = static_cast<std::uint32_t>(held.key >> 32U);
    auto index = held.flow != none && flows[held.flow].key == held.key ? held.flow : flow_index.find(hash, [&](std::uint32_t i) { return flows[i].key == held.key; });
    if (index == none) {
      if (flows.used() >= limits.esp_flows) {
        ++counts.esp_flows_left_out;
        continue;
      }
      index = flows.allocate();
      auto& flow = flows[index];
      flow.key = held.key;
      flow.esp_pair = esp_pair(packet, held.pair);
      flow.from_b = held.from_b;
      flow.spi = held.spi;
      flow.in_udp = held.in_udp;
      flow.file = packet.file;
      flow.first_packet = packet.packet;
      flow.first = nanoseconds(packet.time);
      flow_index.insert(hash, index);
    }
    auto& flow = flows[index];
    ++flow.packets;
    flow.last = nanoseconds(packet.time);
    flow.last_packet = packet.packet;
    auto& run = esp_pairs[flow.esp_pair];
    if (run.packets == 0 || run.from_b != flow.from_b) {
      run.from_b = flow.from_b;
      run.packets = 0;
      run.file = packet.file;
      run.first_packet = packet.packet;
      run.first = flow.last;
    }
    ++run.packets;
    run.last_packet = packet.packet;
    run.last = flow.last;
  }
}

std::uint32_t Tracker::Impl::esp_pair(const net::PacketInfo& packet, std::uint64_t key) {
  const auto& a = std::min(packet.source.address, packet.destination.address);
  const auto& b = std::max(packet.source.address, packet.destination.address);
  const auto hash = static_cast<std::uint32_t>(key >> 32U);
  const auto found = esp_pair_index.find(hash, [&](std::uint32_t i) { return esp_pairs[i].a == a && esp_pairs[i].b == b; });
  if (found != none) return found;
  const auto fresh = esp_pairs.allocate();
  esp_pairs[fresh].a = a;
  esp_pairs[fresh].b = b;
  esp_pair_index.insert(hash, fresh);
  return fresh;
}

void Tracker::Impl::icmp_error(const net::IcmpError& error) {
  settle_messages();
  if (error.quoted_protocol != 17) return;
  const auto key = pair_key(error.quoted_source.address, error.quoted_destination.address);
  const auto pair = find_pair(error.quoted_source.address, error.quoted_destination.address, key, false);
  std::uint32_t index = none;
  const auto by_cookie = [&](std::size_t offset) {
    const auto cookie = load_be64(error.quoted_payload.data() + offset);
    const auto own = pair == none ? none : attempt_index.find(attempt_hash(cookie, key), [&](std::uint32_t i) { return attempts[i].initiator_cookie == cookie && (attempts[i].pair_key == key || attempts[i].other_pair_key == key); });
    if (own != none) return own;
    // Quoted under translated addresses.
    return cookie_index.find(cookie_hash(cookie), [&](std::uint32_t i) { return attempts[i].initiator_cookie == cookie; });
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
  if (major == 2) ++pair.ikev2_packets;
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

// Frees one attempt when all are in use: one that is half open and silent rather than one that got an
// answer, so that a flood of spoofed first messages cannot push out a real tunnel. A clock: who was touched
// since the hand last passed gets another round.
void Tracker::Impl::evict_one() {
  constexpr std::uint32_t look_at = 256;
  std::uint32_t fallback = none;
  const auto slots = attempts.end();
  for (std::uint32_t looked = 0; looked < slots * 2; ++looked) {
    hand = hand + 1 < slots ? hand + 1 : 0;
    auto& attempt = attempts[hand];
    if (!attempt.held) continue;
    const bool half_open = attempt.responder_cookie == 0;
    if (half_open && !attempt.touched) return release(hand);
    if (!attempt.touched && fallback == none) fallback = hand;
    attempt.touched = attempt.touched && looked >= slots;
    if (looked >= look_at && fallback != none) return release(fallback);
  }
  release(hand);
}

void Tracker::Impl::release(std::uint32_t index) {
  auto& attempt = attempts[index];
  if (!attempt.held) return;
  auto& pair = pairs[attempt.pair];
  if (attempt.previous_in_pair == none) pair.first_attempt = attempt.next_in_pair;
  else attempts[attempt.previous_in_pair].next_in_pair = attempt.next_in_pair;
  if (attempt.next_in_pair == none) pair.last_attempt = attempt.previous_in_pair;
  else attempts[attempt.next_in_pair].previous_in_pair = attempt.previous_in_pair;
  --pair.attempts;
  ++pair.attempts_left_out;
  attempt_index.erase(attempt_hash(attempt.initiator_cookie, attempt.pair_key), index);
  if (attempt.other_pair != none) attempt_index.erase(attempt_hash(attempt.initiator_cookie, attempt.other_pair_key), index);
  cookie_index.erase(cookie_hash(attempt.initiator_cookie), index);
  attempt.phase1.log.clear(notes);
  if (attempt.details != none) detail_pool.release(attempt.details);
  if (attempt.children != none) {
    auto& list = child_lists[attempt.children];
    for (std::uint32_t i = 0; i < list.count; ++i) {
      exchanges[list.exchanges[i]].log.clear(notes);
      exchanges.release(list.exchanges[i]);
    }
    child_lists.release(attempt.children);
  }
  const auto own_pair = attempt.pair;
  const auto other_pair = attempt.other_pair;
  attempt.held = false;
  attempts.release(index);
  ++counts.attempts_evicted;
  release_reference(own_pair);
  if (other_pair != none) release_reference(other_pair);
}

void Tracker::Impl::release_reference(std::uint32_t index) {
  auto& pair = pairs[index];
  if (--pair.references > 0 || pair.other_versions != none || pair.ikev2_packets > 0) return;
  pair_index.erase(static_cast<std::uint32_t>(pair.key >> 32U), index);
  pair.held = false;
  pairs.release(index);
}

Tracker::Tracker(Limits limits) : impl_{std::make_unique<Impl>(limits)} {}
Tracker::~Tracker() = default;
Tracker::Tracker(Tracker&&) noexcept = default;
Tracker& Tracker::operator=(Tracker&&) noexcept = default;
void Tracker::set_opener(Open open) { impl_->open = std::move(open); }
void Tracker::datagram(const net::Datagram& datagram) { impl_->datagram(datagram); }
void Tracker::esp(const net::EspPacket& packet) { impl_->esp(packet, packet.spi, packet.in_udp); }
void Tracker::icmp_error(const net::IcmpError& error) { impl_->icmp_error(error); }
const TrackCounts& Tracker::counts() const noexcept {
  impl_->settle();
  return impl_->counts;
}
std::uint32_t Tracker::pairs() const noexcept {
  impl_->settle();
  return impl_->pairs.end();
}
void Tracker::tunnels(std::uint32_t index, std::vector<Tunnel>& tunnels) const {
  impl_->settle();
  impl_->tunnels(index, tunnels);
}
std::vector<VendorSeen> Tracker::vendors(const Attempt& attempt, Side side) const { return impl_->vendors(attempt, side); }
std::vector<std::uint32_t> Tracker::nat_discoveries(const Attempt& attempt, Side side) const { return impl_->nat_discoveries(attempt, side); }

}  // namespace ike::track
