#include "stress/simulation.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace ike::test {
namespace {

constexpr std::uint64_t responder_bits = 0x3333333333330000;  // differ between the two cookies of an attempt
constexpr unsigned attempts = 2;
/// Waits before each resend, then what is waited before giving up.
const std::array<std::vector<double>, 4> schedules{{{8, 8, 8, 8},
                                                    {0.5, 0.5, 1, 2, 4, 8, 16, 32},
                                                    {4, 7.2, 12.96, 23.33, 41.99, 75.6},
                                                    {10, 10, 10, 10, 10, 10}}};

/// A message of the dialogue.
struct Step {
  int side;
  std::uint8_t number;  // in phase 1; 0: Quick Mode
  std::uint8_t quick;   // in Quick Mode; 0: phase 1
};
/// Messages that one side sends together, in answer to the group before.
using Group = std::vector<Step>;

std::vector<Group> dialogue(bool aggressive) {
  if (aggressive) return {{{0, 1, 0}}, {{1, 2, 0}}, {{0, 3, 0}, {0, 0, 1}}, {{1, 0, 2}}, {{0, 0, 3}}};
  return {{{0, 1, 0}}, {{1, 2, 0}}, {{0, 3, 0}}, {{1, 4, 0}}, {{0, 5, 0}},
          {{1, 6, 0}}, {{0, 0, 1}}, {{1, 0, 2}}, {{0, 0, 3}}};
}

Part offer() {
  return sa({{.protocol = 1, .spi = {}, .transforms = {{.id = 1, .attributes = phase1(7, 256, 4, 1, 14)}}}});
}

/// The cookies of an attempt, and what tells its octets from another's.
struct Cookies {
  std::uint64_t initiator = 0;
  std::uint64_t responder = 0;
  unsigned attempt = 0;
};

Part nat_discovery(std::uint8_t seed) { return {.type = 20, .body = pattern(20, seed)}; }

Bytes octets_of(const Step& step, const Weather& weather, const Cookies& cookies) {
  const auto attempt = cookies.attempt;
  Isakmp header{.initiator_cookie = cookies.initiator, .responder_cookie = step.number == 1 ? 0 : cookies.responder};
  const auto salt = static_cast<std::uint8_t>(step.number * 16U + step.quick * 3U + attempt);
  if (step.quick != 0) {
    header.exchange = 32;
    header.message_id = 0x7700 + attempt;
    return isakmp_encrypted(header, 8, step.quick == 3 ? 60 : 188, salt);
  }
  if (weather.aggressive) {
    header.exchange = 4;
    if (step.number == 3 && weather.clear_third) return isakmp(header, {hash(32, salt)});
    if (step.number == 3) return isakmp_encrypted(header, 8, 108, salt);
    std::vector<Part> parts{offer(), ke(256, salt), nonce(32, salt), identification(1, {192, 0, 2, 1})};
    if (step.number == 2) parts.push_back(hash(32, salt));
    return isakmp(header, parts);
  }
  if (step.number <= 2) return isakmp(header, {offer(), vid(hex("4a131c81070358455c5728f20e95452f"))});
  if (step.number <= 4) {
    std::vector<Part> parts{ke(256, salt), nonce(32, salt)};
    if (weather.behind_nat == 0) return isakmp(header, parts);
    // First the other end as this side sees it, then its own: addresses 1 and 2, translated 11 and 12.
    const auto own = static_cast<std::uint8_t>(step.side + 1);
    const auto other = static_cast<std::uint8_t>(2 - step.side);
    const bool translated = weather.behind_nat < 4 && (weather.behind_nat & other) != 0;
    parts.push_back(nat_discovery(static_cast<std::uint8_t>(translated ? other + 10 : other)));
    parts.push_back(nat_discovery(own));
    return isakmp(header, parts);
  }
  return isakmp_encrypted(header, 5, weather.fragmented ? 2028 : 108, salt);
}

class World {
 public:
  World(const Weather& weather, Random& random, const Peers& peers)
      : weather_{weather},
        random_{random},
        addresses_{peers.initiator, peers.responder},
        first_cookie_{peers.cookie},
        schedule_{schedules[weather.schedule]},
        groups_{dialogue(weather.aggressive)} {}

