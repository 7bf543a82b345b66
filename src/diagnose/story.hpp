#pragma once

#include <array>
#include <optional>
#include <vector>

#include "ike/diagnose/finding.hpp"

/// What the rules look at: one attempt, counted out once. Rules are pure functions of a Story.
namespace ike::diagnose {

using isakmp::ExchangeType;
using isakmp::NotifyType;
using track::Attempt;
using track::Event;
using track::Position;
using track::Tunnel;

/// Everything a side sent as message `n`: the first one and its resends; copies are not counted.
struct Sent {
  const Event* first = nullptr;
  const Event* second = nullptr;
  const Event* last = nullptr;
  std::uint32_t count = 0;

  void add(const Event& event) {
    if (first == nullptr) first = &event;
    else if (second == nullptr) second = &event;
    last = &event;
    ++count;
  }
  [[nodiscard]] bool any() const { return first != nullptr; }
  [[nodiscard]] bool again() const { return count > 1; }
};

/// One Quick Mode or Transaction under the attempt.
struct Child {
  ExchangeType type{};
  std::uint32_t message_id = 0;
  Side starter = Side::initiator;
  std::array<Sent, 5> step{};   // by number, from 1
  const Event* refusal = nullptr;  // Informational from the other side that came instead of an answer
  /// What Event::number stands for here: another place where message 2 was shown first, or message 1 not at all.
  std::array<std::uint8_t, 6> place{0, 1, 2, 3, 4, 5};

  [[nodiscard]] std::uint8_t number(const Event& event) const { return event.number < place.size() ? place[event.number] : std::uint8_t{0}; }
  [[nodiscard]] bool holds(const Event& event) const { return event.is_message() && event.exchange == type && event.message_id == message_id; }
  [[nodiscard]] bool complete() const { return type == ExchangeType::quick_mode ? step[3].any() : step[2].any(); }
  [[nodiscard]] const Event* last() const {
    const Event* newest = nullptr;
    for (const auto& sent : step) {
      if (sent.any() && (newest == nullptr || sent.last->time > newest->time)) newest = sent.last;
    }
    return newest;
  }
};

/// How the authentication of a phase 1 works, as far as its messages tell.
enum class AuthKind : std::uint8_t { unknown, psk, signature };

/// What is said at once: Deletes that end an SA, a request and its answer, come within this time.
inline constexpr Duration burst = std::chrono::milliseconds{1500};

struct Story {
  const Tunnel* tunnel = nullptr;
  const Attempt* attempt = nullptr;
  const track::CaptureFacts* capture = nullptr;
  const Options* options = nullptr;
  bool newest = true;          ///< no later attempt
  bool renews = false;         ///< an earlier attempt of the tunnel was up when this one began
  Time end{};                  ///< until when an answer could have been seen
  track::Positions at;
  std::array<Sent, 7> step{};  ///< phase 1 messages by number
  std::vector<Child> children; ///< Quick Modes and Transactions, by first message
  std::uint32_t quick_modes = 0;  ///< complete ones among the children
  std::vector<const Event*> informationals;  ///< copies left out
  std::vector<const Event*> icmp;
  std::array<const Event*, 2> first_from{};  ///< by side
  std::array<const Event*, 2> last_from{};
  bool esp_under = false;      ///< ESP both ways began after a Quick Mode of this attempt did
  bool one_sided = false;      ///< only one direction passed the observer, here or in the whole tunnel

  [[nodiscard]] bool aggressive() const { return attempt->aggressive(); }
  [[nodiscard]] bool phase1_complete() const { return track::is_active(at.initiator) && track::is_active(at.responder); }
  [[nodiscard]] bool any_active() const { return track::is_active(at.initiator) || track::is_active(at.responder); }
  [[nodiscard]] bool quick_mode_seen() const { return attempt->quick_modes_complete > 0 || quick_modes > 0; }
  [[nodiscard]] bool quick_mode_complete() const { return quick_mode_seen() || esp_under; }
  /// ESP both ways in flows that began after `child` did.
  [[nodiscard]] bool esp_began_after(const Child& child) const;
  /// Every Quick Mode is complete with no message repeated, and nothing else was said: no rule of phase 2 can
  /// have anything to say. Most attempts are such, and need no closer look.
  [[nodiscard]] bool settled() const;
  [[nodiscard]] AuthKind auth() const;
  [[nodiscard]] bool nat_found() const;

