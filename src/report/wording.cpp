#include <fmt/format.h>

#include "backoff.hpp"
#include "expand.hpp"
#include "format.hpp"
#include "ike/isakmp/sa.hpp"
#include "ike/report/catalogue.hpp"
#include "ike/report/report.hpp"

// Words for one finding: what is at hand chooses and fills the catalogue's lines.
namespace ike::report {
namespace {

using diagnose::Finding;
using diagnose::FindingId;
using diagnose::Segment;
using isakmp::NotifyType;
using track::Attempt;
using track::Event;
using track::Position;
using track::Side;
using track::Tunnel;

const Attempt* attempt_of(const Finding& finding, const Tunnel& tunnel) {
  const auto found = std::ranges::find(tunnel.attempts, finding.attempt, &Attempt::id);
  if (found != tunnel.attempts.end()) return &*found;
  return tunnel.attempts.empty() ? nullptr : &tunnel.attempts.back();
}

bool shows(const Attempt& attempt, std::uint8_t number) {
  return std::ranges::any_of(attempt.events, [&](const Event& e) { return e.is_message() && e.is_phase1() && e.number == number; });
}

/// What the responder offered when it was the initiator itself, or chose in another attempt.
struct Elsewhere {
  const Attempt* attempt = nullptr;
  bool offered = false;  ///< in message 1; else chosen in message 2

  [[nodiscard]] std::span<const isakmp::Phase1Policy> policies() const { return (offered ? attempt->offer : attempt->choice)->policies; }
};
std::optional<Elsewhere> elsewhere(const Attempt& refused, const Tunnel& tunnel) {
  for (auto one = tunnel.attempts.rbegin(); one != tunnel.attempts.rend(); ++one) {
    if (one->id == refused.id) continue;
    if (one->initiator.address == refused.responder.address && one->offer && !one->offer->policies.empty()) return Elsewhere{&*one, true};
    if (one->responder.address == refused.responder.address && one->chosen()) return Elsewhere{&*one, false};
  }
  return std::nullopt;
}

/// The packet of message `number`; 0 when it was not kept.
std::uint64_t packet_of(const Attempt& attempt, std::uint8_t number) {
  const auto found = std::ranges::find_if(attempt.events, [&](const Event& e) { return e.is_message() && e.is_phase1() && e.number == number; });
  return found == attempt.events.end() ? 0 : found->packet;
}

/// "hash, DH group": in what two policies differ.
std::string difference(const isakmp::Phase1Policy& a, const isakmp::Phase1Policy& b) {
  std::string text;
  const auto add = [&](bool differs, std::string_view what) {
    if (!differs) return;
    if (!text.empty()) text += ", ";
    text += what;
  };
  add(a.encryption != b.encryption, "encryption");
  add(a.key_length != b.key_length, "key length");
  add(a.hash != b.hash, "hash");
  add(a.auth != b.auth, "authentication");
  add(a.group != b.group, "DH group");
  add(a.life_seconds != b.life_seconds, "lifetime");
  return text;
}

/// The two policies of `offered` and `other` that differ least: where to look first.
struct Closest {
  const isakmp::Phase1Policy* offered = nullptr;
  const isakmp::Phase1Policy* other = nullptr;
  std::string difference;
};
Closest closest(std::span<const isakmp::Phase1Policy> offered, std::span<const isakmp::Phase1Policy> other) {
  constexpr std::size_t compared = 64;  // of each; a scanner may offer hundreds
  Closest best;
  std::ptrdiff_t fewest = 0;
  for (const auto& a : offered.first(std::min(compared, offered.size()))) {
    for (const auto& b : other.first(std::min(compared, other.size()))) {
      auto text = difference(a, b);
      const auto parts = text.empty() ? 0 : std::ranges::count(text, ',') + 1;
      if (best.offered && parts >= fewest) continue;
      best = {&a, &b, std::move(text)};
      fewest = parts;
    }
  }
  return best;
}

std::string list(const std::vector<isakmp::Phase1Policy>& policies) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, policies.size()); ++i) {
    if (i > 0) text += "; ";
    text += isakmp::to_string(policies[i]);
  }
  if (policies.size() > shown) text += fmt::format("; and {} more", policies.size() - shown);
  return text;
}

/// Which IKE versions the pair spoke.
Facts version_facts(const Tunnel& tunnel) {
  Facts facts = tunnel.attempts.empty() ? no_version1 : version1;
  const auto foreign = [](const track::OtherVersion& seen) { return seen.major != 2 && !seen.response; };
  const bool asked_otherwise = std::ranges::any_of(tunnel.other_versions, foreign);
  for (const auto& seen : tunnel.other_versions) {
    // Whoever refuses another version does it in a header of its own.
    if (seen.major != 2) facts |= version_other;
    else if (!seen.response || !asked_otherwise) facts |= version2;
  }
  return facts;
}

