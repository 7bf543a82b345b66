// Holds reports of simulated exchanges against what really happened: ike_stress [VARIANTS [FIRST]]. One variant
// alone is printed packet by packet.
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
std::string essence(const std::vector<report::TunnelReport>& tunnels) {
  std::string text;
  for (const auto& one : tunnels) {
    text += std::string{name(one.diagnosis.verdict)} + (one.diagnosis.refused ? " refused " : " ") +
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
    text += '\n';
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
  const bool perhaps = sent == 6 && (seen.number[6] || seen.quick[1]);  // if it accepts message 6
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

void check_positions(const report::TunnelReport& one, const Weather& weather, const Outcome& truth) {
  if (one.tunnel.attempts.empty()) return;
  const auto& attempt = one.tunnel.attempts.back();
  const auto seen = facts_of(truth.shown, attempt.initiator_cookie);
  const auto& at = one.diagnosis.positions;
  if (attempt.initiator_assumed) {
    const auto most = furthest(seen, weather.aggressive);
    expect(rank(at.initiator) <= most && rank(at.responder) <= most, "assumed sides run ahead: " + words(at));
    return;
  }
  const auto initiator = initiator_bounds(seen, weather.aggressive);
  const auto responder = responder_bounds(seen, weather.aggressive);
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
      return begins_inside(truth);
    case FindingId::one_sided:
      return !(shown_from(truth, 0, newest) && shown_from(truth, 1, newest)) && truth.spoke[0] && truth.spoke[1];
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
  std::uint64_t variants = 0, tunnels = 0, complete = 0, confirmed = 0, stalled = 0, up = 0;
};

void check(const Weather& weather, Random& random, bool shows, Applied& applied) {
  const auto truth = simulate(weather, random);
  if (shows) print(truth);
  Analyzer analyzer;
  const auto tunnels = judge(analyzer, truth.shown, truth.shown.size());
  ++applied.variants;
  const bool esp_both_ways =
      std::ranges::any_of(truth.shown, [](const Shown& packet) { return packet.esp && packet.side == 0; }) &&
      std::ranges::any_of(truth.shown, [](const Shown& packet) { return packet.esp && packet.side == 1; });
  for (const auto& one : tunnels) {
    ++applied.tunnels;
    applied.stalled += one.diagnosis.verdict == Verdict::stalled ? 1U : 0U;
    applied.up += one.diagnosis.verdict == Verdict::up ? 1U : 0U;
    check_positions(one, weather, truth);
    for (const auto& found : one.diagnosis.findings) {
      if (found.certainty != Certainty::confirmed) continue;
      ++applied.confirmed;
      expect(is_so(found.id, weather, truth,
                   one.tunnel.attempts.empty() ? 0 : one.tunnel.attempts.back().initiator_cookie),
             "confirmed, but not so: " + std::string{name(found.id)});
    }
    if (!truth.complete || !truth.all_shown || !esp_both_ways) continue;
    ++applied.complete;
    expect(one.diagnosis.verdict == Verdict::up, "complete, but " + std::string{name(one.diagnosis.verdict)});
    for (const auto& found : one.diagnosis.findings)
      expect(found.severity != Severity::stall, "complete, but stalled by " + std::string{name(found.id)});
  }
  if (truth.shown.size() < 2) return;
  Analyzer again;
  const auto split = judge(again, truth.shown, 1 + random.below(truth.shown.size() - 1));
  expect(essence(split) == essence(tunnels), "two files say\n" + essence(split) + "one file says\n" + essence(tunnels));
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
      "the truth; %d failures\n",
      static_cast<unsigned long long>(applied.variants), static_cast<unsigned long long>(applied.tunnels),
      static_cast<unsigned long long>(applied.up), static_cast<unsigned long long>(applied.stalled),
      static_cast<unsigned long long>(applied.complete), static_cast<unsigned long long>(applied.confirmed), failures);
  const bool idle = variants >= 1000 && (applied.complete == 0 || applied.confirmed == 0 || applied.stalled == 0);
  if (idle) std::fputs("an invariant was never put to the test\n", stderr);
  return failures > 0 || idle ? 1 : 0;
}

}  // namespace
}  // namespace ike::test

int main(int count, char** words) try {
  const std::uint64_t variants = count > 1 ? std::strtoull(words[1], nullptr, 10) : 4000;
  const std::uint64_t first = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1;
  return ike::test::run(variants, first);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
