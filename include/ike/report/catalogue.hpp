#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ike/diagnose/finding.hpp"

/// What the product knows about every finding, in one place: reports, `ikescope explain` and docs/findings.md
/// read the same table.
namespace ike::report {

/// What is known about one finding at hand and chooses among the words for it. A row that asks for several
/// facts needs all of them.
enum Fact : std::uint64_t {
  always = 0,
  main_mode = 1ULL << 0U,
  aggressive = 1ULL << 1U,
  psk = 1ULL << 2U,                 ///< the chosen authentication is a pre-shared key
  signature = 1ULL << 3U,           ///< ... certificates
  maybe_psk = 1ULL << 4U,           ///< ... not known to be certificates
  maybe_signature = 1ULL << 5U,     ///< ... not known to be a pre-shared key
  nat = 1ULL << 6U,                 ///< NAT-D shows a NAT, or UDP 4500 is in use
  natt_one_side = 1ULL << 7U,       ///< only one side announced NAT traversal
  frag_one_side = 1ULL << 8U,       ///< only one side announced IKE fragmentation
  whole_offer = 1ULL << 9U,         ///< the policies of message 1 are known, and {closest} does not say all of them
  has_choice = 1ULL << 10U,         ///< the policy of message 2 is known
  has_difference = 1ULL << 11U,     ///< the responder's own policy was seen elsewhere, and differs
  awaits = 1ULL << 12U,             ///< it is about a numbered message that does not come
  once = 1ULL << 13U,               ///< the unanswered message was sent once
  resent = 1ULL << 14U,             ///< ... more than once
  trail_initiator = 1ULL << 15U,    ///< the trail ends between the initiator and the observer
  trail_responder = 1ULL << 16U,    ///< ... between the observer and the responder
  readable = 1ULL << 17U,           ///< refused by a notify that can be read
  sealed = 1ULL << 18U,             ///< refused by an encrypted Informational that can't
  unread = 1ULL << 19U,             ///< neither of these two
  bad_key = 1ULL << 21U,            ///< the notify is INVALID-KEY-INFORMATION
  initiator_refused = 1ULL << 22U,  ///< the initiator is who did not accept the other's authentication
  responder_refused = 1ULL << 23U,
  established = 1ULL << 24U,        ///< phase 1 was complete
  icmp_port = 1ULL << 25U,
  icmp_route = 1ULL << 26U,         ///< network or host unreachable
  icmp_filter = 1ULL << 27U,        ///< administratively prohibited
  icmp_mtu = 1ULL << 28U,
  icmp_expired = 1ULL << 29U,       ///< time exceeded: a loop, or fragments that did not come together
  icmp_from_peer = 1ULL << 30U,     ///< the side for which the quoted packet was complains itself
  has_detail = 1ULL << 31U,
  repeated = 1ULL << 32U,           ///< several attempts show it
  initiator_waits = 1ULL << 33U,    ///< the initiator is who waits
  responder_waits = 1ULL << 34U,
  initiator_acts = 1ULL << 35U,     ///< the initiator is who has to act
  responder_acts = 1ULL << 36U,
  refused = 1ULL << 37U,            ///< the other side said so
  unrefused = 1ULL << 38U,
  acting = 1ULL << 39U,             ///< it is known who has to act
  icmp_from_path = 1ULL << 40U,     ///< a box on the way complains, not the peer
  version1 = 1ULL << 41U,           ///< IKEv1 messages were seen between the pair
  no_version1 = 1ULL << 42U,
  version2 = 1ULL << 43U,           ///< ... IKEv2 messages
  version_other = 1ULL << 44U,      ///< ... messages of another major version
  answered = 1ULL << 45U,           ///< the last request of the exchange it is about has its answer
  unanswered = 1ULL << 46U,
  unproven = 1ULL << 47U,           ///< not confirmed
  maybe_time = 1ULL << 48U,         ///< no fault of the refused certificate is known but its dates
  maybe_authority = 1ULL << 49U,    ///< ... its issuer
  maybe_usage = 1ULL << 50U,        ///< ... its key usage
  maybe_identity = 1ULL << 51U,     ///< ... what it names
  not_id = 1ULL << 52U,             ///< the notify is not INVALID-ID-INFORMATION
  id_refused = 1ULL << 53U,         ///< it is
  maybe_expected = 1ULL << 54U,     ///< the certificate is not at fault, as far as known, or what it names is
  fragments_initiator = 1ULL << 55U,  ///< the message whose fragments are lost is the initiator's
  fragments_responder = 1ULL << 56U,
  trail_unknown = 1ULL << 57U,      ///< on which side of the observer the trail ends can't be told
  in_phase1 = 1ULL << 58U,          ///< it is about phase 1, or the tunnel as a whole
  below_phase1 = 1ULL << 59U,       ///< it is about an exchange under the keys of phase 1
  icmp_unclear = 1ULL << 60U,       ///< none of the reasons above
  plain = 1ULL << 61U,              ///< no detail is known
};
using Facts = std::uint64_t;

/// A sentence and when it holds. Words in braces stand for what is at hand: {I} and {R} the peers' addresses,
/// {notify}, {awaited}, {request} (the message before it), {sent}, {again}, {over}, {span}, {fragmented}, {A} the
/// side that has to act, {O} the other, {asked} who has to answer, {S} who sent the ICMP error, {port}, {T} for
/// whom the quoted packet was, {icmp}, {mtu}, {offer}, {choice}, {difference}, {detail}, {count}, {other}
/// (what the responder offered or chose elsewhere) and {closest} (of the offer to it).
struct Line {
  std::string_view text;
  Facts when = always;
};

/// Who has to look.
enum class Who : std::uint8_t {
  both,       ///< both sides, or the path between them
  initiator,
  responder,
  act,        ///< the side that the finding names
  other,      ///< the other one
  refused,    ///< the side whose authentication was not accepted
  refuser,    ///< the side that did not accept it
  target,     ///< the side that the packet quoted by ICMP was for
  asker,      ///< the side that sent it
};

/// One cause and the next thing to check, in the catalogue's order.
struct KnownCause {
  std::string_view cause;
  Who who = Who::both;
  std::string_view check;
  Facts when = always;
};

/// Products whose own commands the catalogue knows.
enum class Product : std::uint8_t { asa, ios, strongswan, libreswan };
inline constexpr std::array products{Product::asa, Product::ios, Product::strongswan, Product::libreswan};
std::string_view name(Product product);  ///< "Cisco ASA"

/// Everything about one finding.
struct Entry {
  diagnose::FindingId id{};
  std::string_view title;
  std::string_view meaning;                ///< what it means, for any case of it
  std::string_view wire;                   ///< what is seen on the wire
  std::array<Line, 8> summaries{};         ///< the first that holds is the summary
  std::array<Line, 8> explanations{};      ///< all that hold are the explanation
  std::array<KnownCause, 8> causes{};      ///< all that hold, most likely first
  std::array<std::string_view, 4> checks{};  ///< per Product: what shows it there

  [[nodiscard]] std::span<const Line> summary_lines() const { return used(summaries, &Line::text); }
  [[nodiscard]] std::span<const Line> explanation_lines() const { return used(explanations, &Line::text); }
  [[nodiscard]] std::span<const KnownCause> known_causes() const { return used(causes, &KnownCause::cause); }
  [[nodiscard]] std::string_view check(Product product) const { return checks[static_cast<std::size_t>(product)]; }

 private:
  template <typename Row, std::size_t size>
  static std::span<const Row> used(const std::array<Row, size>& rows, std::string_view Row::* text) {
    const auto end = std::ranges::find_if(rows, [&](const Row& row) { return (row.*text).empty(); });
    return std::span{rows}.first(static_cast<std::size_t>(end - rows.begin()));
  }
};

/// All entries, in the order of FindingId.
std::span<const Entry> catalogue();
const Entry& entry(diagnose::FindingId id);

/// What to look at on one product for `finding`, with the tunnel's addresses filled in.
std::string command_text(const diagnose::Finding& finding, const track::Tunnel& tunnel, Product product);

/// docs/findings.md, as it has to stand in the tree; in lines of at most `width` columns.
std::string findings_markdown(std::size_t width = 110);

}  // namespace ike::report
