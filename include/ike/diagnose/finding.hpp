#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/track/evidence.hpp"

namespace ike::diagnose {

using track::Side;

/// What can be wrong with, or worth knowing of, a tunnel. A name never changes its meaning; docs/findings.md
/// has a section for each. The order is the report's: explicit refusal before silence, specific before general.
enum class FindingId : std::uint8_t {
  icmp_refused,
  version_mismatch,
  no_proposal_chosen,
  identity_unknown,
  refused_msg1,
  refused_msg3,
  invalid_cookie,
  nat_t_blocked,
  fragment_loss,
  psk_mismatch,
  auth_rejected,
  xauth_failed,
  modecfg_failed,
  phase2_rejected,
  peer_gone,
  reply_lost,
  no_reply_msg1,
  no_msg3,
  no_reply_msg3,
  no_msg5,
  no_reply_msg5,
  phase2_no_reply,
  phase2_half_open,
  missing_sa,
  flapping,
  no_ike_traffic,
  esp_one_way,
  // remarks, never stalls
  simultaneous,
  rekey,
  retries,
  probe,
  mid_stream,
  one_sided,
  mirror_copies,
  snaplen_cut,
  kernel_drops,
  weak_crypto,
};
inline constexpr std::size_t finding_count = static_cast<std::size_t>(FindingId::weak_crypto) + 1;

/// "no-reply-msg1".
std::string_view name(FindingId id);
std::optional<FindingId> find_finding(std::string_view name);

enum class Certainty : std::uint8_t { confirmed, likely, possible };
enum class Severity : std::uint8_t { stall, warning, remark };
std::string_view name(Certainty certainty);
std::string_view name(Severity severity);

/// Where, seen from the observer, messages go missing.
enum class Segment : std::uint8_t { unknown, initiator_observer, observer_responder };

/// A packet that proves something, with the words for it ("message 3", "INVALID-COOKIE, not encrypted").
struct Proof {
  std::uint16_t file = 0;
  std::uint64_t packet = 0;
  std::string what;
};

/// What is wrong with the certificate of the side that was refused.
enum class CertificateFault : std::uint8_t { none, time, authority, usage, identity };

/// One finding about one tunnel. Facts only: wording of summary and causes belongs to the report room.
/// Captured at two points of the path: a message that passes one and never the other.
struct BetweenPoints {
  std::uint8_t number = 0;       ///< in its mode
  Side from{};
  std::uint16_t seen_in = 0;     ///< file
  std::uint16_t missing_in = 0;  ///< file that shows the attempt before and after it
};

struct Finding {
  FindingId id{};
  Certainty certainty = Certainty::possible;
  Severity severity = Severity::stall;
  std::optional<Side> side;                 ///< who has to act; nothing when it can't be told or both
  track::Position position{};               ///< of the waiting side; unseen: none
  std::uint32_t attempt = 0;                ///< Attempt::id of the newest attempt it was found in; 0: none
  std::uint32_t message_id = 0;             ///< of the exchange below phase 1 it is about, else 0
  std::uint32_t count = 1;                  ///< attempts that show it
  std::vector<Proof> evidence;

  // What the wording needs, where it applies.
  std::uint8_t awaited = 0;                 ///< number of the message that does not come
  isakmp::NotifyType notify{};              ///< the notify that refused
  std::uint32_t times_sent = 0;             ///< how often the unanswered message was sent, first included
  Duration waited{};                        ///< from its first sending to the end of the trail
  Segment segment = Segment::unknown;       ///< where the trail ends
  track::Event icmp;                        ///< the ICMP error, when kind is icmp_error
  bool refused = false;                     ///< the other side said so, whatever it was that it said
  CertificateFault certificate_fault = CertificateFault::none;
  std::vector<CertificateFault> certificate_fine;  ///< what is not wrong with it, as keys and CAs given show
  std::uint8_t fragmented = 0;              ///< number of the message whose fragments do not all arrive
  bool encrypted_refusal = false;           ///< refused by an encrypted Informational
  std::optional<BetweenPoints> between;     ///< where two captures, read together, lose a message
  std::string detail;                       ///< one more fact in words, such as "DES, MODP-1024"
};

/// One verdict per tunnel, in order of precedence (docs/report.md).
enum class Verdict : std::uint8_t { probe, flapping, stalled, closed, up, phase1_up, pending };
std::string_view name(Verdict verdict);

/// How one exchange stands at the end.
enum class Status : std::uint8_t { complete, waiting, retrying, stalled, refused, superseded };
std::string_view name(Status status);

struct Options {
  Duration patience = std::chrono::seconds{10};  ///< silence that makes a missing reply a stall
  bool brief = false;                            ///< leave remarks out: enough for a line in a table
};

/// The judgement of one tunnel.
struct Diagnosis {
  Verdict verdict = Verdict::pending;
  bool refused = false;
  track::Positions positions;               ///< of the newest attempt
  std::vector<Status> attempt_status;       ///< one per attempt of the tunnel
  std::vector<Finding> findings;            ///< in the report's order
};

/// Judges `tunnel`: a pure function of what was seen.
Diagnosis diagnose(const track::Tunnel& tunnel, const track::CaptureFacts& capture, const Options& options = {});

}  // namespace ike::diagnose