Facts icmp_facts(const Event& error, const net::Address& target) {
  if (error.kind != Event::Kind::icmp_error) return icmp_unclear;
  const auto is = [&](std::uint8_t type4, std::uint8_t type6) { return error.icmp_type == (error.icmp_v6 ? type6 : type4); };
  const Facts facts = error.icmp_sender == target ? icmp_from_peer : icmp_from_path;
  const auto code = error.icmp_code;
  if (is(11, 3)) return facts | icmp_expired;
  if (error.icmp_v6 && error.icmp_type == 2) return facts | icmp_mtu;
  if (!is(3, 1)) return facts | icmp_unclear;
  if (error.icmp_v6) return facts | (code == 4 ? icmp_port : code == 1 || code >= 5 ? icmp_filter : icmp_route);
  if (code == 2 || code == 3) return facts | icmp_port;
  if (code == 4) return facts | icmp_mtu;
  return facts | (code == 9 || code == 10 || code == 13 ? icmp_filter : icmp_route);
}

class Words {
 public:
  Words(const Finding& finding, const Tunnel& tunnel) : finding_{finding}, tunnel_{tunnel}, attempt_{attempt_of(finding, tunnel)} {
    facts_ = of_finding() | icmp_facts(finding.icmp, address(other(finding.icmp.from))) | version_facts(tunnel);
    if (attempt_) facts_ |= of_attempt(*attempt_);
    else facts_ |= main_mode | maybe_psk | maybe_signature;
  }

  [[nodiscard]] bool holds(Facts when) const { return (when & ~facts_) == 0; }

  [[nodiscard]] std::string fill(std::string_view text) const {
    return expand(text, [this](std::string_view word) { return value(word); });
  }

  [[nodiscard]] std::optional<Side> side(Who who) const {
    switch (who) {
      case Who::both: return std::nullopt;
      case Who::initiator: return Side::initiator;
      case Who::responder: return Side::responder;
      case Who::act: return finding_.side;
      case Who::other: return finding_.side ? std::optional{other(*finding_.side)} : std::nullopt;
      case Who::refused: return initiator_refuses_ ? Side::responder : Side::initiator;
      case Who::refuser: return initiator_refuses_ ? Side::initiator : Side::responder;
      case Who::target: return other(finding_.icmp.from);
      case Who::asker: return finding_.icmp.from;
    }
    return std::nullopt;
  }

 private:
  Facts of_finding() {
    Facts facts = always;
    const auto set = [&](bool condition, Fact fact) { facts |= condition ? fact : always; };
    const bool known_notify = finding_.notify != NotifyType::none;
    const bool up = track::is_active(finding_.position);
    set(finding_.awaited > 1 && finding_.message_id == 0 && !up, awaits);
    set(finding_.times_sent == 1, once);
    set(finding_.times_sent > 1, resent);
    set(finding_.segment == Segment::initiator_observer, trail_initiator);
    set(finding_.segment == Segment::observer_responder, trail_responder);
    set(finding_.segment == Segment::unknown, trail_unknown);
    set(finding_.message_id == 0, in_phase1);
    set(finding_.message_id != 0, below_phase1);
    set(finding_.fragmented % 2 == 1, fragments_initiator);
    set(finding_.fragmented != 0 && finding_.fragmented % 2 == 0, fragments_responder);
    set(finding_.detail.empty(), plain);
    set(known_notify, readable);
    set(!known_notify && finding_.encrypted_refusal, sealed);
    set(!known_notify && !finding_.encrypted_refusal, unread);
    set(finding_.notify == NotifyType::invalid_key_information, bad_key);
    set(up, established);
    const bool responder = finding_.position == Position::mm_wait_msg3 || finding_.position == Position::mm_wait_msg5 || finding_.position == Position::am_wait_msg3;
    set(responder, responder_waits);
    set(!responder && !up && finding_.position != Position::unseen, initiator_waits);
    set(finding_.side == Side::initiator, initiator_acts);
    set(finding_.side == Side::responder, responder_acts);
    set(!finding_.detail.empty(), has_detail);
    set(finding_.count > 1, repeated);
    set(finding_.refused, refused);
    set(!finding_.refused, unrefused);
    set(finding_.side.has_value(), acting);
    set(has_answer(), answered);
    set(!has_answer(), unanswered);
    set(finding_.certainty != diagnose::Certainty::confirmed, unproven);
    set(finding_.notify != NotifyType::invalid_id_information, not_id);
    set(finding_.notify == NotifyType::invalid_id_information, id_refused);
    using diagnose::CertificateFault;
    const auto none_known = finding_.certificate_fault == CertificateFault::none;
    const auto may_be = [&](CertificateFault fault, Fact fact) {
      const bool fine = std::ranges::find(finding_.certificate_fine, fault) != finding_.certificate_fine.end();
      set(finding_.certificate_fault == fault || (none_known && !fine), fact);
    };
    set(none_known || finding_.certificate_fault == CertificateFault::identity, maybe_expected);
    may_be(CertificateFault::time, maybe_time);
    may_be(CertificateFault::authority, maybe_authority);
    may_be(CertificateFault::usage, maybe_usage);
    may_be(CertificateFault::identity, maybe_identity);
    return facts;
  }

