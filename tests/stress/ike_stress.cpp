// Holds reports of simulated exchanges against what really happened: ike_stress [VARIANTS [FIRST]]; without arguments
// IKE_STRESS_VARIANTS of the environment, or a second's worth. One variant alone is printed packet by packet.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "ike/analyzer.hpp"
#include "stress/simulation.hpp"

namespace ike::test {
namespace {

using diagnose::Certainty;
using diagnose::FindingId;
using diagnose::Severity;
using diagnose::Verdict;
using track::Position;
using track::Positions;

int failures = 0;
std::string story;  // of the variant at hand, for complaints

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "%s: %s\n", story.c_str(), what.c_str());
}

// --- What the analyzer says ------------------------------------------------------------------------------

std::vector<report::TunnelReport> judge(Analyzer& analyzer, const std::vector<Shown>& shown,
                                        std::size_t second_file_at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i == second_file_at) number = 0;
    Frame frame = frame_of(shown[i].octets, LinkType::raw, ++number, 1'700'000'000 + shown[i].at);
    frame.file = i >= second_file_at ? 1 : 0;
    analyzer.feed(frame);
  }
  const auto report = analyzer.report({});
  std::vector<report::TunnelReport> tunnels;
  for (const auto& row : report.tunnels) tunnels.push_back(report.open(row));
  return tunnels;
}

std::string words(const Positions& at) {
  return std::string{asa_name(at.initiator)} + '/' + std::string{asa_name(at.responder)} + '/' +
         std::to_string(at.last_message);
}

/// All that does not name packets.
std::string essence(const report::TunnelReport& one) {
  std::string text = std::string{name(one.diagnosis.verdict)} + (one.diagnosis.refused ? " refused " : " ") +
                     words(one.diagnosis.positions);
  for (const auto status : one.diagnosis.attempt_status) text += ' ' + std::string{name(status)};
  for (const auto& found : one.diagnosis.findings) {
    text += " [" + std::string{name(found.id)} + ' ' + std::string{name(found.certainty)} + ' ' +
            std::string{name(found.severity)} + ' ' + std::to_string(found.count) + ' ' +
            std::to_string(found.times_sent) + ' ' + std::to_string(found.evidence.size()) + ']';
  }
  for (const auto& attempt : one.tunnel.attempts) {
    text += " {" + std::to_string(attempt.events.size()) + ' ' + std::to_string(attempt.resends) + ' ' +
            std::to_string(attempt.copies) + '}';
  }
  return text + '\n';
}

std::string essence(const std::vector<report::TunnelReport>& tunnels) {
  std::string text;
  for (const auto& one : tunnels) text += essence(one);
  return text;
}

/// The same for the tunnels with a certain initiator or responder only.
std::string essence_with(const std::vector<report::TunnelReport>& tunnels, std::string_view peer) {
  std::string text;
  for (const auto& one : tunnels) {
    const bool his = net::to_string(one.tunnel.peers[0]) == peer || net::to_string(one.tunnel.peers[1]) == peer;
    if (his) text += essence(one);
  }
  return text;
}

// --- What was there to be seen ---------------------------------------------------------------------------

struct Facts {
  bool number[7] = {};
  bool quick[2] = {};
  bool info[2] = {};
};

Facts facts_of(const std::vector<Shown>& shown, std::uint64_t cookie) {
  Facts facts;
  for (const auto& packet : shown) {
    if (packet.cookie != cookie) continue;
    const auto side = packet.side == 0 ? 0U : 1U;
    if (packet.number < 7) facts.number[packet.number] |= packet.number > 0;
    facts.quick[side] |= packet.quick_mode;
    facts.info[side] |= packet.sealed_info;
  }
  return facts;
}

/// The number of the message waited for; 7 for an active side, 0 for one unseen.
unsigned rank(Position position) {
  switch (position) {
    case Position::unseen:
      return 0;
    case Position::mm_wait_msg2:
    case Position::am_wait_msg2:
      return 2;
    case Position::mm_wait_msg3:
    case Position::am_wait_msg3:
      return 3;
    case Position::mm_wait_msg4:
      return 4;
    case Position::mm_wait_msg5:
      return 5;
    case Position::mm_wait_msg6:
      return 6;
    case Position::mm_active:
    case Position::am_active:
      return 7;
  }
  return 0;
}

/// Least and most that may be said of a side.
struct Bounds {
  unsigned least = 0;
  unsigned most = 0;
};

