#include <fmt/format.h>

#include <algorithm>

#include "format.hpp"
#include "ike/crypto/opened.hpp"
#include "text_parts.hpp"

// What keys, hashes and certificates showed of one attempt, in sentences.
namespace ike::report {
namespace {

using crypto::HashCheck;
using crypto::Opening;
using crypto::PhaseOneFacts;

void sentence(std::string& out, std::string_view text) { wrap(out, text, "  ", "    "); }

std::string_view side_name(std::size_t side) { return side == 0 ? "initiator" : "responder"; }

std::string day(Time when) { return when == Time::max() ? "no end" : rfc3339(when, false).substr(0, 10); }

void messages(std::string& out, const PhaseOneFacts& facts) {
  if (facts.encrypted == 0) return;
  std::string keys;
  for (const auto& message : facts.messages) {
    if (message.opening != Opening::opened || message.key >= facts.keys.size()) continue;
    const auto key = printable(facts.keys[message.key]);
    if (keys.find(key) == std::string::npos) keys += (keys.empty() ? "" : " and ") + key;
  }
  const auto all = counted(facts.encrypted, "encrypted message");
  const bool tried = std::ranges::any_of(facts.messages, [](const auto& message) { return message.opening == Opening::does_not_decrypt; });
  if (!keys.empty()) sentence(out, fmt::format("Keys: {} of {} decrypt{}, with {}.", facts.opened, all, facts.encrypted == 1 ? "s" : "", keys));
  else if (tried) sentence(out, fmt::format("Keys: none of {} decrypts: these are not the keys of this phase 1.", all));
  else sentence(out, fmt::format("Keys: {} could not be tried: the choice of cipher and hash (message 2) was not captured and no trial succeeded, or no encryption key follows from what was given.", all));
  const auto count = [&](HashCheck check) { return std::ranges::count(facts.messages, check, &crypto::MessageFact::hash); };
  const auto right = count(HashCheck::right);
  const auto wrong = count(HashCheck::wrong);
  if (wrong > 0) sentence(out, fmt::format("HASH payloads: {} right, {} wrong.", right, wrong));
  else if (right > 0) sentence(out, right == 1 ? std::string{"HASH payloads: the one that can be verified is right."} : fmt::format("HASH payloads: all {} that can be verified are right.", right));
}

void sides(std::string& out, const PhaseOneFacts& facts) {
  for (std::size_t i = 0; i < facts.sides.size(); ++i) {
    const auto& side = facts.sides[i];
    if (!side.identity.empty()) sentence(out, fmt::format("Identity of the {}: {} ({}).", side_name(i), printable(side.identity), isakmp::label(side.identity_type)));
    for (std::size_t n = 0; n < side.certificates.size(); ++n) {
      const auto& seen = side.certificates[n];
      if (!seen.error.empty()) {
        sentence(out, fmt::format("A certificate of the {} cannot be read: {}.", side_name(i), printable(seen.error)));
        continue;
      }
      std::string text = fmt::format("Certificate of the {}: {}, issued by {}, valid {} to {}", side_name(i), printable(seen.facts.subject), printable(seen.facts.issuer), day(seen.facts.not_before), day(seen.facts.not_after));
      if (seen.validity == crypto::Validity::expired) text += ": EXPIRED then";
      if (seen.validity == crypto::Validity::not_yet_valid) text += ": NOT YET VALID then";
      if (seen.issuer) text += seen.signed_by_issuer == false ? "; NOT SIGNED by the issuer's certificate that was sent too" : seen.signed_by_issuer ? "; signed by its issuer, whose certificate was sent too" : "";
      if (n == 0 && !side.identity_in_certificate) text += "; it does not name the identity";
      if (n == 0 && side.chain) text += fmt::format("; by the CAs given: {}", name(side.chain->status));
      sentence(out, text + '.');
    }
  }
  for (const auto& bad : facts.bad_public_values) sentence(out, fmt::format("The public value of the {} in packet {} is none of its group: {}.", side_name(bad.from_responder ? 1 : 0), bad.packet, bad.fault));
}

std::string list(const std::vector<std::string>& texts) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, texts.size()); ++i) text += (i == 0 ? "" : "; ") + printable(texts[i]);
  if (texts.size() > shown) text += fmt::format(" and {} more", texts.size() - shown);
  return text;
}

void quick_modes(std::string& out, const PhaseOneFacts& facts, bool all) {
  const auto count = facts.quick_modes.size();
  for (std::size_t i = all ? 0 : count - std::min<std::size_t>(count, 1); i < count; ++i) {
    for (const auto& side : facts.quick_modes[i].message) {
      if (!side.seen) continue;
      const bool answer = &side == &facts.quick_modes[i].message[1];
      const auto networks = side.source.empty() ? std::string{} : fmt::format(" for {} to {}", printable(side.source), printable(side.destination));
      sentence(out, fmt::format("Quick Mode, the {} {}: {}{}{}.", side_name(side.from_responder ? 1 : 0), answer ? "takes" : "proposes", list(side.proposals), side.pfs ? "" : ", no PFS", networks));
    }
  }
}

void dead_peer_detection(std::string& out, const PhaseOneFacts& facts) {
  std::size_t asked = 0;
  std::size_t answered = 0;
  for (const auto& question : facts.dpd) {
    if (question.ack) continue;
    ++asked;
    if (std::ranges::any_of(facts.dpd, [&](const auto& ack) { return ack.ack && ack.from_responder != question.from_responder && ack.sequence == question.sequence; })) ++answered;
  }
  if (asked > 0) sentence(out, fmt::format("Dead peer detection: {}, {} acknowledged under the same number.", counted(asked, "R-U-THERE"), answered));
}

}  // namespace

void opened_lines(std::string& out, const track::Attempt& attempt, bool all) {
  if (attempt.opened == nullptr) return;
  const auto& facts = *attempt.opened;
  messages(out, facts);
  sides(out, facts);
  quick_modes(out, facts, all);
  dead_peer_detection(out, facts);
}

}  // namespace ike::report