  Facts of_attempt(const Attempt& attempt) {
    Facts facts = attempt.aggressive() ? aggressive : main_mode;
    const auto set = [&](bool condition, Fact fact) { facts |= condition ? fact : always; };
    const auto* chosen = attempt.chosen();
    const bool certificates = chosen && isakmp::is_signature(chosen->auth);
    const bool shared_key = chosen && isakmp::is_psk(chosen->auth);
    set(shared_key, psk);
    set(certificates, signature);
    set(!certificates, maybe_psk);
    set(!shared_key, maybe_signature);
    const bool on_4500 = std::ranges::any_of(attempt.events, &Event::natt_port);
    set(attempt.nat_initiator.value_or(false) || attempt.nat_responder.value_or(false) || on_4500, nat);
    set(attempt.natt_vendor_initiator != attempt.natt_vendor_responder, natt_one_side);
    set(attempt.fragmentation_vendor_initiator != attempt.fragmentation_vendor_responder, frag_one_side);
    set(chosen != nullptr, has_choice);
    const bool offered = attempt.offer && !attempt.offer->policies.empty();
    elsewhere_ = finding_.id == FindingId::no_proposal_chosen && offered ? elsewhere(attempt, tunnel_) : std::nullopt;
    if (elsewhere_) closest_ = closest(attempt.offer->policies, elsewhere_->policies());
    set(!closest_.difference.empty(), has_difference);
    set(offered && (closest_.difference.empty() || attempt.offer->policies.size() > 1), whole_offer);
    initiator_refuses_ = attempt.aggressive() ? !shows(attempt, 3) : shows(attempt, 6);
    facts |= initiator_refuses_ ? initiator_refused : responder_refused;
    return facts;
  }

  [[nodiscard]] const net::Address& address(Side side) const {
    if (!attempt_) return tunnel_.peers[side == Side::initiator ? 0 : 1];
    return side == Side::initiator ? attempt_->initiator.address : attempt_->responder.address;
  }

  /// Who did not begin the exchange below phase 1 that the finding is about.
  [[nodiscard]] Side asked() const {
    if (!attempt_) return Side::responder;
    const auto first = std::ranges::find_if(attempt_->events, [&](const Event& e) { return e.is_message() && e.message_id == finding_.message_id; });
    return first == attempt_->events.end() ? Side::responder : other(first->from);
  }

  [[nodiscard]] bool has_answer() const {
    return attempt_ && std::ranges::any_of(attempt_->events, [&, side = asked()](const Event& e) { return e.is_message() && e.message_id == finding_.message_id && e.from == side; });
  }

  /// Whether the packet that the ICMP error quotes went to UDP 4500: as its sender's last message before the error.
  [[nodiscard]] bool quoted_4500() const {
    bool on_4500 = false;
    if (!attempt_) return on_4500;
    for (const Event& event : attempt_->events) {
      if (event.time > finding_.icmp.time) break;
      if (event.is_message() && event.from == finding_.icmp.from) on_4500 = event.natt_port;
    }
    return on_4500;
  }