  Outcome run() {
    begin_attempt(0);
    while (!agenda_.empty()) {
      const auto first = agenda_.begin();
      now_ = first->first;
      const Item item = first->second;
      agenda_.erase(first);
      if (item.attempt != attempt_) continue;  // of an attempt given up
      if (item.kind == Item::timer)
        expire(item);
      else if (item.kind == Item::esp)
        send_esp(item.side, item.count);
      else if (item.kind == Item::sealed)
        inform(item);
      else
        receive(item);
    }
    outcome_.complete = finished_[0] && finished_[1];
    forge();
    spoil();
    return std::move(outcome_);
  }

 private:
  struct Item {
    enum Kind : std::uint8_t { arrival, timer, esp, sealed } kind = arrival;
    int side = 0;  // arrival: who receives; else: whose it is
    unsigned attempt = 0;
    std::size_t group = 0;
    std::size_t member = 0;
    unsigned count = 0;  // timer: resends so far; ESP: packet number; sealed: Informationals still to come
  };
  struct Peer {
    std::size_t awaits = 0;  // group
    std::vector<bool> got;   // its members
  };

  [[nodiscard]] Cookies cookies() const {
    const auto initiator = first_cookie_ + (weather_.same_cookie ? 0 : attempt_);
    return {initiator, (first_cookie_ ^ responder_bits) + attempt_, attempt_};
  }

  void begin_attempt(unsigned attempt) {
    attempt_ = attempt;
    outcome_.begun.push_back(cookies().initiator);
    peers_[0] = {1, {}};
    peers_[1] = {0, {}};
    send_group(0, 0, 0);
  }

  void send_group(int side, std::size_t group, unsigned resends) {
    for (std::size_t member = 0; member < groups_[group].size(); ++member) send_step(side, group, member, resends > 0);
    const bool answered = group + 1 < groups_.size();
    // A responder of phase 1 only answers; below it and in Aggressive Mode it sends again, too.
    const bool has_timer = answered && (side == 0 || weather_.aggressive || groups_[group][0].quick != 0);
    if (has_timer) agenda_.emplace(now_ + schedule_[resends], Item{Item::timer, side, attempt_, group, 0, resends});
  }

  void send_step(int side, std::size_t group, std::size_t member, bool again) {
    const Step& step = groups_[group][member];
    outcome_.spoke[static_cast<std::size_t>(side)] = true;
    outcome_.resends += again ? 1U : 0U;
    const bool on_4500 =
        weather_.floats && (step.quick != 0 || (weather_.aggressive ? step.number == 3 : step.number >= 5));
    Shown message{
        .side = side, .cookie = cookies().initiator, .number = step.number, .quick_mode = step.quick != 0};
    if (pass(message, octets_of(step, weather_, cookies()), on_4500)) {
      agenda_.emplace(now_ + 2 * weather_.travel, Item{Item::arrival, 1 - side, attempt_, group, member, 0});
    }
  }

  /// Puts a message on the wire; whether all of it arrives.
  bool pass(Shown message, const Bytes& octets, bool on_4500) {
    const std::uint16_t port = on_4500 ? 4500 : 500;
    message.on_4500 = on_4500;
    const auto from = static_cast<std::size_t>(message.side);
    const Bytes packet = udp({.source = addresses_[from], .destination = addresses_[1 - from], .id = ++ids_}, port, port,
                             on_4500 ? with_marker(octets) : octets);
    bool whole = true;
    for (const auto& piece : packet.size() > 1500 ? fragments(packet, 2) : std::vector<Bytes>{packet}) {
      message.octets = piece;
      whole &= travels(message, on_4500);
      message.cookie = 0;
      message.number = 0;  // a later fragment alone tells nothing
    }
    return whole;
  }

  /// Puts what passes the observer into his list, as the time says at his place.
  void show(const Shown& packet) {
    outcome_.shown.push_back(packet);
    outcome_.shown.back().at = now_ + 2 * weather_.travel * (packet.side == 0 ? weather_.place : 1 - weather_.place);
  }