Bounds initiator_bounds(const Facts& seen, bool aggressive) {
  if (aggressive) {
    const unsigned at = seen.number[3] || seen.quick[0] ? 7 : seen.number[1] ? 2 : 0;
    return {at, at};
  }
  const unsigned sent = seen.quick[0] ? 7 : seen.number[5] ? 6 : seen.number[3] ? 4 : seen.number[1] ? 2 : 0;
  const bool perhaps = sent == 6 && (seen.number[6] || seen.quick[1] || seen.info[0]);  // if it accepts message 6
  return {sent, perhaps ? 7 : sent};
}

Bounds responder_bounds(const Facts& seen, bool aggressive) {
  if (aggressive) {
    const unsigned sent = seen.quick[1] ? 7 : seen.number[2] ? 3 : 0;
    return {sent, sent == 3 && seen.number[3] ? 7 : sent};
  }
  const unsigned sent = seen.quick[1] || seen.number[6] ? 7 : seen.number[4] ? 5 : seen.number[2] ? 3 : 0;
  return {sent, sent};
}

/// Sides may be the wrong way round, the mode unknown: no further than the furthest message would be as its answer.
unsigned furthest(const Facts& seen, bool aggressive) {
  if (seen.quick[0] || seen.quick[1] || seen.info[0] || seen.info[1] || seen.number[6] ||
      (aggressive && seen.number[3]))
    return 7;
  unsigned last = 0;
  for (unsigned number = 1; number < 7; ++number) {
    if (seen.number[number]) last = std::min(number + 2, 7U);
  }
  return last;
}

/// The newest attempt of the peers' own of which more than notifies was shown; null when there is none.
const track::Attempt* newest_own(const report::TunnelReport& one, const Outcome& truth) {
  for (auto i = one.tunnel.attempts.size(); i-- > 0;) {
    const auto& attempt = one.tunnel.attempts[i];
    const auto is_message = [&](const Shown& packet) { return packet.cookie == attempt.initiator_cookie && (packet.number != 0 || packet.quick_mode); };
    if (std::ranges::any_of(truth.shown, is_message)) return &attempt;
  }
  return nullptr;
}

void check_nat(const track::Attempt& attempt, const Weather& weather) {
  if (attempt.initiator_assumed) return;
  const auto of = [&](unsigned side) { return weather.behind_nat < 4 && (weather.behind_nat & side) != 0; };
  expect(!attempt.nat_initiator || *attempt.nat_initiator == of(1), "the initiator's NAT is wrong");
  expect(!attempt.nat_responder || *attempt.nat_responder == of(2), "the responder's NAT is wrong");
}

void check_positions(const report::TunnelReport& one, const Weather& weather, const Outcome& truth) {
  const auto* own = newest_own(one, truth);
  if (own == nullptr) return;
  const auto& attempt = *own;
  check_nat(attempt, weather);
  const auto seen = facts_of(truth.shown, attempt.initiator_cookie);
  const auto& at = one.diagnosis.positions;
  if (attempt.initiator_assumed) {
    const auto most = furthest(seen, weather.aggressive);
    expect(rank(at.initiator) <= most && rank(at.responder) <= most, "assumed sides run ahead: " + words(at));
    return;
  }
  auto initiator = initiator_bounds(seen, weather.aggressive);
  auto responder = responder_bounds(seen, weather.aggressive);
  if (attempt.events_left_out > 0) {
    // Of a long exchange the middle is not kept: what was answered must have been sent.
    initiator.least = responder.least = 0;
    responder.most = std::max(responder.most, seen.number[5] ? 5U : 0U);
  }
  expect(rank(at.initiator) <= initiator.most, "the initiator runs ahead: " + words(at));
  expect(rank(at.responder) <= responder.most, "the responder runs ahead: " + words(at));
  expect(rank(at.initiator) >= initiator.least, "the initiator is left behind: " + words(at));
  expect(rank(at.responder) >= responder.least, "the responder is left behind: " + words(at));
}

// --- What must not be said -------------------------------------------------------------------------------

bool shown_from(const Outcome& truth, int side, std::uint64_t cookie) {
  return std::ranges::any_of(truth.shown, [&](const Shown& packet) {
    return packet.side == side && packet.cookie == cookie &&
           (packet.number != 0 || packet.quick_mode || packet.sealed_info);
  });
}

