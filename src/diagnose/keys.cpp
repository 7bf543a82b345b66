// What keys, hashes and certificates add to a finding that the order of messages made: its certainty and its reason.
#include <algorithm>

#include "ike/crypto/opened.hpp"
#include "story.hpp"

namespace ike::diagnose {

namespace {

using crypto::HashCheck;
using crypto::MessageFact;
using crypto::Opening;
using crypto::PhaseOneFacts;

std::string text_of(NotifyType type) {
  const auto known = name(type);
  return known.empty() ? "notify " + std::to_string(number(type)) : std::string{known};
}

/// The key that opened `fact`: "the pre-shared key of psk.txt:2", "the key of keys.txt:1".
std::string key_text(const PhaseOneFacts& facts, const MessageFact& fact) {
  if (fact.key >= facts.keys.size()) return "a key given";
  return (facts.key_is_psk[fact.key] ? "the pre-shared key of " : "the key of ") + facts.keys[fact.key];
}

Proof proof_of(const MessageFact& fact, std::string what) { return {fact.file, fact.packet, std::move(what)}; }

template <typename Test>
const MessageFact* find(const PhaseOneFacts& facts, Test test) {
  const auto found = std::ranges::find_if(facts.messages, test);
  return found == facts.messages.end() ? nullptr : &*found;
}

const MessageFact* find_packet(const PhaseOneFacts& facts, const Event* event) {
  if (event == nullptr) return nullptr;
  return find(facts, [&](const MessageFact& fact) { return fact.packet == event->packet && fact.file == event->file; });
}

/// Message 5, or message 6.
const MessageFact* authentication(const PhaseOneFacts& facts, Side side) {
  return find(facts, [&](const MessageFact& fact) {
    return fact.exchange == ExchangeType::identity_protection && fact.opening != Opening::clear && fact.from_responder == (side == Side::responder);
  });
}

/// What `side` said in an encrypted Informational at or after `since`, the first that is no status message.
const MessageFact* refusal_from(const PhaseOneFacts& facts, Side side, Time since) {
  return find(facts, [&](const MessageFact& fact) {
    const bool status = fact.opening == Opening::opened && !fact.has_delete && !is_error(fact.notify);
    return fact.exchange == ExchangeType::informational && fact.opening != Opening::clear && fact.opening != Opening::unjudged && !status &&
           fact.from_responder == (side == Side::responder) && fact.time >= since;
  });
}

void add(std::string& detail, const std::string& sentence) {
  if (!detail.empty()) detail += ". ";
  detail += sentence;
}

/// Takes over what an opened Informational says.
void name_refusal(Finding& finding, const PhaseOneFacts& facts, const MessageFact& said) {
  if (said.opening != Opening::opened) return;
  if (said.notify != NotifyType::none) {
    finding.notify = said.notify;
    finding.encrypted_refusal = false;
  }
  const auto what = said.notify != NotifyType::none ? text_of(said.notify) : said.has_delete ? std::string{"Delete"} : std::string{"Informational"};
  finding.evidence.push_back(proof_of(said, what + ", decrypted with " + (said.key < facts.keys.size() ? facts.keys[said.key] : "a key given") + (said.hash == HashCheck::right ? ", its HASH is right" : "")));
}

std::string date(Time when) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(when)};
  const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(day.year())) + '-' + two(static_cast<unsigned>(day.month())) + '-' + two(static_cast<unsigned>(day.day()));
}

bool may_sign(const crypto::CertificateFacts& facts) {
  const auto has = [](const std::vector<std::string>& in, std::string_view what) { return std::ranges::find(in, what) != in.end(); };
  return facts.key_usage.empty() || has(facts.key_usage, "digitalSignature") || has(facts.key_usage, "nonRepudiation");  // RFC 4945 5.1.3.2
}

