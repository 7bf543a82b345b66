// Into the store: from a datagram to a note in the right exchange of the right attempt of the right pair.
#include "ike/track/tracker.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "numbers.hpp"
#include "tracker_impl.hpp"

namespace ike::track {

namespace {

using isakmp::Header;
using isakmp::Message;

// An unencrypted Informational from the responder under cookies nobody knows belongs to the newest attempt
// of its pair if that was alive this recently: some responders answer with cookies of their own.
constexpr Duration stray_notify = std::chrono::seconds{60};

// The same octets under other addresses are one message seen on both sides of a NAT only when they come
// this close together.
constexpr Duration across_nat = std::chrono::seconds{2};

constexpr std::uint32_t max_payload_lists = 4096;
constexpr std::uint32_t max_values = 16384;
constexpr std::size_t max_value_octets = 4U << 20U;
constexpr std::size_t max_sa_octets = 4096;       // of one SA payload kept; longer ones are no real offers

// Asked for every message, so kept as tables.
constexpr auto phase1_types = [] {
  std::array<bool, 256> phase1{};
  for (const auto type : {ExchangeType::identity_protection, ExchangeType::aggressive, ExchangeType::base, ExchangeType::authentication_only, ExchangeType::authip_main_mode}) phase1[number(type)] = true;
  return phase1;
}();
bool is_phase1(ExchangeType type) { return phase1_types[number(type)]; }

const auto known_exchange_types = [] {
  std::array<bool, 256> known{};
  for (std::size_t type = 1; type < known.size(); ++type) known[type] = !name(ExchangeType(type)).empty();
  return known;
}();
bool is_known(ExchangeType type) { return known_exchange_types[number(type)]; }

// What a note says of a message that carries a payload of this type.
constexpr auto flags_of = [] {
  std::array<std::uint16_t, 256> flags{};
  flags[number(PayloadType::security_association)] = Note::carries_sa;
  flags[number(PayloadType::key_exchange)] = flags[number(PayloadType::nonce)] = Note::carries_ke_or_nonce;
  flags[number(PayloadType::hash)] = flags[number(PayloadType::signature)] = Note::carries_auth;
  flags[number(PayloadType::notification)] = Note::has_notify;
  flags[number(PayloadType::delete_)] = Note::has_delete;
  return flags;
}();

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
  announced.resize(1);
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
  const auto found = pair_index.find(hash, [&](std::uint32_t i) { return pairs[i].a == a && pairs[i].b == b; });
  if (found != none || !make) return found;
  const auto fresh = pairs.allocate();
  auto& pair = pairs[fresh];
  pair.a = a;
  pair.b = b;
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
    case isakmp::Content::ikev2:
      ++counts.ikev2;
      settle_messages();  // in order of arrival
      return other_version(datagram, what.offset, 2);
    case isakmp::Content::other_version:
      ++counts.other_version;
      settle_messages();
      return other_version(datagram, what.offset, datagram.payload[what.offset + 17U] >> 4U);
    case isakmp::Content::empty:
    case isakmp::Content::unknown: ++counts.unknown; return;
  }
}

void Tracker::Impl::decode(const net::Datagram& datagram, std::size_t offset, std::uint64_t key, std::uint32_t likely) {
  const auto octets = datagram.payload.subspan(offset);
  const auto sent = datagram.sent_length - static_cast<std::uint32_t>(offset);
  if (!decode_message(octets, sent, message)) {
    ++counts.unknown;
    return;
  }
  if (!is_known(message.header.exchange_type)) {
    ++counts.messages;
    return count_malformed(datagram, {});
  }
  if (message.header.next_payload == PayloadType::fragment) return fragment(datagram, key);
  take({datagram, message, datagram.partial, false, datagram.completes, key, likely});
}

void Tracker::Impl::count_malformed(const net::Datagram& datagram, const std::optional<DecodeError>& why) {
  ++counts.malformed;
  if (malformed.size() < Tracker::max_malformed) malformed.push_back({datagram.packet, datagram.file, why});
}

