#include <algorithm>
#include <array>

#include "ike/base/named.hpp"
#include "ike/diagnose/finding.hpp"

namespace ike::diagnose {
namespace {

constexpr auto finding_names = std::to_array<Named<FindingId>>({
    {FindingId::icmp_refused, "icmp-refused"},
    {FindingId::version_mismatch, "version-mismatch"},
    {FindingId::no_proposal_chosen, "no-proposal-chosen"},
    {FindingId::identity_unknown, "identity-unknown"},
    {FindingId::refused_msg1, "refused-msg1"},
    {FindingId::refused_msg3, "refused-msg3"},
    {FindingId::invalid_cookie, "invalid-cookie"},
    {FindingId::nat_t_blocked, "nat-t-blocked"},
    {FindingId::fragment_loss, "fragment-loss"},
    {FindingId::psk_mismatch, "psk-mismatch"},
    {FindingId::auth_rejected, "auth-rejected"},
    {FindingId::xauth_failed, "xauth-failed"},
    {FindingId::modecfg_failed, "modecfg-failed"},
    {FindingId::phase2_rejected, "phase2-rejected"},
    {FindingId::peer_gone, "peer-gone"},
    {FindingId::reply_lost, "reply-lost"},
    {FindingId::no_reply_msg1, "no-reply-msg1"},
    {FindingId::no_msg3, "no-msg3"},
    {FindingId::no_reply_msg3, "no-reply-msg3"},
    {FindingId::no_msg5, "no-msg5"},
    {FindingId::no_reply_msg5, "no-reply-msg5"},
    {FindingId::phase2_no_reply, "phase2-no-reply"},
    {FindingId::phase2_half_open, "phase2-half-open"},
    {FindingId::missing_sa, "missing-sa"},
    {FindingId::flapping, "flapping"},
    {FindingId::no_ike_traffic, "no-ike-traffic"},
    {FindingId::esp_one_way, "esp-one-way"},
    {FindingId::simultaneous, "simultaneous"},
    {FindingId::rekey, "rekey"},
    {FindingId::retries, "retries"},
    {FindingId::probe, "probe"},
    {FindingId::mid_stream, "mid-stream"},
    {FindingId::one_sided, "one-sided"},
    {FindingId::mirror_copies, "mirror-copies"},
    {FindingId::snaplen_cut, "snaplen-cut"},
    {FindingId::kernel_drops, "kernel-drops"},
    {FindingId::weak_crypto, "weak-crypto"},
});
static_assert(ascending(finding_names) && finding_names.size() == finding_count);

constexpr auto certainty_names = std::to_array<Named<Certainty>>({
    {Certainty::confirmed, "confirmed"},
    {Certainty::likely, "likely"},
    {Certainty::possible, "possible"},
});
static_assert(ascending(certainty_names));

constexpr auto severity_names = std::to_array<Named<Severity>>({
    {Severity::stall, "stall"},
    {Severity::warning, "warning"},
    {Severity::remark, "remark"},
});
static_assert(ascending(severity_names));

constexpr auto verdict_names = std::to_array<Named<Verdict>>({
    {Verdict::probe, "probe"},
    {Verdict::flapping, "flapping"},
    {Verdict::stalled, "stalled"},
    {Verdict::closed, "closed"},
    {Verdict::up, "up"},
    {Verdict::phase1_up, "phase1-up"},
    {Verdict::pending, "pending"},
});
static_assert(ascending(verdict_names));

constexpr auto status_names = std::to_array<Named<Status>>({
    {Status::complete, "complete"},
    {Status::waiting, "waiting"},
    {Status::retrying, "retrying"},
    {Status::stalled, "stalled"},
    {Status::refused, "refused"},
    {Status::superseded, "superseded"},
});
static_assert(ascending(status_names));

}  // namespace

std::string_view name(FindingId id) { return name_in(finding_names, id); }
std::string_view name(Certainty certainty) { return name_in(certainty_names, certainty); }
std::string_view name(Severity severity) { return name_in(severity_names, severity); }
std::string_view name(Verdict verdict) { return name_in(verdict_names, verdict); }
std::string_view name(Status status) { return name_in(status_names, status); }

std::optional<FindingId> find_finding(std::string_view name) {
  const auto* row = std::ranges::find(finding_names, name, &Named<FindingId>::name);
  if (row == finding_names.end()) return std::nullopt;
  return row->code;
}

}  // namespace ike::diagnose