  /// Whether the answer to `request` is overdue: sent three times; twice and then silence as long as the
  /// first gap; or once and silence longer than the operator's patience (docs/report.md, "stalled or pending").
  [[nodiscard]] bool overdue(const Sent& request) const;
  /// Silence after `event` longer than patience.
  [[nodiscard]] bool silent_after(const Event& event) const { return end - event.time >= options->patience; }
  /// First Informational from `side` at or after `from` (copies left out) that may refuse: no status notify.
  [[nodiscard]] const Event* informational_from(Side side, Time from) const;
  /// First error notify in clear from `side` at or after `from`; a notify whose type was cut counts.
  [[nodiscard]] const Event* clear_error_from(Side side, Time from) const;

  /// `side` sent fragments of a phase 1 message after `from` of which too little was captured to know which message.
  [[nodiscard]] bool unread_fragments(Side side, Time from) const;

  /// A finding about this attempt with the fields every rule fills.
  [[nodiscard]] Finding finding(FindingId id, Certainty certainty) const;
};

Story tell(const Tunnel& tunnel, const Attempt& attempt, const track::CaptureFacts& capture, const Options& options);

/// Evidence: "message 3", "message 3 again", "INVALID-COOKIE, not encrypted" ...
Proof proof(const Event& event);
/// Adds the first and the last (and one between) of what was sent.
void prove(Finding& finding, const Sent& sent);
void prove(Finding& finding, const Event* event);

/// Whether `type` says that something failed (RFC 2408 3.14.1: below 16384 are errors).
constexpr bool is_error(NotifyType type) { return number(type) < 16384; }

using Rule = std::optional<Finding> (*)(const Story&);

/// two_points.cpp: whether files that overlap in time show the attempt: captures of several points, not one cut in parts.
bool two_points(const Story& story);
/// Nothing where all was captured at one point, or at more than two.
std::optional<BetweenPoints> lost_between(const Story& story);

// phase1_refused.cpp: somebody said no
std::optional<Finding> icmp_refused(const Story& story);
std::optional<Finding> version_refused(const Story& story);
std::optional<Finding> no_proposal_chosen(const Story& story);
std::optional<Finding> identity_unknown(const Story& story);
std::optional<Finding> refused_msg1(const Story& story);
std::optional<Finding> refused_msg3(const Story& story);
std::optional<Finding> invalid_cookie(const Story& story);
std::optional<Finding> psk_mismatch(const Story& story);
std::optional<Finding> auth_rejected(const Story& story);
std::optional<Finding> missing_sa(const Story& story);

// phase1_silent.cpp: nobody answers
std::optional<Finding> nat_t_blocked(const Story& story);
std::optional<Finding> fragment_loss(const Story& story);
std::optional<Finding> reply_lost(const Story& story);
std::optional<Finding> no_reply_msg1(const Story& story);
std::optional<Finding> no_msg3(const Story& story);
std::optional<Finding> no_reply_msg3(const Story& story);
std::optional<Finding> no_msg5(const Story& story);
std::optional<Finding> no_reply_msg5(const Story& story);

// phase2.cpp: XAUTH, mode config, Quick Mode, and what happens to an SA that was up
std::optional<Finding> xauth_failed(const Story& story);
std::optional<Finding> modecfg_failed(const Story& story);
std::optional<Finding> phase2_rejected(const Story& story);
std::optional<Finding> phase2_reply_lost(const Story& story);
std::optional<Finding> phase2_no_reply(const Story& story);
std::optional<Finding> phase2_half_open(const Story& story);
std::optional<Finding> peer_gone(const Story& story);
/// Nothing but encrypted Informationals, in a capture that begins under an SA: ESP of both sides shows that it stands.
bool speaks_under_esp(const Story& story);

// sizes.cpp
/// Adds what the sizes of encrypted messages prove, to evidence and detail.
void add_size_evidence(const Story& story, Finding& finding);

// keys.cpp: what keys, hashes and certificates say
/// Makes `finding` confirmed where what was opened proves it, and adds why. Whether it did.
bool confirm(const Story& story, Finding& finding);

// tunnel_rules.cpp: what shows over several attempts, or beside them
/// All attempts are a scanner's.
bool is_probe(const Tunnel& tunnel, const std::vector<Story>& stories);
std::optional<Finding> version_mismatch(const Tunnel& tunnel, const track::CaptureFacts& capture);
std::optional<Finding> esp_one_way(const Tunnel& tunnel, const std::vector<Story>& stories);
/// Remarks: rekey, retries, simultaneous, mid-stream, one-sided, mirror-copies, snaplen-cut, kernel-drops, weak-crypto, probe.
/// `shown`: the story that decides. `brief`: only what bears on every judgement, one-sided.
void add_remarks(const std::vector<Story>& stories, const Story& shown, bool probe, bool up, bool brief, std::vector<Finding>& findings);

}  // namespace ike::diagnose