  bool travels(const Shown& packet, bool on_4500) {
    if (random_.chance(weather_.lost_before)) return false;
    show(packet);
    if (random_.chance(weather_.lost_after)) return false;
    if (packet.side == 1 && weather_.fault == Fault::answers_blocked) return false;
    return !(packet.side == 0 && on_4500 && weather_.fault == Fault::natt_blocked);
  }

  void receive(const Item& item) {
    Peer& peer = peers_[static_cast<std::size_t>(item.side)];
    if (item.side == 1 && fails(item)) return;
    if (item.group < peer.awaits) {
      if (item.member == 0 && item.group + 1 < groups_.size()) resend_answer(item.side, item.group + 1);
      return;
    }
    if (item.group > peer.awaits) return;
    peer.got.resize(groups_[item.group].size());
    peer.got[item.member] = true;
    if (std::ranges::find(peer.got, false) != peer.got.end()) return;
    peer.got.clear();
    peer.awaits = item.group + 2;
    if (item.group + 1 < groups_.size()) send_group(item.side, item.group + 1, 0);
    if (item.group + 2 >= groups_.size()) finish(item.side);
  }

  void resend_answer(int side, std::size_t group) {
    for (std::size_t member = 0; member < groups_[group].size(); ++member) send_step(side, group, member, true);
  }

  void finish(int side) {
    if (finished_[static_cast<std::size_t>(side)]) return;
    finished_[static_cast<std::size_t>(side)] = true;
    agenda_.emplace(now_ + 0.2, Item{Item::esp, side, attempt_, 0, 0, 1});
    if (!finished_[1 - static_cast<std::size_t>(side)]) return;
    if (weather_.keepalives) agenda_.emplace(now_ + 3, Item{Item::sealed, 0, attempt_, 0, 0, 4});
    if (weather_.deletes) agenda_.emplace(now_ + 60, Item{Item::sealed, 0, attempt_, 0, 1, 1});
  }

  /// A keepalive and its answer (member 0), or two Deletes (member 1). None of them is lost.
  void inform(const Item& item) {
    const bool deletes = item.member == 1;
    send_sealed(item.side);
    if (deletes) return send_sealed(item.side);
    const double asked = now_;
    now_ += 2 * weather_.travel;
    send_sealed(1 - item.side);
    now_ = asked;
    if (item.count > 1) agenda_.emplace(now_ + 10, Item{Item::sealed, item.side, attempt_, 0, 0, item.count - 1});
  }

  void send_sealed(int side) {
    const auto from = static_cast<std::size_t>(side);
    const Isakmp header{.initiator_cookie = cookies().initiator,
                        .responder_cookie = cookies().responder,
                        .exchange = 5,
                        .message_id = 0xa000 + ids_};
    const Bytes octets = isakmp_encrypted(header, 8, 92, static_cast<std::uint8_t>(ids_));
    const std::uint16_t port = weather_.floats ? 4500 : 500;
    show({.octets = udp({.source = addresses_[from], .destination = addresses_[1 - from], .id = ++ids_}, port, port,
                        weather_.floats ? with_marker(octets) : octets),
          .side = side,
          .cookie = header.initiator_cookie,
          .sealed_info = true,
          .on_4500 = weather_.floats});
  }

  void send_esp(int side, unsigned count) {
    const auto from = static_cast<std::size_t>(side);
    const Ip header{.source = addresses_[from], .destination = addresses_[1 - from], .id = ++ids_};
    const std::uint32_t spi = side == 0 ? 0xaaaa0001 : 0xbbbb0001;
    Shown packet{.side = side, .esp = true};
    packet.octets = weather_.floats ? udp(header, 4500, 4500, esp_payload(spi, count)) : esp(header, spi, count);
    travels(packet, weather_.floats);
    if (count < 12) agenda_.emplace(now_ + 0.5, Item{Item::esp, side, attempt_, 0, 0, count + 1});
  }