/// Whether the beginning of the newest attempt shown was not, though it went by or was lost.
bool begins_inside(const Outcome& truth) {
  for (const auto cookie : truth.begun) {
    const auto first = std::ranges::find_if(truth.shown, [&](const Shown& packet) { return packet.cookie == cookie; });
    const bool any = first != truth.shown.end();
    if (any && first->number != 1) return true;
  }
  return false;
}

/// Whether a confirmed finding is so.
bool is_so(FindingId id, const Weather& weather, const Outcome& truth, std::uint64_t newest) {
  switch (id) {
    case FindingId::icmp_refused:
      return weather.fault == Fault::port_unreachable;
    case FindingId::rekey:
      return truth.begun.size() > 1;
    case FindingId::retries:
      return truth.resends > 0 || truth.begun.size() > 1;
    case FindingId::mid_stream:
      return begins_inside(truth) || weather.flood > 0;  // what is made up has no beginning
    case FindingId::one_sided:
      return !(shown_from(truth, 0, newest) && shown_from(truth, 1, newest)) &&
             ((truth.spoke[0] && truth.spoke[1]) || weather.flood > 0);
    case FindingId::mirror_copies:
      return truth.doubled > 0;
    case FindingId::weak_crypto:
      return weather.aggressive;  // with a pre-shared key
    default:
      return false;  // nothing of the kind was done
  }
}

void print(const Outcome& truth) {
  for (const auto& packet : truth.shown) {
    const std::string what = packet.number != 0   ? std::to_string(packet.number)
                             : packet.quick_mode  ? "Q"
                             : packet.sealed_info ? "info"
                             : packet.esp         ? "ESP"
                             : packet.cookie != 0 ? "notify"
                                                  : "other";
    std::printf("%8.3f %c %s%s  %zu octets, attempt %llx\n", packet.at, "IR-"[packet.side], what.c_str(),
                packet.again ? " again" : "", packet.octets.size(),
                static_cast<unsigned long long>(packet.cookie & 0xffffU));
  }
}

struct Applied {
  std::uint64_t variants = 0, tunnels = 0, complete = 0, confirmed = 0, stalled = 0, up = 0, merged = 0, crossed = 0;
};

bool shows_esp_both_ways(const Outcome& truth) {
  const auto from = [&](int side) {
    return std::ranges::any_of(truth.shown, [&](const Shown& packet) { return packet.esp && packet.side == side; });
  };
  return from(0) && from(1);
}

/// What came up and is seen to carry ESP both ways is not called stalled, whatever else the observer missed.
void check_not_stalled(const report::TunnelReport& one) {
  expect(one.diagnosis.verdict != Verdict::stalled && one.diagnosis.verdict != Verdict::flapping, "complete, but " + essence(one));
  for (const auto& found : one.diagnosis.findings)
    expect(found.severity != Severity::stall, "complete, but stalled by " + std::string{name(found.id)});
}

Shown end_of_capture(double at) { return {.at = at, .octets = ip({}, 6, Bytes(20)), .side = 2}; }

/// Another tunnel in the same capture changes nothing about this one.
void check_merged(const Outcome& truth, Random& random, Applied& applied) {
  if (truth.shown.empty()) return;
  const Peers others{.initiator = "192.0.2.77", .responder = "203.0.113.88", .cookie = 0x5555555555550000};
  Outcome other;
  merge(other, simulate(any_weather(random), random, others), 0.001 * static_cast<double>(random.below(60000)));
  if (other.shown.empty()) return;
  Outcome alone = truth;
  Outcome both = truth;
  merge(both, other, 0);
  const auto end = end_of_capture(both.shown.back().at + 20);
  for (auto* outcome : {&alone, &other, &both}) outcome->shown.push_back(end);
  Analyzer first;
  Analyzer second;
  Analyzer whole;
  const auto tunnels = judge(whole, both.shown, both.shown.size());
  const auto compare = [&](Analyzer& analyzer, const Outcome& outcome, std::string_view peer) {
    const auto expected = essence_with(judge(analyzer, outcome.shown, outcome.shown.size()), peer);
    expect(essence_with(tunnels, peer) == expected, "alone\n" + expected + "beside another\n" + essence_with(tunnels, peer));
  };
  compare(first, alone, "192.0.2.1");
  compare(second, other, "192.0.2.77");
  ++applied.merged;
}

