// Out of the store: from compact records to the values that diagnosis and reports work on.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "numbers.hpp"
#include "tracker_impl.hpp"

namespace ike::track {

namespace {

// Sides were assumed, since the beginning was not captured. What proves the assumption wrong: a message 1 from the
// assumed responder; a KE from the assumed initiator, answered none or repeated after the other's, before the other
// side is the first to encrypt (so that KE was message 4); an encrypted message of phase 1 that the assumed responder
// repeats, where the other side sends none (who was answered does not repeat message 6, so that was message 5); Quick Mode
// begun by the assumed responder, who has not sent message 6.
bool sides_are_swapped(std::span<const Event> events) {
  bool ke_from_initiator = false;
  bool ke_from_responder = false;
  bool answered_again = false;
  bool sealed_from_initiator = false;
  for (const auto& event : events) {
    if (!event.is_message()) continue;
    const bool from_initiator = event.from == Side::initiator;
    if (event.is_phase1() && event.responder_cookie == 0 && !event.encrypted && event.payloads.contains(PayloadType::security_association)) return !from_initiator;
    if (event.exchange == ExchangeType::identity_protection) {
      if (event.number == 3) {
        answered_again |= ke_from_responder && event.is_resend();
        ke_from_initiator = true;
      }
      if (event.number == 4) ke_from_responder = true;
      if (event.number == 6) {
        if (ke_from_initiator || sealed_from_initiator) return ke_from_initiator && (!ke_from_responder || answered_again) && !sealed_from_initiator;
        if (event.is_resend() && !ke_from_responder) return true;
      }
      if (event.number == 5) sealed_from_initiator = true;
    } else if (event.exchange == ExchangeType::quick_mode && event.number == 1) {
      return !from_initiator && sealed_from_initiator;
    }
  }
  return false;
}

}  // namespace

// The attempt's messages by time; `swapped`: who was taken for the initiator is the responder.
void Tracker::Impl::fill_events(const AttemptRecord& record, bool swapped, std::vector<Event>& events) const {
  const auto* rarely = record.rare == none ? nullptr : &rare_pool[record.rare];
  const auto begin = events.size();
  auto& origins = scratch.origins;
  origins.clear();
  const auto gather = [&](const ExchangeRecord& exchange, std::uint32_t exchange_number) {
    std::uint8_t from_starter = 0;
    std::uint8_t from_other = 0;
    // Two messages of Quick Mode from one side and one from the other: who sent two began, whichever was shown first.
    const bool answer_first = exchange.type == ExchangeType::quick_mode && exchange.distinct_from_other > exchange.distinct_from_starter;
    const bool started_by_responder = (exchange.started_by_responder != answer_first) != swapped;
    exchange.log.each(notes, [&](std::uint32_t ordinal, const Note& note) {
      auto& event = events.emplace_back();
      origins.push_back({exchange_number, ordinal, note.original});
      const bool from_responder = note.is(Note::from_responder) != swapped;
      event.time = to_time(note.time);
      event.packet = note.packet();
      event.file = note.file;
      event.from = from_responder ? Side::responder : Side::initiator;
      event.exchange = exchange.type;
      event.message_id = exchange.message_id;
      if (note.is(Note::icmp)) {
        event.kind = Event::Kind::icmp_error;
        event.icmp_type = static_cast<std::uint8_t>(note.digest);
        event.icmp_code = static_cast<std::uint8_t>(note.digest >> 8U);
        event.icmp_v6 = (note.digest >> 16U & 1U) != 0;
        event.ip_fragmented = (note.digest >> 17U & 1U) != 0;
        event.icmp_mtu = note.notify;
        const auto octets = addresses[note.length];
        event.icmp_sender = octets.size() == 4 ? net::Address::v4(octets.data()) : octets.size() == 16 ? net::Address::v6(octets.data()) : net::Address{};
        return false;
      }
      event.length = note.length;
      event.notify = static_cast<NotifyType>(note.notify);
      event.has_notify = note.is(Note::has_notify);
      event.has_delete = note.is(Note::has_delete);
      event.encrypted = note.is(Note::encrypted);
      event.decrypted = event.encrypted && note.is(Note::carries_auth);
      event.partial = note.is(Note::partial);
      event.cut = note.is(Note::cut);
      event.ip_fragmented = note.is(Note::ip_fragmented);
      event.ike_fragmented = note.is(Note::ike_fragmented);
      event.malformed = note.is(Note::malformed);
      event.natt_port = note.is(Note::natt_port);
      const auto types = payload_lists[note.payloads];
      event.payloads.count = static_cast<std::uint8_t>(std::min<std::size_t>(types.size(), 255));
      std::copy_n(reinterpret_cast<const PayloadType*>(types.data()), std::min(types.size(), PayloadList::capacity), event.payloads.types.begin());
      event.responder_cookie = note.responder_cookie == 0 ? 0 : note.responder_cookie == 1 ? record.responder_cookie
                               : rarely != nullptr && note.responder_cookie < rarely->cookie_count + 2 ? rarely->responder_cookies[note.responder_cookie - 2U] : 0;
      const bool repeats = note.is(Note::resend) || note.is(Note::copy);
      event.resend_of = note.is(Note::resend) ? 0 : no_event;  // resolved below
      event.copy_of = note.is(Note::copy) ? 0 : no_event;
      if (exchange_number == 0) {
        event.number = phase1_number(exchange.type, note, from_responder);
      } else if (!repeats) {
        // Below phase 1 everything is encrypted: the place is told by sender and order alone.
        auto& count = from_responder == started_by_responder ? from_starter : from_other;
        event.number = static_cast<std::uint8_t>(from_responder == started_by_responder ? 2 * count + 1 : 2 * count + 2);
        if (count < 100) ++count;
      }
      return false;
    });
  };
  gather(record.phase1, 0);
  std::uint32_t child_number = 0;
  for (const auto child : children_of(record).all()) {
    gather(exchanges[child], ++child_number);
    }

  const auto count = events.size() - begin;
  const auto own = std::span{events}.subspan(begin);
  // By time; what came together stays in the order of its packets.
  const auto before = [](const Event& x, const Event& y) { return x.time != y.time ? x.time < y.time : x.file == y.file && x.packet < y.packet; };
  auto& rank = scratch.rank;
  rank.resize(count);
  std::iota(rank.begin(), rank.end(), 0U);
  if (!std::ranges::is_sorted(own, before)) {
    auto& order = scratch.order;
    order.resize(count);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](std::uint32_t x, std::uint32_t y) { return before(own[x], own[y]); });
    for (std::uint32_t i = 0; i < count; ++i) rank[order[i]] = i;
    scratch.events.assign(own.begin(), own.end());
    for (std::uint32_t i = 0; i < count; ++i) own[i] = scratch.events[order[i]];
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto& event = own[rank[i]];
    if (origins[i].original == Note::no_original || !event.is_message()) continue;
    std::uint32_t original = no_event;
    for (std::size_t k = 0; k < count && original == no_event; ++k) {
      if (origins[k].exchange == origins[i].exchange && origins[k].ordinal == origins[i].original) original = rank[k];
    }
    // The original may have been let go with the middle of a long log; the mark stays.
    (event.is_copy() ? event.copy_of : event.resend_of) = original == no_event ? rank[i] : original;
    if (origins[i].exchange != 0 && original != no_event) event.number = own[original].number;
  }
}