/// What is wrong with the certificates of a side; the first fault says why a verifier refuses.
CertificateFault fault_of(const crypto::SideFacts& side, std::string& words) {
  if (side.certificates.empty() || !side.certificates.front().error.empty()) return CertificateFault::none;
  const auto& own = side.certificates.front();
  for (const auto& one : side.certificates) {
    if (!one.error.empty() || one.validity == crypto::Validity::valid) continue;
    const bool expired = one.validity == crypto::Validity::expired;
    words = "The certificate of " + one.facts.subject + (expired ? " had expired on " + date(one.facts.not_after) : " is not valid before " + date(one.facts.not_before));
    return CertificateFault::time;
  }
  for (const auto& one : side.certificates) {
    if (one.signed_by_issuer != false) continue;
    words = "The certificate of " + one.facts.subject + " is not signed by that of its issuer, which was sent too";
    return CertificateFault::authority;
  }
  if (!may_sign(own.facts)) {
    words = "The key usage of the certificate of " + own.facts.subject + " does not allow signatures";
    return CertificateFault::usage;
  }
  if (!side.identity_in_certificate) {
    words = "The identity " + side.identity + " is not in the certificate of " + own.facts.subject;
    return CertificateFault::identity;
  }
  if (side.chain && side.chain->status != crypto::ChainStatus::trusted) {
    words = "The certificate of " + own.facts.subject + ", issued by " + own.facts.issuer + ", leads to none of the CAs given (" + std::string{name(side.chain->status)} + ")";
    return CertificateFault::authority;
  }
  return CertificateFault::none;
}

/// What the certificate of a side, decrypted, shows not to be the fault. A CA is cleared only by one that was given.
std::vector<CertificateFault> cleared(const crypto::SideFacts& side) {
  std::vector<CertificateFault> fine;
  if (side.certificates.empty() || !side.certificates.front().error.empty()) return fine;
  if (std::ranges::all_of(side.certificates, [](const auto& one) { return one.error.empty() && one.validity == crypto::Validity::valid; })) fine.push_back(CertificateFault::time);
  if (side.chain && side.chain->status == crypto::ChainStatus::trusted) fine.push_back(CertificateFault::authority);
  if (side.identity_in_certificate && !side.identity.empty()) fine.push_back(CertificateFault::identity);
  return fine;
}

void confirm_psk_mismatch(const Story& story, const PhaseOneFacts& facts, Finding& finding) {
  if (story.aggressive()) {
    const auto* two = find(facts, [](const MessageFact& fact) { return fact.exchange == ExchangeType::aggressive && fact.from_responder && fact.has_hash; });
    const auto* said = refusal_from(facts, Side::initiator, Time{});
    if (two != nullptr && two->hash != HashCheck::unchecked) {
      const bool right = two->hash == HashCheck::right;
      finding.evidence.push_back(proof_of(*two, right ? "HASH_R is right under " + key_text(facts, *two) : std::string{"HASH_R is wrong under every key given"}));
      add(finding.detail, right ? "The responder uses " + key_text(facts, *two) : std::string{"HASH_R of message 2 is right under none of the keys given"});
    }
    // The hash is what the responder's key makes, and the initiator says that it is not what its own makes.
    if (two != nullptr && two->hash == HashCheck::right && finding.notify == NotifyType::invalid_hash_information) {
      finding.certainty = Certainty::confirmed;
      add(finding.detail, "The initiator finds this hash wrong: it has another key");
    }
    if (said == nullptr || said->opening != Opening::opened) return;
    name_refusal(finding, facts, *said);
    finding.certainty = Certainty::confirmed;
    add(finding.detail, "The initiator's refusal opens under " + key_text(facts, *said));
    return;
  }
  const auto* five = authentication(facts, Side::initiator);
  if (five == nullptr || five->opening == Opening::unjudged) return;
  const auto* said = refusal_from(facts, Side::responder, five->time);
  const bool opens = five->opening == Opening::opened;
  if (opens) {
    finding.evidence.push_back(proof_of(*five, "message 5 decrypts with " + facts.keys[five->key] + (five->hash == HashCheck::right ? ", its HASH_I is right" : five->hash == HashCheck::wrong ? ", its HASH_I is wrong" : "")));
    add(finding.detail, "Message 5 decrypts under " + key_text(facts, *five) + (five->hash == HashCheck::right ? " and its HASH_I is right: that is what the initiator uses" : ""));
  } else {
    finding.evidence.push_back(proof_of(*five, "message 5 does not decrypt under the keys given"));
    add(finding.detail, "Message 5 does not decrypt under the keys given");
  }
  if (said == nullptr) return;
  name_refusal(finding, facts, *said);
  if (said->opening == Opening::does_not_decrypt) {
    finding.evidence.push_back(proof_of(*said, "does not decrypt under the keys given"));
    if (!opens) return;
    add(finding.detail, "The responder's answer does not decrypt under it: the responder has another key");
    finding.certainty = Certainty::confirmed;
    return;
  }
  finding.certainty = Certainty::confirmed;
  if (!opens || five->key != said->key) {
    add(finding.detail, "The responder's answer opens under " + key_text(facts, *said) + (opens ? " alone: the two keys differ" : ", under which message 5 does not"));
    return;
  }
  // One key for both sides: the pre-shared keys are the same, and it is something else that does not suit.
  finding.id = FindingId::auth_rejected;
  finding.side = Side::responder;
  add(finding.detail, "So does the responder's answer: the pre-shared keys are the same, and it is the identity or the policy that does not suit");
}