/// Both sides begin at once; when one of the two comes up, the tunnel is.
void check_crossed(const Weather& weather, Random& random, bool shows, Applied& applied) {
  Weather one_way = weather;
  one_way.fault = Fault::none;
  one_way.only = -1;
  one_way.late_start = one_way.early_end = one_way.keepalives = one_way.deletes = false;
  one_way.unseen = 0;
  one_way.goes_on = false;
  const Peers swapped{.initiator = "198.51.100.2", .responder = "192.0.2.1", .cookie = 0x7777777777770000};
  auto both = simulate(one_way, random);
  const auto there = simulate(one_way, random, swapped);
  // Who has an SA begins no other; these two know nothing of each other.
  if (both.begun.size() > 1 || there.begun.size() > 1) return;
  // One of them stands, and did so while the other was still tried.
  const double shift = 0.001 * static_cast<double>(random.below(1500));
  const auto stands_beside = [](const Outcome& one, const Outcome& other, double later) {
    if (!one.complete || !shows_esp_both_ways(one) || other.shown.empty()) return false;
    const auto last = std::ranges::find_if(one.shown.rbegin(), one.shown.rend(), &Shown::esp);
    return other.complete || other.shown.back().at + later < last->at;
  };
  const bool stands = stands_beside(both, there, shift) || stands_beside(there, both, -shift);
  merge(both, there, shift);
  Analyzer analyzer;
  const auto tunnels = judge(analyzer, both.shown, both.shown.size());
  if (shows) std::puts("begun from both sides:");
  if (shows) print(both);
  if (!stands) return;
  ++applied.crossed;
  for (const auto& one : tunnels) check_not_stalled(one);
}

void check(const Weather& weather, Random& random, bool shows, Applied& applied) {
  const auto truth = simulate(weather, random);
  if (shows) print(truth);
  Analyzer analyzer;
  const auto tunnels = judge(analyzer, truth.shown, truth.shown.size());
  if (shows) std::fputs(essence(tunnels).c_str(), stdout);
  ++applied.variants;
  const bool esp_both_ways = shows_esp_both_ways(truth);
  for (const auto& one : tunnels) {
    ++applied.tunnels;
    applied.stalled += one.diagnosis.verdict == Verdict::stalled ? 1U : 0U;
    applied.up += one.diagnosis.verdict == Verdict::up ? 1U : 0U;
    check_positions(one, weather, truth);
    const auto* newest = newest_own(one, truth);
    for (const auto& found : one.diagnosis.findings) {
      if (found.certainty != Certainty::confirmed) continue;
      ++applied.confirmed;
      expect(is_so(found.id, weather, truth, newest == nullptr ? 0 : newest->initiator_cookie),
             "confirmed, but not so: " + std::string{name(found.id)});
    }
    if (!truth.complete || !esp_both_ways) continue;
    // Keepalives without the answers, a Delete alone that a forged notify follows: that is how lost SAs look, too.
    const bool answers_missed = !truth.all_shown && (weather.keepalives || (weather.deletes && weather.forged > 0));
    if (!answers_missed) check_not_stalled(one);
    if (!truth.all_shown || weather.early_end) continue;
    ++applied.complete;
    const auto verdict = one.diagnosis.verdict;
    expect(verdict == Verdict::up || (weather.deletes && verdict == Verdict::closed), "complete, but " + essence(one));
  }
  if (truth.shown.size() < 2) return;
  Analyzer again;
  const auto split = judge(again, truth.shown, 1 + random.below(truth.shown.size() - 1));
  expect(essence(split) == essence(tunnels), "two files say\n" + essence(split) + "one file says\n" + essence(tunnels));
  if (random.chance(0.1)) check_merged(truth, random, applied);
  if (random.chance(0.1)) check_crossed(weather, random, shows, applied);
}