void Tracker::Impl::fill_attempt(const AttemptRecord& record, Attempt& attempt, std::vector<Event>& events) const {
  const auto& pair = pairs[record.pair];
  attempt.id = record.id;
  attempt.mode = record.phase1.type;
  attempt.initiator_cookie = record.initiator_cookie;
  attempt.responder_cookies.clear();
  if (record.responder_cookie != 0) attempt.responder_cookies.push_back(record.responder_cookie);
  const auto* rarely = record.rare == none ? nullptr : &rare_pool[record.rare];
  if (rarely != nullptr) attempt.responder_cookies.insert(attempt.responder_cookies.end(), rarely->responder_cookies.begin(), rarely->responder_cookies.begin() + rarely->cookie_count);
  attempt.initiator = {record.initiator_is_b ? pair.b : pair.a, record.initiator_port};
  attempt.responder = {record.initiator_is_b ? pair.a : pair.b, record.responder_port};
  attempt.initiator_assumed = record.initiator_assumed;
  attempt.other_addresses = rarely != nullptr && rarely->pair != none;
  attempt.offer = record.offer != 0 ? &offers[record.offer] : nullptr;
  attempt.choice = record.choice != 0 ? &offers[record.choice] : nullptr;
  attempt.quick_modes_begun = record.quick_modes_begun;
  attempt.quick_modes_complete = record.quick_modes_complete;
  attempt.resends = record.resends;
  attempt.copies = record.copies;
  attempt.first = to_time(record.first);
  attempt.last = to_time(record.last);
  attempt.events_left_out = record.left_out + record.phase1.log.left_out();

  for (const auto child : children_of(record).all()) attempt.events_left_out += exchanges[child].log.left_out();
  const auto begin = events.size();
  fill_events(record, false, events);
  if (record.initiator_assumed && sides_are_swapped(std::span{events}.subspan(begin))) {
    std::swap(attempt.initiator, attempt.responder);
    events.resize(begin);
    fill_events(record, true, events);
  }

  if (record.nat != none && nat_pool[record.nat].count[0] > 1 && nat_pool[record.nat].count[1] > 1) {
    // Each side hashes first the other's address as it sees it, then its own (RFC 3947 3.2). Who is seen
    // under an address that is not one of his own is behind a NAT.
    const auto& nat = nat_pool[record.nat];
    const auto is_translated = [&](std::size_t seen_by, std::size_t side) -> std::optional<bool> {
      const auto& hashes = nat.hashes[side];
      const auto* end = hashes.begin() + std::min<std::size_t>(nat.count[side], hashes.size());
      if (std::find(hashes.begin() + 1, end, nat.hashes[seen_by][0]) != end) return false;
      if (nat.count[side] > hashes.size()) return std::nullopt;  // it may be among those not kept
      return true;
    };
    attempt.nat_initiator = is_translated(1, 0);
    attempt.nat_responder = is_translated(0, 1);
  }
  const auto& initiator_says = announced[record.vendors[0]];
  const auto& responder_says = announced[record.vendors[1]];
  attempt.natt_vendor_initiator = initiator_says.nat_traversal;
  attempt.natt_vendor_responder = responder_says.nat_traversal;
  attempt.fragmentation_vendor_initiator = initiator_says.fragmentation;
  attempt.fragmentation_vendor_responder = responder_says.fragmentation;
}