void confirm_auth_rejected(const Story& story, const PhaseOneFacts& facts, Finding& finding) {
  const bool by_initiator = finding.awaited == 7 || story.aggressive();
  const auto refused = by_initiator ? Side::responder : Side::initiator;
  const auto* shown = authentication(facts, refused);
  const auto& side = facts.sides[refused == Side::initiator ? 0 : 1];
  const auto* said = refusal_from(facts, other(refused), shown != nullptr ? shown->time : story.attempt->first);
  if (said != nullptr && said->opening == Opening::opened) {
    name_refusal(finding, facts, *said);
    finding.certainty = Certainty::confirmed;
  }
  std::string words;
  finding.certificate_fault = fault_of(side, words);
  if (finding.certificate_fault != CertificateFault::none) {
    finding.certainty = Certainty::confirmed;
    finding.evidence.push_back({side.file, side.packet, words});
    add(finding.detail, words);
    return;
  }
  finding.certificate_fine = cleared(side);
  if (!side.certificates.empty() && side.certificates.front().error.empty()) {
    add(finding.detail, "The certificate of " + side.certificates.front().facts.subject + " was valid then" + (side.identity.empty() ? "" : " and names " + side.identity) +
                            (side.chain ? ", and a CA given issued it" : "") + ": the verifier expects another identity, or does not trust " + side.certificates.front().facts.issuer);
  }
}

std::string proposal_text(const crypto::QuickModeSide& side) {
  std::string text;
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < std::min(shown, side.proposals.size()); ++i) text += (i == 0 ? "" : "; ") + side.proposals[i];
  if (side.proposals.size() > shown) text += " and " + std::to_string(side.proposals.size() - shown) + " more";
  if (!side.pfs) text += ", no PFS";
  if (!side.source.empty()) text += " for " + side.source + " to " + side.destination;
  return text;
}

/// What `side` proposed or took in any Quick Mode of the tunnel.
const crypto::QuickModeSide* quick_mode_of(const Story& story, const net::Address& address) {
  const crypto::QuickModeSide* found = nullptr;
  for (const auto& attempt : story.tunnel->attempts) {
    if (attempt.opened == nullptr) continue;
    const bool responds = attempt.responder.address == address;
    for (const auto& quick : attempt.opened->quick_modes) {
      for (const auto& message : quick.message) {
        if (message.seen && message.from_responder == responds) found = &message;
      }
    }
  }
  return found;
}