  [[nodiscard]] std::string value(std::string_view word) const {
    if (word == "I") return net::to_string(address(Side::initiator));
    if (word == "R") return net::to_string(address(Side::responder));
    if (word == "A") return finding_.side ? net::to_string(address(*finding_.side)) : std::string{"one side"};
    if (word == "O") return finding_.side ? net::to_string(address(other(*finding_.side))) : std::string{"the other side"};
    if (word == "asked") return net::to_string(address(asked()));
    if (word == "T") return net::to_string(address(other(finding_.icmp.from)));
    if (word == "port") return quoted_4500() ? "UDP 4500" : "UDP 500";
    if (word == "S") return net::to_string(finding_.icmp.icmp_sender);
    if (word == "icmp") return icmp_text(finding_.icmp);
    if (word == "mtu") return finding_.icmp.icmp_mtu ? std::to_string(finding_.icmp.icmp_mtu) : std::string{"fewer"};
    if (word == "notify") return notify_text(finding_.notify);
    if (word == "awaited") return std::to_string(finding_.awaited);
    if (word == "fragmented") return std::to_string(finding_.fragmented);
    if (word == "request") return std::to_string(finding_.awaited > 0 ? finding_.awaited - 1 : 0);
    if (word == "sent") return times(finding_.times_sent);
    if (word == "again") return times(finding_.times_sent - std::min(finding_.times_sent, 1U));
    if (word == "span") return span_text(finding_.waited);
    if (word == "over") return finding_.waited > Duration{} ? " in " + span_text(finding_.waited) : std::string{};
    if (word == "number") return std::to_string(finding_.times_sent);
    if (word == "count") return std::to_string(finding_.count);
    if (word == "detail") return printable(finding_.detail);
    if (word == "offer") return attempt_ && attempt_->offer ? list(attempt_->offer->policies) : std::string{"not seen"};
    if (word == "choice") return attempt_ && attempt_->chosen() ? isakmp::to_string(*attempt_->chosen()) : std::string{"not seen"};
    if (word == "closest" && closest_.offered) return closest_text(*closest_.offered, attempt_->offer->policies.size());
    if (word == "other" && closest_.other) return elsewhere_text();
    if (word == "difference") return closest_.difference;
    return {};
  }

  static std::string closest_text(const isakmp::Phase1Policy& policy, std::size_t of) {
    return isakmp::to_string(policy) + (of > 1 ? fmt::format(" (the closest of {})", of) : std::string{});
  }

  [[nodiscard]] std::string elsewhere_text() const {
    auto text = fmt::format("{} {}", elsewhere_->offered ? "offered" : "chose", closest_text(*closest_.other, elsewhere_->policies().size()));
    if (const auto packet = packet_of(*elsewhere_->attempt, elsewhere_->offered ? 1 : 2)) text += fmt::format(" (packet {})", packet);
    return text;
  }

  const Finding& finding_;
  const Tunnel& tunnel_;
  const Attempt* attempt_;
  Facts facts_ = always;
  std::optional<Elsewhere> elsewhere_;
  Closest closest_;
  bool initiator_refuses_ = false;
};

/// When the sender of the message that nobody answers will give up, as its resend schedule has it.
std::string giving_up(const Finding& finding, const Tunnel& tunnel) {
  const auto* attempt = attempt_of(finding, tunnel);
  if (!attempt || finding.times_sent < 2 || finding.awaited < 2 || finding.message_id != 0) return {};
  const auto schedule = longest_schedule(*attempt);
  if (!schedule.message || !schedule.message->is_phase1() || schedule.message->number + 1 != finding.awaited) return {};
  if (schedule.gaps.size() < 2) return {};  // one gap fits too many
  const auto after = gives_up_after(schedule.gaps, schedule.message->from);
  if (!after) return {};
  const auto names = fitting_schedules(schedule.gaps, schedule.message->from);
  std::string who;
  for (std::size_t i = 0; i < names.size(); ++i) who += fmt::format("{}{}", i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", names[i]);
  const auto from = schedule.message->from;
  const auto& sender = from == Side::initiator ? attempt->initiator.address : attempt->responder.address;
  return fmt::format("The {} ({}) resends as {} does and so gives up {} s after the first time (a guess).", track::name(from), net::to_string(sender), who, after->count());
}

/// A summary stays one line, whatever a name from the wire holds.
std::string one_line(std::string text) {
  constexpr std::size_t longest = 78;
  if (text.size() > longest) text.replace(longest - 3, std::string::npos, "...");
  return text;
}

}  // namespace

Wording word(const Finding& finding, const Tunnel& tunnel) {
  const Entry& known = entry(finding.id);
  const Words words{finding, tunnel};
  Wording result;
  for (const Line& line : known.summary_lines()) {
    if (!words.holds(line.when)) continue;
    result.summary = one_line(words.fill(line.text));
    break;
  }
  for (const Line& line : known.explanation_lines()) {
    if (!words.holds(line.when)) continue;
    if (!result.explanation.empty()) result.explanation += ' ';
    result.explanation += words.fill(line.text);
  }
  if (const auto text = giving_up(finding, tunnel); !text.empty()) result.explanation += ' ' + text;
  for (const KnownCause& row : known.known_causes()) {
    if (!words.holds(row.when)) continue;
    const auto cause = words.fill(row.cause);
    if (std::ranges::any_of(result.causes, [&](const Cause& c) { return c.cause == cause; })) continue;
    result.causes.push_back({cause, words.side(row.who), words.fill(row.check)});
  }
  return result;
}

std::string command_text(const Finding& finding, const Tunnel& tunnel, Product product) {
  return Words{finding, tunnel}.fill(entry(finding.id).check(product));
}

}  // namespace ike::report