// Reports go through all pairs in order, so what the next ones will need can be under way: record after record
// along the pair's chain, then their lists, their exchanges, and those exchanges' messages.
void Tracker::Impl::bring_near(std::uint32_t index) const {
  constexpr unsigned deep = 4;  // attempts of a pair
  const auto first = [&](std::uint32_t i) { return i < pairs.end() && pairs[i].held ? pairs[i].first_attempt : none; };
  for (unsigned n = 0; n < deep; ++n) {
    auto attempt = first(index + 32 - 4 * n);
    for (unsigned i = 0; i < n && attempt != none; ++i) attempt = attempts[attempt].next_in_pair;
    if (attempt != none) prefetch(attempts[attempt]);
  }
  const auto each = [&](std::uint32_t i, auto visit) {
    if (i >= pairs.end() || !pairs[i].held || went_by_the_book(pairs[i])) return;
    auto attempt = pairs[i].first_attempt;
    for (unsigned n = 0; n < deep && attempt != none; ++n, attempt = attempts[attempt].next_in_pair) visit(attempts[attempt]);
  };
  each(index + 16, [&](const AttemptRecord& attempt) {
    attempt.phase1.log.prefetch(notes);
    if (attempt.nat != none) prefetch(nat_pool[attempt.nat]);
    bring_list_near(attempt);
  });
  each(index + 11, [&](const AttemptRecord& attempt) {
    for (const auto child : children_of(attempt).all()) prefetch(exchanges[child]);
  });
  each(index + 6, [&](const AttemptRecord& attempt) {
    for (const auto child : children_of(attempt).all()) exchanges[child].log.prefetch(notes);
  });
}