// IKE fragments: the first one stands for its message until the others have come, or where the snap length cut them.
void Tracker::Impl::fragment(const net::Datagram& datagram, std::uint64_t key) {
  const auto* piece = message.payloads.empty() ? nullptr : std::get_if<isakmp::IkeFragment>(&message.payloads.front().content);
  const auto* broken = message.payloads.empty() || !message.cut ? nullptr : std::get_if<isakmp::Malformed>(&message.payloads.front().content);
  const auto begun = broken == nullptr ? Decoded<isakmp::IkeFragment>{DecodeError{}} : isakmp::decode_ike_fragment(broken->body);
  if (begun) piece = &*begun;
  if (piece == nullptr || datagram.partial) return take({datagram, message, datagram.partial, true, datagram.completes, key});
  const bool cut = begun.has_value();
  if (!cut) {
    const auto whole = fragments.add(message, *piece, datagram.source, datagram.destination, datagram.time, datagram.packet);
    if (whole && decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), inner)) {
      return take({datagram, inner, false, true, whole->first_packet, key});
    }
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
    inner.cut = cut;
  }
  --counts.messages;  // take() counts it
  take({datagram, inner, !cut, true, 0, key});
}

void Tracker::Impl::take(const Arrival& arrival) {
  const isakmp::Message* opened = nullptr;
  if (!arrival.partial && (keys || !arrival.message.header.encrypted()) && open) opened = open(arrival.message, arrival.datagram);
  const auto& datagram = arrival.datagram;
  const auto& header = arrival.message.header;
  ++counts.messages;
  if (arrival.completes != 0 && !arrival.ike_fragmented) --counts.messages;  // its first fragment was counted
  const bool broken = arrival.message.fault.has_value() && !arrival.partial && !arrival.message.cut;
  if (broken) count_malformed(datagram, arrival.message.fault);

  const auto octets_digest = static_cast<std::uint32_t>(digest(arrival.message.octets));
  const auto key = arrival.pair_key;
  bool from_responder = false;
  auto index = find_attempt(arrival, key, octets_digest, from_responder);
  if (index == none) index = new_attempt(arrival, key, from_responder);
  auto& attempt = attempts[index];
  attempt.touched = true;
  const auto silence = nanoseconds(datagram.time) - attempt.last;
  if (nanoseconds(datagram.time) < attempt.last) attempt.book = AttemptRecord::off_the_book;
  attempt.last = std::max(attempt.last, nanoseconds(datagram.time));

  auto& exchange = exchange_for(attempt, header, from_responder);
  auto note = make_note(attempt, arrival, opened, octets_digest, from_responder);
  if (arrival.completes != 0) {
    Note* first_fragment = nullptr;  // the newest of that number: another file may have had the same
    exchange.log.each_mutable(notes, [&](std::uint32_t, Note& kept) {
      if (kept.packet() == arrival.completes && kept.is(Note::partial) && (arrival.ike_fragmented || kept.ip_id == note.ip_id)) first_fragment = &kept;
      return false;
    });
    if (first_fragment != nullptr) {
      first_fragment->set_packet(0);  // so that it is not found as its own original
      first_fragment->digest = 0;
      const bool repeats = find_original(exchange, note);
      attempt.book = AttemptRecord::off_the_book;
      if (repeats && !first_fragment->is(Note::resend) && !first_fragment->is(Note::copy)) {
        ++(note.is(Note::copy) ? attempt.copies : attempt.resends);
        ++(note.is(Note::copy) ? counts.copies : counts.resends);
      }
      *first_fragment = note;
      return learn(attempt, arrival, from_responder);
    }
  }
  // A partial message is compared by more than its digest, and so is one that comes after it.
  const bool maybe_seen = arrival.partial || exchange.log.may_hold(octets_digest);
  if (arrival.partial) exchange.log.search_always();
  else exchange.log.remember(octets_digest);
  if (maybe_seen && find_original(exchange, note)) {
    ++(note.is(Note::copy) ? attempt.copies : attempt.resends);
    ++(note.is(Note::copy) ? counts.copies : counts.resends);
    exchange.log.append(notes, note);
    if (!is_harmless_resend(attempt, exchange, note)) attempt.book = AttemptRecord::off_the_book;
    return;
  }
  exchange.log.append(notes, note);
  const bool is_quick_mode = exchange.type == ExchangeType::quick_mode;
  const bool was_whole = is_quick_mode && exchange.has_three();
  auto& distinct = from_responder == exchange.started_by_responder ? exchange.distinct_from_starter : exchange.distinct_from_other;
  if (distinct < 255) ++distinct;
  if (is_quick_mode && !was_whole && exchange.has_three()) {
    count_up(attempt.quick_modes_complete);
    if (attempt.quick_modes_complete == 1) {  // those that follow may soon have to go
      attempt.phase1.log.pack(notes);
      exchange.log.pack(notes);
    }
  }
  if (&exchange != &attempt.phase1 && exchange.type != ExchangeType::informational) note_progress(attempt, exchange);
  if (attempt.book != AttemptRecord::off_the_book) keep_book(attempt, exchange, note, silence);
  if (!arrival.message.payloads.empty()) learn(attempt, arrival, from_responder);
}

