// What shows over several attempts of a tunnel, or beside them.
#include <algorithm>
#include <utility>

#include "story.hpp"

namespace ike::diagnose {

namespace {

constexpr std::uint8_t ike_sa_init = 34;
constexpr std::uint8_t ike_auth = 35;

Proof version_proof(const track::OtherVersion& seen) {
  std::string what = "IKE version " + std::to_string(seen.major);
  if (seen.major == 2 && number(seen.exchange) == ike_sa_init) what += " IKE_SA_INIT";
  what += seen.response ? " response" : " request";
  if (number(seen.notify) != 0) what += ", " + std::string{name(seen.notify)};
  return {seen.file, seen.packet, what};
}

Finding remark(const Story& story, FindingId id) {
  auto finding = story.finding(id, Certainty::confirmed);
  finding.severity = Severity::remark;
  return finding;
}

template <typename Test>
const Event* first_event(const Story& story, Test test) {
  const auto found = std::ranges::find_if(story.attempt->events, test);
  return found == story.attempt->events.end() ? nullptr : &*found;
}

// A notify in clear that is repeated is no message of an exchange sent again.
bool is_resent_message(const Event& event) { return event.is_resend() && (event.encrypted || event.exchange != ExchangeType::informational); }

std::uint32_t resent_messages(const Story& story) {
  const auto notifies = std::ranges::count_if(story.attempt->events, [](const Event& event) { return event.is_resend() && !is_resent_message(event); });
  return story.attempt->resends - std::min(story.attempt->resends, static_cast<std::uint32_t>(notifies));
}

// Whole seconds, for words.
std::string seconds_text(Duration time) { return std::to_string(std::chrono::round<std::chrono::seconds>(time).count()) + " s"; }

// A Quick Mode that follows a complete one much later renews it; several at once are several networks. After how long:
// where exchanges were let go they came after the first that is kept, so that the time from it means nothing.
std::optional<Duration> renews_phase2(const Story& story) {
  constexpr Duration at_once = std::chrono::seconds{5};
  const Sent* before = nullptr;
  bool skip_first = story.attempt->events_left_out > 0;
  for (const auto& child : story.children) {
    if (child.type != ExchangeType::quick_mode || !child.complete() || !child.step[1].any()) continue;
    if (std::exchange(skip_first, false)) continue;
    if (before == nullptr) before = &child.step[1];
    else if (child.step[1].first->time - before->first->time > at_once) return child.step[1].first->time - before->first->time;
  }
  return std::nullopt;
}

// A new phase 1 beside one that stands renews it; not one begun at the same time from the other side, nor one
// that follows a peer's silence.
bool renews_phase1(const Story& earlier, const Story& later) {
  constexpr Duration same_time = std::chrono::seconds{10};
  return later.phase1_complete() && later.attempt->first - earlier.attempt->first >= same_time && !peer_gone(earlier);
}

// The lifetime beside what was observed: of phase 1 as agreed in clear, of phase 2 only the time is seen.
std::string rekey_text(const Story* earlier, const Story& later, std::optional<Duration> phase2_after) {
  if (phase2_after) return "phase 2 renewed after " + seconds_text(*phase2_after);
  auto text = "phase 1 renewed after " + seconds_text(later.attempt->first - earlier->attempt->first);
  const auto* chosen = earlier->attempt->chosen();
  if (chosen != nullptr && chosen->life_seconds > 0) text += ", agreed lifetime " + std::to_string(chosen->life_seconds) + " s";
  return text;
}

// Of a message 1 whose offer was cut off by the snap length only the length tells it from another.
std::uint32_t first_length(const Attempt& attempt) { return attempt.events.empty() ? 0 : attempt.events.front().length; }

std::string weaknesses(const Story& story) {
  const auto* chosen = story.attempt->chosen();
  std::string weak;
  const auto add = [&](std::string_view what) {
    if (!weak.empty()) weak += ", ";
    weak += what;
  };
  if (chosen != nullptr) {
    if (chosen->encryption == isakmp::EncryptionAlgorithm::des_cbc || chosen->encryption == isakmp::EncryptionAlgorithm::triple_des_cbc) add(name(chosen->encryption));
    if (chosen->hash == isakmp::HashAlgorithm::md5) add(name(chosen->hash));
    if (chosen->group == isakmp::Group::modp_768 || chosen->group == isakmp::Group::modp_1024 || chosen->group == isakmp::Group::modp_1536) add(name(chosen->group));
  }
  if (story.aggressive() && story.auth() == AuthKind::psk) add("Aggressive Mode with a pre-shared key");
  return weak;
}

// A multicast or broadcast address: who asks there looks for hosts, and has no tunnel to any.
bool is_of_many(const net::Address& address) { return address.family == 4 ? address.octets[0] >= 224 : address.octets[0] == 0xff; }

}  // namespace

bool is_probe(const Tunnel& tunnel, const std::vector<Story>& stories) {
  // A scanner sends one message under each cookie and goes on with none of them; it tries other proposals,
  // modes, ports, damaged headers. A daemon repeats itself, goes on when answered, and keeps to its offer.
  if (stories.empty()) return false;
  const auto& front = *stories.front().attempt;
  if (!front.events.empty() && front.events.front().from != Side::initiator) return false;  // an answer came first: who asked was not seen
  const auto prober = front.initiator.address;
  if (is_of_many(front.responder.address)) return true;
  std::size_t tries = 0;
  bool varies = !tunnel.other_versions.empty();
  const Attempt* previous = nullptr;
  for (const auto& story : stories) {
    const auto& attempt = *story.attempt;
    std::size_t sent = 0;
    for (const auto& event : attempt.events) {
      if (!event.is_message() || event.is_copy()) continue;
      if ((event.from == Side::initiator ? attempt.initiator : attempt.responder).address != prober) continue;
      ++sent;
      if (event.encrypted && !event.malformed && event.responder_cookie != 0 && !event.is_phase1()) return false;  // has keys
      varies |= event.malformed || (event.number == 0 && !event.encrypted && !event.has_notify);
    }
    if (sent > 1 || attempt.events_left_out > 0) return false;
    tries += sent;
    varies |= attempt.initiator.port != front.initiator.port;
    if (previous != nullptr) varies |= previous->offer != attempt.offer || previous->mode != attempt.mode || (attempt.offer == nullptr && first_length(*previous) != first_length(attempt));
    previous = &attempt;
  }
  tries += static_cast<std::size_t>(std::ranges::count_if(tunnel.other_versions, [](const auto& seen) { return !seen.response; }));
  return tries >= 2 && varies;
}

std::optional<Finding> version_mismatch(const Tunnel& tunnel, const track::CaptureFacts& capture) {
  if (tunnel.other_versions.empty()) return std::nullopt;
  const auto is_refusal = [](const track::OtherVersion& seen) { return seen.response && (seen.notify == NotifyType::no_proposal_chosen || seen.notify == NotifyType::invalid_major_version); };
  const auto& seen = tunnel.other_versions;
  if (std::ranges::any_of(seen, [](const auto& other) { return other.major == 2 && number(other.exchange) == ike_auth; })) return std::nullopt;  // IKEv2 works between them
  const bool foreign = std::ranges::any_of(seen, [](const auto& other) { return other.major != 2; });
  const auto refusal = std::ranges::find_if(seen, is_refusal);
  // Each side begins in its own version.
  const auto version1 = std::ranges::find_if(tunnel.attempts, [&](const Attempt& attempt) {
    return std::ranges::any_of(seen, [&](const auto& other) { return other.major == 2 && !other.response && other.source.address != attempt.initiator.address; });
  });
  const bool both = version1 != tunnel.attempts.end();
  if (refusal == seen.end() && !both && !foreign) return std::nullopt;
  Finding finding;
  finding.id = FindingId::version_mismatch;
  const bool says_version = refusal != seen.end() && refusal->notify == NotifyType::invalid_major_version;
  const auto request = std::ranges::find_if(seen, [](const auto& other) { return !other.response; });
  const bool asked = request != seen.end() || !tunnel.attempts.empty();  // else anybody's answer to nothing that was seen
  finding.certainty = (says_version && asked) || both ? Certainty::likely : Certainty::possible;
  finding.refused = refusal != seen.end();
  if (refusal != seen.end()) finding.notify = refusal->notify;
  finding.detail = both ? "IKEv2 from one side, IKEv1 from the other" : foreign ? "major version " + std::to_string(std::ranges::find_if(seen, [](const auto& other) { return other.major != 2; })->major) : "IKEv2";
  if (request != seen.end()) finding.evidence.push_back(version_proof(*request));
  if (refusal != seen.end()) finding.evidence.push_back(version_proof(*refusal));
  if (both && !version1->events.empty()) prove(finding, &version1->events.front());
  finding.waited = capture.last - seen.front().time;
  finding.times_sent = static_cast<std::uint32_t>(std::ranges::count_if(seen, [](const auto& other) { return !other.response; }));
  return finding;
}

// "ESP went both ways until packet 17 at 1.70 s of the capture, with 3 packets from 192.0.2.1": what `silent` sent before
// the one-way stretch; empty when it sent nothing.
std::string worked_until(const Tunnel& tunnel, const track::CaptureFacts& capture, const net::Address& silent, Finding& finding) {
  const track::EspFlow* last = nullptr;
  std::uint64_t packets = 0;
  for (const auto& flow : tunnel.esp) {
    if (flow.source != silent) continue;
    packets += flow.packets;
    if (last == nullptr || flow.last > last->last) last = &flow;
  }
  if (last == nullptr) return {};
  finding.evidence.push_back({last->file, last->last_packet, "last ESP the other way"});
  const auto hundredths = std::chrono::round<std::chrono::milliseconds>(last->last - capture.first).count() / 10;
  const auto fraction = std::to_string(hundredths % 100);
  return "ESP went both ways until packet " + std::to_string(last->last_packet) + ", " + std::to_string(hundredths / 100) + (fraction.size() < 2 ? ".0" : ".") + fraction + " s into the capture (" +
         std::to_string(packets) + " from " + net::to_string(silent) + ", none since)";
}

constexpr std::uint64_t enough_esp = 10;
constexpr Duration long_enough = std::chrono::seconds{2};

// Whether the stretch is of the tunnel's own SAs. A Quick Mode makes one SPI for each direction, so few flows that began
// after it carry the stretch; ESP under many SPIs, or older ones, is another's, or nobody's.
bool is_of_few_sas(const Tunnel& tunnel, const std::vector<Story>& stories, const track::EspRun& run) {
  constexpr std::uint64_t a_flow = 3;
  std::size_t quick_modes = 0;
  Time since = Time::max();
  for (const auto& story : stories) {
    quick_modes += std::max(story.attempt->quick_modes_complete, story.quick_modes);
    for (const auto& child : story.children) {
      if (child.type == ExchangeType::quick_mode) since = std::min(since, child.step[1].any() ? child.step[1].first->time : story.attempt->first);
    }
  }
  std::vector<const track::EspFlow*> flows;
  for (const auto& flow : tunnel.esp) {
    if (flow.source == run.source && flow.packets >= a_flow && flow.first >= since && flow.last > run.first) flows.push_back(&flow);
  }
  const auto few = std::min(flows.size(), std::max<std::size_t>(quick_modes, 1));
  std::ranges::partial_sort(flows, flows.begin() + static_cast<std::ptrdiff_t>(few), std::ranges::greater{}, &track::EspFlow::packets);
  std::uint64_t packets = 0;
  Time first = Time::max();
  Time last{};
  for (const auto* flow : std::span{flows}.first(few)) {
    packets += flow->packets;
    first = std::min(first, std::max(flow->first, run.first));
    last = std::max(last, flow->last);
  }
  return packets >= enough_esp && last - first >= long_enough;
}

std::optional<Finding> esp_one_way(const Tunnel& tunnel, const std::vector<Story>& stories) {
  const auto up = std::ranges::find_if(stories.rbegin(), stories.rend(), [](const Story& story) { return story.quick_mode_complete(); });
  if (up == stories.rend() || up->one_sided) return std::nullopt;
  // The stretch since the direction last changed; flows alone tell it where one direction has none at all.
  track::EspRun run;
  if (tunnel.esp_run) {
    run = *tunnel.esp_run;
  } else {
    Time last_other{};
    for (const auto& flow : tunnel.esp) {
      if (run.packets == 0 || flow.last > run.last) run.source = flow.source, run.last = flow.last, run.packets = 1;
    }
    for (const auto& flow : tunnel.esp) {
      if (flow.source != run.source) last_other = std::max(last_other, flow.last);
    }
    run.packets = 0;
    for (const auto& flow : tunnel.esp) {
      if (flow.source != run.source || flow.first < last_other) continue;
      if (run.packets == 0) run.first = flow.first, run.first_packet = flow.first_packet, run.file = flow.file;
      run.packets += flow.packets;
      run.last_packet = flow.last_packet;
    }
  }
  if (run.packets < enough_esp || run.last - run.first < long_enough || !is_of_few_sas(tunnel, stories, run)) return std::nullopt;
  auto finding = up->finding(FindingId::esp_one_way, Certainty::possible);
  finding.severity = Severity::warning;
  const bool from_initiator = run.source == up->attempt->initiator.address;
  finding.side = from_initiator ? Side::responder : Side::initiator;
  finding.waited = run.last - run.first;
  finding.times_sent = static_cast<std::uint32_t>(std::min<std::uint64_t>(run.packets, 0xffffffff));
  const auto* silent = up->last_from[from_initiator ? 1 : 0];
  const auto* speaking = up->last_from[from_initiator ? 0 : 1];
  const bool keepalives_unanswered = silent != nullptr && speaking != nullptr && speaking->exchange == ExchangeType::informational && speaking->time - silent->time > long_enough;
  if (keepalives_unanswered) finding.certainty = Certainty::likely;
  finding.detail = worked_until(tunnel, *up->capture, from_initiator ? up->attempt->responder.address : up->attempt->initiator.address, finding);
  finding.evidence.push_back({run.file, run.first_packet, "first ESP of the one-way stretch"});
  finding.evidence.push_back({run.file, run.last_packet, "last ESP of the one-way stretch"});
  return finding;
}

void add_remarks(const std::vector<Story>& stories, const Story& newest, bool probe, bool up, bool brief, std::vector<Finding>& findings) {
  if (brief) {
    if (newest.one_sided) findings.push_back(remark(newest, FindingId::one_sided));
    return;
  }
  if (probe) {
    auto finding = remark(newest, FindingId::probe);
    finding.certainty = Certainty::likely;
    finding.count = static_cast<std::uint32_t>(stories.size());
    const auto& asked = newest.attempt->responder.address;
    if (is_of_many(asked)) finding.detail = net::to_string(asked) + " is an address of many hosts";
    for (const auto& story : stories) {
      if (finding.evidence.size() < 4 && !story.attempt->events.empty()) prove(finding, &story.attempt->events.front());
    }
    findings.push_back(std::move(finding));
  }
  const auto add = [&](FindingId id, const Story& story, const Event* event, std::uint32_t count = 1) {
    auto finding = remark(story, id);
    finding.count = count;
    prove(finding, event);
    findings.push_back(std::move(finding));
  };
  std::uint32_t copies = 0;
  std::uint32_t resends = 0;
  // Of what came up, and of the tries before it; those after it that failed have findings of their own.
  const auto last_up = std::ranges::find_if(stories.rbegin(), stories.rend(), &Story::phase1_complete);
  const auto told_of_resends = last_up == stories.rend() ? stories.size() : static_cast<std::size_t>(stories.rend() - last_up);
  bool renewed = false;
  bool crossed = false;
  const Story* earlier_up = nullptr;
  for (std::size_t i = 0; i < stories.size(); ++i) {
    const auto& story = stories[i];
    copies += story.attempt->copies;
    if (i < told_of_resends) resends += resent_messages(story);
    const auto phase2_after = renewed ? std::nullopt : renews_phase2(story);
    if (!renewed && (phase2_after || (earlier_up != nullptr && renews_phase1(*earlier_up, story)))) {
      renewed = true;
      add(FindingId::rekey, story, story.attempt->events.empty() ? nullptr : &story.attempt->events.front());
      findings.back().detail = rekey_text(earlier_up, story, phase2_after);
    }
    if (!crossed && i > 0 && story.step[1].any() && stories[i - 1].step[1].any() && story.attempt->initiator.address != stories[i - 1].attempt->initiator.address && story.attempt->first <= stories[i - 1].attempt->last && story.attempt->first - stories[i - 1].attempt->first < std::chrono::seconds{10}) {
      crossed = true;
      add(FindingId::simultaneous, story, story.step[1].first);
    }
    if (story.phase1_complete() && story.quick_mode_complete()) earlier_up = &story;
  }
  const Event* resent = nullptr;
  for (auto i = told_of_resends; resent == nullptr && i-- > 0;) resent = first_event(stories[i], is_resent_message);
  if (up && resends > 0 && resent != nullptr) add(FindingId::retries, newest, resent, resends);
  if (newest.attempt->initiator_assumed && !newest.step[1].any()) add(FindingId::mid_stream, newest, newest.attempt->events.empty() ? nullptr : &newest.attempt->events.front());
  if (newest.one_sided) add(FindingId::one_sided, newest, newest.attempt->events.empty() ? nullptr : &newest.attempt->events.front());
  if (copies > 0) add(FindingId::mirror_copies, newest, first_event(newest, [](const Event& event) { return event.is_copy(); }), copies);
  if (const auto* cut = first_event(newest, [](const Event& event) { return event.cut; })) add(FindingId::snaplen_cut, newest, cut);
  if (newest.capture->kernel_drops > 0) add(FindingId::kernel_drops, newest, nullptr, static_cast<std::uint32_t>(std::min<std::uint64_t>(newest.capture->kernel_drops, 0xffffffff)));
  if (auto weak = weaknesses(newest); !weak.empty()) {
    auto finding = remark(newest, FindingId::weak_crypto);
    finding.detail = std::move(weak);
    prove(finding, newest.step[2].first);
    findings.push_back(std::move(finding));
  }
}

}  // namespace ike::diagnose