  /// What goes wrong at the responder with this message; whether that is all that happens to it.
  bool fails(const Item& item) {
    const Step& step = groups_[item.group][item.member];
    switch (weather_.fault) {
      case Fault::peer_down:
        return true;
      case Fault::port_unreachable:
        return refuse_by_icmp();
      case Fault::no_proposal:
        return step.number == 1 && refuse(14, false);
      case Fault::no_key:
        return !weather_.aggressive && step.number == 3;
      case Fault::refused_msg3:
        return !weather_.aggressive && step.number == 3 && refuse(17, false);
      case Fault::psk_mismatch:
        return step.number == (weather_.aggressive ? 3 : 5) ? refuse(0, true) : step.quick == 1 && weather_.aggressive;
      case Fault::phase2_refused:
        return step.quick == 1 && refuse(0, true);
      case Fault::phase2_silent:
        return step.quick == 1;
      case Fault::none:
      case Fault::answers_blocked:
      case Fault::natt_blocked:
        return false;
    }
    return false;
  }

  bool refuse(std::uint16_t type, bool sealed) {
    Isakmp header{.initiator_cookie = cookies().initiator,
                  .responder_cookie = cookies().responder,
                  .exchange = 5,
                  .message_id = 0x9000 + ids_};
    const Bytes message =
        sealed ? isakmp_encrypted(header, 8, 92, static_cast<std::uint8_t>(ids_)) : isakmp(header, {notify(type)});
    outcome_.spoke[1] = true;
    pass({.side = 1, .cookie = header.initiator_cookie, .sealed_info = sealed}, message, false);
    return true;
  }

  bool refuse_by_icmp() {
    const Bytes quoted = udp({.source = addresses_[0], .destination = addresses_[1], .id = ids_}, 500, 500,
                             octets_of({0, 1, 0}, weather_, cookies()));
    Shown error{.side = 2};
    error.octets = icmp_error({.source = addresses_[1], .destination = addresses_[0], .id = ++ids_}, 3, 3, quoted);
    travels(error, false);
    return true;
  }

  void expire(const Item& item) {
    Peer& peer = peers_[static_cast<std::size_t>(item.side)];
    if (peer.awaits != item.group + 1) return;  // answered meanwhile
    if (item.count + 1 < schedule_.size()) return send_group(item.side, item.group, item.count + 1);
    if (item.side == 0 && attempt_ + 1 < attempts && !finished_[0] && !finished_[1]) begin_attempt(attempt_ + 1);
  }

  /// What a third one sends in the peers' names: never the last word of an exchange, which it could really end.
  void forge() {
    auto& shown = outcome_.shown;
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (shown[i].cookie != 0) own.push_back(i);
    }
    if (own.size() < 2) return;
    constexpr std::array<std::uint16_t, 10> errors{1, 4, 5, 7, 9, 14, 16, 18, 24, 9101};
    for (unsigned i = 0; i < weather_.forged + weather_.flood; ++i) {
      const auto& before = shown[own[random_.below(own.size() - 1)]];
      const auto from = random_.below(2);
      const bool known = i < weather_.forged;
      const bool sealed = !known && random_.chance(0.5);
      const Isakmp header{.initiator_cookie = known ? before.cookie : random_.next(),
                          .responder_cookie = known && random_.chance(0.2) ? 0 : cookies().responder + (known ? 0 : i + 7),
                          .exchange = 5,
                          .message_id = sealed ? 0xb000 + i : 0};
      const auto octets = sealed ? isakmp_encrypted(header, 8, 92, static_cast<std::uint8_t>(i)) : isakmp(header, {notify(errors[random_.below(errors.size())])});
      Shown packet{.at = before.at + 0.0001 * static_cast<double>(1 + random_.below(50)), .side = 2};
      packet.forged = known ? before.cookie : 0;
      const std::uint16_t port = before.on_4500 ? 4500 : 500;
      packet.octets = udp({.source = addresses_[from], .destination = addresses_[1 - from], .id = ++ids_}, port, port,
                          before.on_4500 ? with_marker(octets) : octets);
      shown.push_back(packet);
    }
  }