void confirm_phase2_rejected(const Story& story, const PhaseOneFacts& facts, Finding& finding) {
  const auto child = std::ranges::find_if(story.children, [&](const Child& one) { return one.message_id == finding.message_id && one.type == ExchangeType::quick_mode; });
  const auto* said = child == story.children.end() ? nullptr : find_packet(facts, child->refusal);
  if (said == nullptr || said->opening != Opening::opened) return;
  name_refusal(finding, facts, *said);
  finding.certainty = Certainty::confirmed;
  const auto quick = std::ranges::find(facts.quick_modes, finding.message_id, &crypto::QuickModeFacts::message_id);
  if (quick == facts.quick_modes.end() || !quick->message[0].seen) return;
  const auto& asked = quick->message[0];
  const bool by_responder = asked.from_responder;
  add(finding.detail, net::to_string(by_responder ? story.attempt->responder.address : story.attempt->initiator.address) + " proposes " + proposal_text(asked));
  const auto& refuser = by_responder ? story.attempt->initiator.address : story.attempt->responder.address;
  const auto* elsewhere = quick_mode_of(story, refuser);
  if (elsewhere == nullptr) return;
  add(finding.detail, net::to_string(refuser) + " itself, in packet " + std::to_string(elsewhere->packet) + ", " + proposal_text(*elsewhere));
  const bool mirrored = asked.source == elsewhere->destination && asked.destination == elsewhere->source;
  const bool alike = asked.source == elsewhere->source && asked.destination == elsewhere->destination;
  const bool common = std::ranges::any_of(asked.proposals, [&](const std::string& one) { return std::ranges::find(elsewhere->proposals, one) != elsewhere->proposals.end(); });
  if (!mirrored && !alike) add(finding.detail, "The protected networks differ");
  if (!common) add(finding.detail, "The proposals differ");
  if (asked.pfs != elsewhere->pfs) add(finding.detail, "One of the two asks for PFS, the other does not");
}

void confirm_transaction(const Story& story, const PhaseOneFacts& facts, Finding& finding) {
  for (const auto& config : facts.configs) {
    if (config.status != false || finding.id != FindingId::xauth_failed) continue;
    finding.certainty = Certainty::confirmed;
    finding.evidence.push_back({config.file, config.packet, "XAUTH-STATUS: failed, decrypted"});
    add(finding.detail, "XAUTH-STATUS in packet " + std::to_string(config.packet) + " says that the user was not accepted");
    return;
  }
  const auto child = std::ranges::find_if(story.children, [&](const Child& one) { return one.message_id == finding.message_id && one.type == ExchangeType::transaction; });
  if (child == story.children.end() || !child->step[1].any()) return;
  const auto* said = find(facts, [&](const MessageFact& fact) {
    return fact.exchange == ExchangeType::informational && fact.opening == Opening::opened && fact.time >= child->step[1].first->time && (fact.has_delete || (is_error(fact.notify) && fact.notify != NotifyType::none));
  });
  if (said == nullptr) return;
  name_refusal(finding, facts, *said);
  finding.certainty = Certainty::confirmed;
}

/// R-U-THERE that no R-U-THERE-ACK with its number answers (RFC 3706 5.3).
void confirm_peer_gone(const PhaseOneFacts& facts, Finding& finding) {
  std::vector<const crypto::DpdFact*> open;
  for (const auto& asked : facts.dpd) {
    if (asked.ack) continue;
    const bool answered = std::ranges::any_of(facts.dpd, [&](const crypto::DpdFact& ack) { return ack.ack && ack.from_responder != asked.from_responder && ack.sequence == asked.sequence && ack.time >= asked.time; });
    if (!answered) open.push_back(&asked);
  }
  if (open.empty()) return;
  finding.certainty = Certainty::confirmed;
  finding.evidence.push_back({open.front()->file, open.front()->packet, "R-U-THERE " + std::to_string(open.front()->sequence) + ", never acknowledged"});
  add(finding.detail, open.size() == 1 ? "R-U-THERE " + std::to_string(open.front()->sequence) + " is not acknowledged"
                                       : "R-U-THERE " + std::to_string(open.front()->sequence) + " to " + std::to_string(open.back()->sequence) + " are not acknowledged");
}

}  // namespace

bool confirm(const Story& story, Finding& finding) {
  if (story.attempt->opened == nullptr) return false;
  const auto& facts = *story.attempt->opened;
  switch (finding.id) {
    case FindingId::psk_mismatch: confirm_psk_mismatch(story, facts, finding); break;
    case FindingId::auth_rejected: confirm_auth_rejected(story, facts, finding); break;
    case FindingId::phase2_rejected: confirm_phase2_rejected(story, facts, finding); break;
    case FindingId::xauth_failed:
    case FindingId::modecfg_failed: confirm_transaction(story, facts, finding); break;
    case FindingId::peer_gone: confirm_peer_gone(facts, finding); break;
    default: return false;
  }
  return finding.certainty == Certainty::confirmed;
}

}  // namespace ike::diagnose
