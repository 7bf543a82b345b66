#include <fmt/format.h>

#include <iterator>

#include "expand.hpp"
#include "format.hpp"
#include "ike/base/named.hpp"
#include "ike/report/catalogue.hpp"

// docs/findings.md: the catalogue as a page.
namespace ike::report {
namespace {

struct Condition {
  Fact fact;
  std::string_view text;
};
constexpr auto conditions = std::to_array<Condition>({
    {main_mode, "Main Mode"},
    {aggressive, "Aggressive Mode"},
    {psk, "pre-shared keys"},
    {signature, "certificates"},
    {maybe_psk, "unless certificates were chosen"},
    {maybe_signature, "unless a pre-shared key was chosen"},
    {nat, "NAT"},
    {natt_one_side, "NAT traversal announced by one side only"},
    {frag_one_side, "IKE fragmentation announced by one side only"},
    {awaits, "during phase 1"},
    {trail_initiator, "trail ends on the initiator's side"},
    {trail_responder, "trail ends on the responder's side"},
    {bad_key, "INVALID-KEY-INFORMATION"},
    {established, "after it was up"},
    {icmp_port, "port unreachable"},
    {icmp_route, "network or host unreachable"},
    {icmp_filter, "prohibited"},
    {icmp_mtu, "too big"},
    {icmp_expired, "time exceeded"},
    {icmp_from_peer, "from the peer itself"},
    {icmp_from_path, "from a box on the way"},
    {initiator_waits, "the initiator waits"},
    {responder_waits, "the responder waits"},
    {version_other, "a major version other than 1 and 2"},
});

std::string condition_text(Facts when) {
  std::string text;
  for (const Condition& row : conditions) {
    if ((when & row.fact) == 0) continue;
    text += text.empty() ? " (" : ", ";
    text += row.text;
  }
  return text.empty() ? text : text + ")";
}

std::string_view who_text(Who who) {
  switch (who) {
    case Who::both: return "both sides";
    case Who::initiator: return "initiator";
    case Who::responder: return "responder";
    case Who::act: return "the side named in the report";
    case Who::other: return "the other side";
    case Who::refused: return "the refused side";
    case Who::refuser: return "the refusing side";
    case Who::target: return "the side that was called";
    case Who::asker: return "the side that called";
  }
  return {};
}

/// `text` without a tunnel at hand: commands, which stand between backticks, get a word to be replaced.
std::string general(std::string_view text, bool command = false) {
  if (const auto tick = text.find('`'); tick != std::string_view::npos) {
    return general(text.substr(0, tick), command) + '`' + general(text.substr(tick + 1), !command);
  }
  return expand(text, [command](std::string_view word) -> std::string {
    if (word == "I") return command ? "<initiator>" : "the initiator's address";
    if (word == "R") return command ? "<responder>" : "the responder's address";
    if (word == "A") return "the silent side";
    if (word == "O") return "the other side";
    if (word == "port") return "the UDP port";
    if (word == "S") return "the sender of the error";
    if (word == "T") return "the address called";
    if (word == "mtu") return "the MTU it names";
    return "...";
  });
}

std::string_view severity_text(diagnose::FindingId id) {
  if (id >= diagnose::FindingId::simultaneous) return "A remark, never a stall.";
  if (id == diagnose::FindingId::esp_one_way) return "A warning: the tunnel is up.";
  return {};
}

}  // namespace

std::string findings_markdown(std::size_t width) {
  std::string out =
      "# Findings\n\n"
      "One section per finding, in the order of a report: who said no comes before silence, the special before the\n"
      "general. Causes are ranked; each has the next thing to check and the side that can check it. In commands,\n"
      "`<initiator>` and `<responder>` stand for the peers' addresses. This page is made from the same table as the\n"
      "reports.\n";
  const auto paragraph = [&](std::string_view text, std::string_view first = "", std::string_view rest = "") { wrap(out, text, first, rest, width); };
  for (const Entry& one : catalogue()) {
    fmt::format_to(std::back_inserter(out), "\n## {}\n\n", diagnose::name(one.id));
    paragraph(fmt::format("**{}.** {}", one.title, one.meaning));
    out += '\n';
    if (const auto text = severity_text(one.id); !text.empty()) fmt::format_to(std::back_inserter(out), "{}\n\n", text);
    paragraph(fmt::format("On the wire: {}", one.wire));
    out += '\n';
    std::size_t rank = 0;
    for (const KnownCause& row : one.known_causes()) {
      paragraph(fmt::format("{}{}. Check, {}: {}", general(row.cause), condition_text(row.when), who_text(row.who), general(row.check)),
                fmt::format("{}. ", ++rank), "   ");
    }
    out += '\n';
    for (const Product product : products) paragraph(fmt::format("{}: {}", name(product), general(one.check(product))), "- ", "  ");
  }
  return out;
}

}  // namespace ike::report