  /// From what passed the observer to what he shows.
  void spoil() {
    auto& shown = outcome_.shown;
    std::ranges::stable_sort(shown, {}, &Shown::at);
    const auto passed = shown.size();
    std::erase_if(shown, [&](const Shown& packet) {
      return random_.chance(weather_.unseen) || (weather_.only >= 0 && packet.side != weather_.only);
    });
    if (weather_.late_start && !shown.empty())
      shown.erase(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(random_.below(shown.size())));
    if (weather_.early_end && !shown.empty()) shown.resize(1 + random_.below(shown.size()));
    outcome_.all_shown = shown.size() == passed;
    const auto count = shown.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (!random_.chance(weather_.doubled)) continue;
      shown.push_back(shown[i]);
      shown.back().at += 0.010;
      shown.back().again = true;
      ++outcome_.doubled;
    }
    for (auto& packet : shown) {
      if (random_.chance(weather_.late)) packet.at += 0.001 * static_cast<double>(random_.below(36));
    }
    std::ranges::stable_sort(shown, {}, &Shown::at);
    // A notify in clear before anything else under its cookies says nothing about who began.
    std::erase_if(shown, [&, seen = std::set<std::uint64_t>{}](const Shown& packet) mutable {
      seen.insert(packet.cookie);
      return packet.forged != 0 && !seen.contains(packet.forged);
    });
    if (weather_.goes_on && !shown.empty())
      shown.push_back({.at = shown.back().at + 30, .octets = ip({}, 6, Bytes(20)), .side = 2});
  }

  const Weather& weather_;
  Random& random_;
  std::array<std::string, 2> addresses_;
  std::uint64_t first_cookie_;
  const std::vector<double>& schedule_;
  std::vector<Group> groups_;
  std::multimap<double, Item> agenda_;
  double now_ = 0;
  unsigned attempt_ = 0;
  std::uint32_t ids_ = 1000;
  Peer peers_[2];
  bool finished_[2] = {};
  Outcome outcome_;
};

}  // namespace

std::string_view name(Fault fault) {
  static constexpr std::array<std::string_view, fault_count> names{
      "none",         "peer_down",       "port_unreachable", "no_proposal",    "no_key",       "refused_msg3",
      "psk_mismatch", "answers_blocked", "natt_blocked",     "phase2_refused", "phase2_silent"};
  return names[static_cast<std::size_t>(fault)];
}

Weather any_weather(Random& random) {
  Weather weather;
  weather.fault = random.chance(0.5) ? Fault::none : Fault{static_cast<std::uint8_t>(random.below(fault_count))};
  weather.aggressive = random.chance(0.25);
  weather.floats = random.chance(0.3);
  weather.fragmented = random.chance(0.2);
  const auto some = [&](double chance, double most) {
    return random.chance(chance) ? most * static_cast<double>(1 + random.below(10)) / 10 : 0;
  };
  weather.lost_before = some(0.3, 0.4);
  weather.lost_after = some(0.3, 0.4);
  weather.unseen = some(0.25, 0.5);
  weather.doubled = some(0.25, 1.0);
  weather.late = some(0.25, 0.6);
  weather.late_start = random.chance(0.15);
  weather.early_end = random.chance(0.2);
  weather.goes_on = random.chance(0.5);
  if (random.chance(0.1)) weather.only = static_cast<int>(random.below(2));
  if (random.chance(0.3)) weather.travel = 0.001 * static_cast<double>(1 + random.below(1000));
  if (random.chance(0.5)) weather.place = 0.1 * static_cast<double>(random.below(11));
  weather.schedule = static_cast<unsigned>(random.below(schedules.size()));
  weather.clear_third = random.chance(0.3);
  if (random.chance(0.4)) weather.behind_nat = 1 + static_cast<unsigned>(random.below(4));
  weather.same_cookie = random.chance(0.1);
  weather.keepalives = random.chance(0.3);
  weather.deletes = random.chance(0.2);
  if (random.chance(0.2)) weather.forged = 1 + static_cast<unsigned>(random.below(4));
  if (!weather.floats && random.chance(0.05)) weather.flood = 10 + static_cast<unsigned>(random.below(60));
  return weather;
}

Outcome simulate(const Weather& weather, Random& random, const Peers& peers) { return World{weather, random, peers}.run(); }

void merge(Outcome& outcome, const Outcome& other, double shift) {
  for (const auto& packet : other.shown) {
    outcome.shown.push_back(packet);
    outcome.shown.back().at += shift;
  }
  std::ranges::stable_sort(outcome.shown, {}, &Shown::at);
}

}  // namespace ike::test