// One after the other, of one client: what several attempts mean together is then no more than what each means.
bool Tracker::Impl::went_by_the_book(const PairRecord& pair) const {
  constexpr std::uint32_t many = 16;
  if (pair.attempts == 0 || pair.attempts > many || pair.attempts_left_out > 0 || pair.other_versions != none || pair.ikev2_packets > 0) return false;
  const auto& first = attempts[pair.first_attempt];
  for (auto i = pair.first_attempt; i != none; i = attempts[i].next_in_pair) {
    const auto& attempt = attempts[i];
    const bool complete = attempt.book != AttemptRecord::off_the_book && (attempt.book & AttemptRecord::book_number) == phase1_length(attempt.phase1.type) + 1;
    if (!complete || attempt.quick_modes_begun == 0 || attempt.quick_modes_begun != attempt.quick_modes_complete) return false;
    if (attempt.initiator_is_b != first.initiator_is_b || attempt.initiator_port != first.initiator_port) return false;
  }
  return true;
}

std::optional<Routine> Tracker::Impl::routine(std::uint32_t index) const {
  bring_near(index);
  const auto& pair = pairs[index];
  if (!pair.held || !went_by_the_book(pair)) return std::nullopt;
  if (find_esp_pair(pair_key(pair.a, pair.b)) != none) return std::nullopt;
  const auto& first = attempts[pair.first_attempt];
  std::uint32_t resends = 0;
  for (auto i = pair.first_attempt; i != none; i = attempts[i].next_in_pair) resends += attempts[i].resends;
  return Routine{first.initiator_is_b ? pair.b : pair.a, first.initiator_is_b ? pair.a : pair.b, attempts[pair.last_attempt].phase1.type, first.id, resends, pair.attempts};
}

// Informationals alone, under cookies of which nothing else was seen.
bool Tracker::Impl::is_stray(const AttemptRecord& attempt) const {
  return attempt.phase1.type == ExchangeType::informational && attempt.left_out == 0 &&
         std::ranges::all_of(children_of(attempt).all(), [&](std::uint32_t child) { return exchanges[child].type == ExchangeType::informational; });
}