std::uint32_t Tracker::Impl::find_attempt(const Arrival& arrival, std::uint64_t key, std::uint32_t octets_digest, bool& from_responder) {
  const auto& header = arrival.message.header;
  const auto& source = arrival.datagram.source;
  const auto& destination = arrival.datagram.destination;
  const auto order = source.address <=> destination.address;
  const bool from_b = order > 0;
  if (arrival.likely != none) {
    const auto& attempt = attempts[arrival.likely];
    if (attempt.initiator_cookie == header.initiator_cookie && attempt.pair_key == kept_key(key) && attempt.held && order != 0) [[likely]] {
      from_responder = from_b != attempt.initiator_is_b;
      return arrival.likely;
    }
  }
  const auto first = first_under(header.initiator_cookie);
  const auto own = attempt_under(header.initiator_cookie, key, first);
  if (own != none) {
    const auto& attempt = attempts[own];
    from_responder = from_b != (attempt.pair_key == kept_key(key) ? attempt.initiator_is_b : rare_pool[attempt.rare].initiator_is_b);
    if (order == 0) from_responder = source.port != attempt.initiator_port;
    return own;
  }
  // Seen under other addresses before: the two sides of a NAT in one capture.
  if (first != none && joins(attempts[first], arrival, octets_digest)) {
    from_responder = side_under_other_pair(first, arrival, key);
    return first;
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
  if (attempt.rare != none && rare_pool[attempt.rare].pair != none) return false;  // two address pairs are a NAT; more are somebody playing with cookies
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
  auto& there = rare(attempt);
  there.pair = pair;
  there.pair_key = kept_key(key);
  ++pairs[pair].references;
  there.initiator_is_b = (source.address > destination.address) != from_responder;
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
  attempt.pair_key = kept_key(key);
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
  if (const auto before = attempt.previous_in_pair; before != none && under_pressure()) {
    if (const auto older = attempts[before].previous_in_pair; older != none) trim_children(attempts[older]);
  }
  // Only the first under a cookie is found by the cookie: more would make each look-up a walk past all of them.
  if (first_under(header.initiator_cookie) == none) cookie_index.insert(cookie_hash(header.initiator_cookie), index);
  else attempt_index.insert(attempt_hash(header.initiator_cookie, key), index);
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

// Whether all goes by the book: every message of phase 1 once and in order, then whole Quick Modes, and Informationals one
// of each side at a time: several at once may mean an end, some without an answer that one side has gone. `book` is the
// number of the next message; of such an attempt nothing needs to be looked at twice.
void Tracker::Impl::keep_book(AttemptRecord& attempt, const ExchangeRecord& exchange, const Note& note, std::int64_t silence) {
  constexpr Duration at_once = std::chrono::seconds{2};  // longer than the burst that diagnosis knows
  constexpr auto odd = Note::partial | Note::cut | Note::ip_fragmented | Note::ike_fragmented | Note::malformed | Note::has_notify | Note::has_delete | Note::icmp;
  const bool from_responder = note.is(Note::from_responder);
  bool in_order = (note.flags & odd) == 0 && !attempt.initiator_assumed && attempt.rare == none;
  const bool past_phase1 = (attempt.book & AttemptRecord::book_number) > phase1_length(attempt.phase1.type);
  if (&exchange == &attempt.phase1) {
    in_order = in_order && phase1_number(exchange.type, note, from_responder) == attempt.book;
    if (in_order) ++attempt.book;
  } else if (exchange.type == ExchangeType::informational) {
    const auto said = AttemptRecord::one_informational[from_responder ? 1 : 0];
    if (silence > at_once.count()) {
      const auto before = attempt.book & AttemptRecord::both_informational;
      in_order = in_order && (before == 0 || before == AttemptRecord::both_informational);
      attempt.book = attempt.book & AttemptRecord::book_number;
    }
    in_order = in_order && note.is(Note::encrypted) && past_phase1 && (attempt.book & said) == 0 && attempt.quick_modes_begun > 0 && attempt.quick_modes_begun == attempt.quick_modes_complete;
    attempt.book = static_cast<std::uint8_t>(attempt.book | said);
  } else {
    const auto own = exchange.distinct_from_starter;  // this message included
    const auto others = exchange.distinct_from_other;
    in_order = in_order && exchange.type == ExchangeType::quick_mode && !exchange.started_by_responder && past_phase1;
    in_order = in_order && (from_responder ? own == 1 && others == 1 : own == others + 1 && own <= 2);
  }
  if (!in_order) attempt.book = AttemptRecord::off_the_book;
}

// A resend says no more than that one was needed, except that of Quick Mode's second message: the third may be missing.
bool Tracker::Impl::is_harmless_resend(const AttemptRecord& attempt, const ExchangeRecord& exchange, const Note& note) {
  if (!note.is(Note::resend) || note.is(Note::partial)) return false;
  return &exchange == &attempt.phase1 || (exchange.type == ExchangeType::quick_mode && !note.is(Note::from_responder));
}

Note Tracker::Impl::make_note(AttemptRecord& attempt, const Arrival& arrival, const Message* opened, std::uint32_t octets_digest, bool from_responder) {
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
  note.payloads = payload_list(opened != nullptr ? *opened : message_in);
  note.responder_cookie = responder_cookie(attempt, message_in.header.responder_cookie);
  set(Note::from_responder, from_responder);
  set(Note::encrypted, message_in.header.encrypted());
  set(Note::natt_port, datagram.source.port == 4500 || datagram.destination.port == 4500);
  if (arrival.partial || message_in.cut || datagram.fragments > 1 || datagram.partial || arrival.ike_fragmented || message_in.fault) [[unlikely]] {
    set(Note::partial, arrival.partial);
    set(Note::cut, message_in.cut && !arrival.partial);
    set(Note::ip_fragmented, datagram.fragments > 1 || datagram.partial);
    set(Note::ike_fragmented, arrival.ike_fragmented);
    set(Note::malformed, message_in.fault && !arrival.partial && !message_in.cut);
  }
  if (message_in.header.encrypted() && opened == nullptr) return note;
  const auto& shown = opened != nullptr ? *opened : message_in;
  // Where the snap length left no payload, the header still names the first one.
  std::uint16_t carries = shown.payloads.empty() ? static_cast<std::uint16_t>(flags_of[number(shown.header.next_payload)] & ~Note::has_notify) : std::uint16_t{0};
  for (const auto& payload : shown.payloads) carries = static_cast<std::uint16_t>(carries | flags_of[number(payload.type)]);
  note.flags = static_cast<std::uint16_t>(note.flags | carries);
  if (note.is(Note::has_notify)) {
    const auto first = std::ranges::find(shown.payloads, PayloadType::notification, &isakmp::Payload::type);
    if (const auto* notification = std::get_if<isakmp::Notification>(&first->content)) note.notify = number(notification->type);
  }
  set(Note::carries_auth, opened != nullptr);
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
    if (!is_copy(Duration{note.time - earlier.time}, note.ip_id, earlier.ip_id)) return false;
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
  if (arrival.partial) return;
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
    if (attempt.nat == none) attempt.nat = nat_pool.allocate();
    auto& nat = nat_pool[attempt.nat];
    auto& count = nat.count[from_responder ? 1 : 0];
    if (count == NatRecord::more) break;
    if (count < NatRecord::capacity) nat.hashes[from_responder ? 1 : 0][count] = load_be32(discovery->hash.data());
    ++count;
  }
}

RareRecord& Tracker::Impl::rare(AttemptRecord& attempt) {
  if (attempt.rare == none) attempt.rare = rare_pool.allocate();
  return rare_pool[attempt.rare];
}

std::uint32_t Tracker::Impl::first_under(Cookie cookie) const {
  return cookie_index.find(cookie_hash(cookie), [&](std::uint32_t i) { return attempts[i].initiator_cookie == cookie; });
}

std::uint32_t Tracker::Impl::attempt_under(Cookie cookie, std::uint64_t key, std::uint32_t first) const {
  if (first != none && is_under(attempts[first], cookie, key)) return first;
  return attempt_index.find(attempt_hash(cookie, key), [&](std::uint32_t i) { return is_under(attempts[i], cookie, key); });
}

bool Tracker::Impl::is_under(const AttemptRecord& attempt, Cookie cookie, std::uint64_t key) const {
  if (attempt.initiator_cookie != cookie) return false;
  return attempt.pair_key == kept_key(key) || (attempt.rare != none && rare_pool[attempt.rare].pair != none && rare_pool[attempt.rare].pair_key == kept_key(key));
}

std::uint8_t Tracker::Impl::responder_cookie(AttemptRecord& attempt, Cookie cookie) {
  if (cookie == 0) return 0;
  if (attempt.responder_cookie == 0) attempt.responder_cookie = cookie;
  if (attempt.responder_cookie == cookie) return 1;
  auto& detail = rare(attempt);
  for (std::uint8_t i = 0; i < detail.cookie_count; ++i) {
    if (detail.responder_cookies[i] == cookie) return static_cast<std::uint8_t>(i + 2);
  }
  if (detail.cookie_count == RareRecord::max_cookies) return 0xff;
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

Tracker::Tracker(Limits limits) : impl_{std::make_unique<Impl>(limits)} {}
Tracker::~Tracker() = default;
Tracker::Tracker(Tracker&&) noexcept = default;
Tracker& Tracker::operator=(Tracker&&) noexcept = default;
void Tracker::set_opener(Open open, bool keys) {
  impl_->open = std::move(open);
  impl_->keys = keys;
}
void Tracker::datagram(const net::Datagram& datagram) { impl_->datagram(datagram); }
void Tracker::esp(const net::EspPacket& packet) { impl_->esp(packet, packet.spi, packet.in_udp); }
void Tracker::icmp_error(const net::IcmpError& error) { impl_->icmp_error(error); }
const TrackCounts& Tracker::counts() const noexcept {
  impl_->settle();
  return impl_->counts;
}
const std::vector<MalformedMessage>& Tracker::malformed() const noexcept {
  impl_->settle();
  return impl_->malformed;
}
std::uint32_t Tracker::pairs() const noexcept {
  impl_->settle();
  return impl_->pairs.end();
}
std::optional<Routine> Tracker::routine(std::uint32_t index) const {
  impl_->settle();
  return impl_->routine(index);
}
void Tracker::tunnels(std::uint32_t index, std::vector<Tunnel>& tunnels) const {
  impl_->settle();
  impl_->tunnels(index, tunnels);
}
std::vector<VendorSeen> Tracker::vendors(const Attempt& attempt, Side side) const { return impl_->vendors(attempt, side); }
std::vector<std::uint32_t> Tracker::nat_discoveries(const Attempt& attempt, Side side) const { return impl_->nat_discoveries(attempt, side); }

}  // namespace ike::track