/// Without any weather the fault is named.
void check_fair_weather() {
  struct Row {
    Fault fault;
    bool aggressive, floats;
    Verdict verdict;
    FindingId first;
  };
  const Row rows[] = {
      {Fault::none, false, false, Verdict::up, {}},
      {Fault::none, true, true, Verdict::up, {}},
      {Fault::peer_down, false, false, Verdict::stalled, FindingId::no_reply_msg1},
      {Fault::peer_down, true, false, Verdict::stalled, FindingId::no_reply_msg1},
      {Fault::port_unreachable, false, false, Verdict::stalled, FindingId::icmp_refused},
      {Fault::no_proposal, false, false, Verdict::stalled, FindingId::no_proposal_chosen},
      {Fault::no_key, false, false, Verdict::stalled, FindingId::no_reply_msg3},
      {Fault::refused_msg3, false, false, Verdict::stalled, FindingId::refused_msg3},
      {Fault::psk_mismatch, false, false, Verdict::stalled, FindingId::psk_mismatch},
      {Fault::answers_blocked, false, false, Verdict::stalled, FindingId::reply_lost},
      {Fault::natt_blocked, false, true, Verdict::stalled, FindingId::nat_t_blocked},
      {Fault::phase2_refused, false, false, Verdict::stalled, FindingId::phase2_rejected},
      {Fault::phase2_silent, false, false, Verdict::stalled, FindingId::phase2_no_reply},
  };
  for (const Row& row : rows) {
    story = "fair weather, " + std::string{name(row.fault)} + (row.aggressive ? ", aggressive" : "");
    const Weather weather{.fault = row.fault, .aggressive = row.aggressive, .floats = row.floats, .goes_on = true};
    Random random{1};
    const auto truth = simulate(weather, random);
    Analyzer analyzer;
    const auto tunnels = judge(analyzer, truth.shown, truth.shown.size());
    if (tunnels.size() != 1) {
      expect(false, "not one tunnel");
      continue;
    }
    const auto& diagnosis = tunnels[0].diagnosis;
    expect(diagnosis.verdict == row.verdict, essence(tunnels));
    if (row.verdict != Verdict::stalled) continue;
    expect(!diagnosis.findings.empty() && diagnosis.findings[0].id == row.first,
           "wanted " + std::string{name(row.first)} + ", got " + essence(tunnels));
  }
}

std::string describe(std::uint64_t number, const Weather& weather) {
  std::string text = "variant " + std::to_string(number) + " (" + std::string{name(weather.fault)};
  const auto add = [&](bool is, std::string_view what) { text += is ? ", " + std::string{what} : ""; };
  add(weather.aggressive, "aggressive");
  add(weather.floats, "floats");
  add(weather.fragmented, "fragmented");
  add(weather.lost_before > 0, "lost before");
  add(weather.lost_after > 0, "lost after");
  add(weather.unseen > 0, "unseen");
  add(weather.doubled > 0, "doubled");
  add(weather.late > 0, "late");
  add(weather.late_start, "late start");
  add(weather.early_end, "early end");
  add(weather.only >= 0, "one side only");
  add(weather.travel >= 0.25, "slow");
  add(weather.clear_third && weather.aggressive, "message 3 in clear");
  add(weather.same_cookie, "cookie used again");
  add(weather.keepalives, "keepalives");
  add(weather.deletes, "deletes");
  add(weather.forged > 0, "forged notifies");
  add(weather.flood > 0, "flood");
  return text + ")";
}

int run(std::uint64_t variants, std::uint64_t first) {
  check_fair_weather();
  Applied applied;
  for (std::uint64_t number = first; number < first + variants && failures < 20; ++number) {
    Random random{number};
    const auto weather = any_weather(random);
    story = describe(number, weather);
    check(weather, random, variants == 1, applied);
  }
  std::printf(
      "%llu variants, %llu tunnels: %llu up, %llu stalled; %llu complete ones and %llu confirmed findings held against "
      "the truth; %llu merged, %llu begun from both sides; %d failures\n",
      static_cast<unsigned long long>(applied.variants), static_cast<unsigned long long>(applied.tunnels),
      static_cast<unsigned long long>(applied.up), static_cast<unsigned long long>(applied.stalled),
      static_cast<unsigned long long>(applied.complete), static_cast<unsigned long long>(applied.confirmed),
      static_cast<unsigned long long>(applied.merged), static_cast<unsigned long long>(applied.crossed), failures);
  const bool idle = variants >= 1000 && (applied.complete == 0 || applied.confirmed == 0 || applied.stalled == 0 ||
                                         applied.merged == 0 || applied.crossed == 0);
  if (idle) std::fputs("an invariant was never put to the test\n", stderr);
  return failures > 0 || idle ? 1 : 0;
}

}  // namespace
}  // namespace ike::test

int main(int count, char** words) try {
  const char* asked = count > 1 ? words[1] : std::getenv("IKE_STRESS_VARIANTS");
  const std::uint64_t variants = asked != nullptr ? std::strtoull(asked, nullptr, 10) : 4000;
  const std::uint64_t first = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1;
  return ike::test::run(variants, first);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
