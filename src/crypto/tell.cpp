// What the payloads of a message, in clear or opened, say of the two sides.
#include <algorithm>

#include "ike/crypto/public_value.hpp"
#include "phase_one.hpp"

namespace ike::crypto {

namespace {

using isakmp::ExchangeType;
using isakmp::IdType;
using isakmp::Message;
using isakmp::NotifyType;

std::string selector_text(const isakmp::Identification& id) {
  auto text = isakmp::to_string(id);
  if (id.protocol != 0) text += " protocol " + std::to_string(id.protocol);
  if (id.port != 0) text += " port " + std::to_string(id.port);
  return text;
}

/// Whether the first certificate names the identity (RFC 4945 3.1, 5.1.3).
bool names(const CertificateFacts& facts, const SideFacts& side) {
  const auto has = [&](const std::vector<std::string>& in) {
    return std::ranges::any_of(in, [&](const std::string& name) {
      return std::ranges::equal(name, side.identity, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    });
  };
  switch (side.identity_type) {
    case IdType::ipv4_addr:
    case IdType::ipv6_addr: return has(facts.addresses);
    case IdType::fqdn: return has(facts.dns_names);
    case IdType::user_fqdn: return has(facts.emails);
    default: return true;  // a distinguished name is compared as octets, below; others a certificate does not hold
  }
}

/// The chain within what the side sent.
void join_chain(SideFacts& side, const std::vector<Octets>& kept) {
  auto& all = side.certificates;
  for (auto& one : all) {
    if (!one.error.empty() || one.facts.self_signed || one.issuer) continue;
    const auto issuer = std::ranges::find_if(all, [&](const CertificateSeen& other) { return &other != &one && other.error.empty() && other.facts.subject == one.facts.issuer; });
    if (issuer == all.end()) continue;
    one.issuer = static_cast<std::uint8_t>(issuer - all.begin());
    one.signed_by_issuer = is_signed_by(kept[static_cast<std::size_t>(&one - all.data())], kept[*one.issuer]);
  }
}

void tell_certificates(PhaseOne& one, const Message& message, const net::PacketInfo& packet, std::size_t from, CertificateShelf& shelf) {
  auto& side = one.facts.sides[from];
  auto& kept = one.certificates[from];
  const auto before = kept.size();
  for (const auto& payload : message.payloads) {
    const auto* certificate = std::get_if<isakmp::Certificate>(&payload.content);
    if (certificate == nullptr || certificate->encoding != isakmp::CertEncoding::x509_signature || kept.size() == max_certificates_seen) continue;
    if (certificate->data.size() > std::min(max_certificate, shelf.room)) continue;
    shelf.room -= certificate->data.size();
    kept.emplace_back(certificate->data.begin(), certificate->data.end());
    auto& seen = side.certificates.emplace_back();
    auto facts = parse_certificate(certificate->data);
    if (facts) {
      seen.facts = std::move(*facts);
      seen.validity = validity_at(seen.facts, packet.time);
    } else {
      seen.error = facts.error().message;
    }
  }
  if (kept.size() == before) return;
  side.packet = packet.packet;
  side.file = packet.file;
  join_chain(side, kept);
  if (!side.certificates.front().error.empty()) return;
  side.identity_in_certificate = side.identity.empty() || names(side.certificates.front().facts, side);
  if (side.identity_type == IdType::der_asn1_dn) {
    const auto body = ByteView{one.id[from]};
    const auto name = body.size() > 4 ? body.subspan(4) : ByteView{};
    side.identity_in_certificate = std::search(kept.front().begin(), kept.front().end(), name.begin(), name.end()) != kept.front().end();
  }
  if (shelf.authorities.empty()) return;
  const std::vector<ByteView> chain(kept.begin(), kept.end());
  const std::vector<ByteView> trusted(shelf.authorities.begin(), shelf.authorities.end());
  if (auto checked = check_chain(chain, trusted, packet.time)) side.chain = std::move(*checked);
  else side.chain = ChainCheck{ChainStatus::other, checked.error().message};
}

void tell_quick_mode(PhaseOne& one, const Message& message, const net::PacketInfo& packet, std::size_t from) {
  const isakmp::SecurityAssociation* sa = nullptr;
  std::vector<const isakmp::Identification*> ids;
  for (const auto& payload : message.payloads) {
    if (const auto* found = std::get_if<isakmp::SecurityAssociation>(&payload.content); found != nullptr && sa == nullptr) sa = found;
    if (const auto* id = std::get_if<isakmp::Identification>(&payload.content)) ids.push_back(id);
  }
  if (sa == nullptr) return;
  auto& all = one.facts.quick_modes;
  auto quick = std::ranges::find(all, message.header.message_id, &QuickModeFacts::message_id);
  if (quick == all.end()) {
    if (all.size() == max_quick_mode_facts) return;
    all.emplace_back().message_id = message.header.message_id;
    quick = all.end() - 1;
  }
  const bool answer = quick->message[0].seen && quick->message[0].from_responder != (from == 1);
  auto& told = quick->message[answer ? 1 : 0];
  if (told.seen) return;
  told.seen = true;
  told.from_responder = from == 1;
  told.pfs = std::ranges::any_of(message.payloads, [](const auto& payload) { return payload.type == isakmp::PayloadType::key_exchange; });
  told.packet = packet.packet;
  told.file = packet.file;
  for (const auto& proposal : isakmp::decode_proposals(*sa)) {
    for (const auto& transform : proposal.transforms) {
      auto line = isakmp::phase2_line(proposal.protocol, transform);
      if (told.proposals.size() < max_proposals_told && std::ranges::find(told.proposals, line) == told.proposals.end()) told.proposals.push_back(std::move(line));
    }
  }
  if (ids.size() > 1) {  // IDci, IDcr (RFC 2409 5.5)
    told.source = selector_text(*ids[0]);
    told.destination = selector_text(*ids[1]);
  }
}

void tell_config(PhaseOne& one, const isakmp::Config& config, const net::PacketInfo& packet, std::size_t from) {
  if (one.facts.configs.size() == max_config_facts) return;
  auto& fact = one.facts.configs.emplace_back();
  fact.packet = packet.packet;
  fact.file = packet.file;
  fact.from_responder = from == 1;
  fact.type = config.type;
  constexpr std::uint16_t xauth_type = 16520, xauth_status = 16527;  // draft-beaulieu-ike-xauth-02 6.2
  isakmp::AttributeReader in{config.attributes_octets};
  isakmp::Attribute attribute;
  for (std::size_t read = 0; read < isakmp::max_attributes && in.next(attribute); ++read) {
    if (attribute.type >= xauth_type && attribute.type <= xauth_status + 2) fact.xauth = true;
    if (attribute.type == xauth_status && config.type == isakmp::ConfigType::set) fact.status = attribute.value != 0;
  }
}

}  // namespace

void tell(PhaseOne& one, const Message& message, const net::PacketInfo& packet, std::size_t from, CertificateShelf& shelf) {
  const auto type = message.header.exchange_type;
  const bool phase1 = type == ExchangeType::identity_protection || type == ExchangeType::aggressive;
  auto& side = one.facts.sides[from];
  for (const auto& payload : message.payloads) {
    if (const auto* id = std::get_if<isakmp::Identification>(&payload.content); id != nullptr && phase1 && side.identity.empty()) {
      side.identity = isakmp::to_string(*id);
      side.identity_type = id->type;
    }
    if (const auto* notify = std::get_if<isakmp::Notification>(&payload.content)) {
      const bool asks = notify->type == NotifyType::r_u_there;
      if ((asks || notify->type == NotifyType::r_u_there_ack) && notify->data.size() == 4 && one.facts.dpd.size() < max_dpd_facts) {
        one.facts.dpd.push_back({packet.time, packet.packet, packet.file, from == 1, !asks, load_be32(notify->data.data())});
      }
    }
    if (const auto* config = std::get_if<isakmp::Config>(&payload.content)) tell_config(one, *config, packet, from);
    if (const auto* ke = std::get_if<isakmp::KeyExchange>(&payload.content); ke != nullptr && phase1 && one.policy && one.facts.bad_public_values.size() < 4) {
      const auto checked = check_public_value(one.policy->group, ke->public_value);
      const bool bad = checked == PublicValueCheck::wrong_length || checked == PublicValueCheck::out_of_range || checked == PublicValueCheck::not_on_curve;
      if (bad) one.facts.bad_public_values.push_back({packet.packet, packet.file, from == 1, std::string{name(checked)}});
    }
  }
  if (phase1) tell_certificates(one, message, packet, from, shelf);
  if (type == ExchangeType::quick_mode) tell_quick_mode(one, message, packet, from);
}

}  // namespace ike::crypto