void Tracker::Impl::tunnels(std::uint32_t index, std::vector<Tunnel>& out) const {
  const auto& pair = pairs[index];
  if (!pair.held) {
    out.clear();
    return;
  }
  // Clients behind one address are told apart by their ports when their attempts interleave. Informationals alone are
  // nobody's attempt: they go with the others of their port, or with the first.
  auto& clients = scratch.clients;
  clients.clear();
  bool interleaved = false;
  const auto client_of = [&](const AttemptRecord& attempt) {
    return std::ranges::find_if(clients, [&](const auto& client) { return client.initiator_is_b == attempt.initiator_is_b && client.port == attempt.initiator_port; });
  };
  auto& sequence = scratch.sequence;
  sequence.clear();
  for (auto i = pair.first_attempt; i != none; i = attempts[i].next_in_pair) {
    const auto& attempt = attempts[i];
    sequence.push_back(i);
    if (attempt.phase1.type == ExchangeType::informational) continue;
    for (const auto& client : clients) {
      if (client.initiator_is_b == attempt.initiator_is_b && client.port != attempt.initiator_port && attempt.first <= client.last && attempt.last >= client.first) interleaved = true;
    }
    const auto same = client_of(attempt);
    if (same == clients.end()) {
      constexpr std::size_t most = 64;  // beyond, a prober: no splitting is worth its price
      if (clients.size() < most) clients.push_back({attempt.initiator_is_b, attempt.initiator_port, attempt.first, attempt.last});
    } else {
      same->last = std::max(same->last, attempt.last);
    }
  }
  if (!interleaved) clients.resize(1);
  // Nor are they the newest, by which the tunnel is known: the Delete of an older SA, say, tells nothing of who is who.
  const auto newest = std::ranges::find_if_not(sequence.rbegin(), sequence.rend(), [&](std::uint32_t i) { return is_stray(attempts[i]); });
  if (newest != sequence.rend()) std::rotate(newest.base() - 1, newest.base(), sequence.end());
  out.resize(clients.size());
  for (std::size_t n = 0; n < clients.size(); ++n) {
    auto& tunnel = out[n];
    tunnel.events.clear();
    tunnel.esp.clear();
    tunnel.esp_run.reset();
    tunnel.other_versions.clear();
    std::size_t count = 0;
    auto& ends = scratch.ends;
    ends.clear();
    for (const auto i : sequence) {
      const auto& record = attempts[i];
      if (interleaved) {
        const auto own = client_of(record);
        if (n != (own == clients.end() ? 0 : static_cast<std::size_t>(own - clients.begin()))) continue;
      }
      if (tunnel.attempts.size() <= count) tunnel.attempts.emplace_back();
      auto& attempt = tunnel.attempts[count++];
      auto cookies = std::move(attempt.responder_cookies);
      attempt = Attempt{};
      attempt.responder_cookies = std::move(cookies);
      fill_attempt(record, attempt, tunnel.events);
      ends.push_back(tunnel.events.size());
    }
    tunnel.attempts.resize(count);
    for (std::size_t i = 0, begin = 0; i < count; begin = ends[i++]) tunnel.attempts[i].events = std::span{tunnel.events}.subspan(begin, ends[i] - begin);
    tunnel.peers[0] = count > 0 ? tunnel.attempts.back().initiator.address : pair.a;
    tunnel.peers[1] = count > 0 ? tunnel.attempts.back().responder.address : pair.b;
    tunnel.attempts_left_out = pair.attempts_left_out;
    tunnel.ikev2_packets = pair.ikev2_packets;
    if (pair.other_versions != none) tunnel.other_versions = other_versions[pair.other_versions];
    if (count == 0 && !tunnel.other_versions.empty()) {
      tunnel.peers[0] = tunnel.other_versions.front().response ? tunnel.other_versions.front().destination.address : tunnel.other_versions.front().source.address;
      tunnel.peers[1] = tunnel.peers[0] == pair.a ? pair.b : pair.a;
    }
    if (!interleaved) add_esp(tunnel, pair);
  }
}

const AttemptRecord* Tracker::Impl::record_of(const Attempt& attempt) const {
  const auto hash = attempt_hash(attempt.initiator_cookie, pair_key(attempt.initiator.address, attempt.responder.address));
  const auto first = first_under(attempt.initiator_cookie);
  const auto index = first != none && attempts[first].id == attempt.id ? first : attempt_index.find(hash, [&](std::uint32_t i) { return attempts[i].id == attempt.id; });
  return index == none ? nullptr : &attempts[index];
}

std::vector<std::uint32_t> Tracker::Impl::nat_discoveries(const Attempt& attempt, Side side) const {
  const auto* record = record_of(attempt);
  if (record == nullptr || record->nat == none) return {};
  const auto& nat = nat_pool[record->nat];
  const auto at = side == Side::initiator ? 0U : 1U;
  if (nat.count[at] > NatRecord::capacity) return {};
  const auto* first = nat.hashes[at].data();
  return {first, first + nat.count[at]};
}

}  // namespace ike::track
