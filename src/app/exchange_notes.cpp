#include "exchange_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "../report/backoff.hpp"
#include "../report/format.hpp"
#include "ike/crypto/nat_discovery.hpp"
#include "ike/crypto/public_value.hpp"
#include "ike/crypto/x509.hpp"
#include "ike/isakmp/implementation.hpp"
#include "offer_comparison.hpp"
#include "output.hpp"

namespace ike::app {
namespace {

using isakmp::Line;

/// Copies closer than this are one sending, seen or forwarded twice: no product resends so soon.
constexpr Duration shortest_resend = std::chrono::milliseconds{50};

std::uint64_t digest_of(ByteView octets) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

void certificate(const isakmp::Certificate& certificate, Time when, std::vector<Line>& out) {
  using isakmp::CertEncoding;
  if (certificate.encoding != CertEncoding::x509_signature && certificate.encoding != CertEncoding::x509_key_exchange) return;
  const auto read = crypto::parse_certificate(certificate.data);
  if (!read) {
    out.push_back({2, "! no certificate that can be read: " + report::printable(read.error().message)});
    return;
  }
  const auto field = [&out](std::string_view what, std::string_view text) {
    if (!text.empty()) out.push_back({2, fmt::format("{}: {}", what, report::printable(text))});
  };
  const auto list = [&field](std::string_view what, const std::vector<std::string>& words) { field(what, fmt::format("{}", fmt::join(words, ", "))); };
  const auto day = [](Time time) { return time == Time::max() ? std::string{"no end"} : report::rfc3339(time, false).substr(0, 19) + "Z"; };
  field("subject", read->subject);
  field("issuer", read->issuer + (read->self_signed ? " (itself)" : ""));
  field("serial", read->serial);
  const auto validity = crypto::validity_at(*read, when);
  field("valid", fmt::format("{} to {}{}", day(read->not_before), day(read->not_after),
                             validity == crypto::Validity::expired ? "; ! expired when this was sent" : validity == crypto::Validity::not_yet_valid ? "; ! not yet valid when this was sent" : ""));
  field("key", read->public_key + (read->is_ca ? ", of a CA" : ""));
  field("signed with", read->signature);
  list("key usage", read->key_usage);
  list("extended key usage", read->extended_key_usage);
  list("names", read->dns_names);
  list("e-mail", read->emails);
  list("addresses", read->addresses);
}

/// The first NAT-D of a message is the destination's, the others are the sender's own (RFC 3947 3.2).
std::string nat_discovery(ByteView hash, const isakmp::Header& header, const net::PacketInfo& packet, bool first) {
  using isakmp::HashAlgorithm;
  const auto fits = [&](const net::Endpoint& end) {
    return std::ranges::any_of(std::array{HashAlgorithm::md5, HashAlgorithm::sha1, HashAlgorithm::tiger, HashAlgorithm::sha2_256, HashAlgorithm::sha2_384, HashAlgorithm::sha2_512}, [&](HashAlgorithm algorithm) {
      if (digest_length(algorithm) != hash.size()) return false;
      const auto expected = crypto::nat_discovery_hash(algorithm, header.initiator_cookie, header.responder_cookie, end.address, end.port);
      return std::ranges::equal(expected.octets(), hash);
    });
  };
  const std::string_view role = first ? "the destination, as the sender knows it" : "the sender's own address";
  if (fits(packet.destination)) return fmt::format("{}: fits the destination here, {}", role, net::to_string(packet.destination));
  if (fits(packet.source)) return fmt::format("{}: fits the source here, {}", role, net::to_string(packet.source));
  return fmt::format("{}: fits neither end of this packet; a NAT changed it, or it is meant not to fit", role);
}

}  // namespace

ExchangeNotes::Exchange& ExchangeNotes::exchange_of(const isakmp::Header& header) {
  const auto [place, fresh] = exchanges_.try_emplace(Key{header.initiator_cookie, header.message_id});
  if (!fresh) return place->second;
  place->second.turn = ++turn_;
  by_turn_.emplace(turn_, place->first);
  if (exchanges_.size() > max_exchanges) {
    exchanges_.erase(by_turn_.begin()->second);
    by_turn_.erase(by_turn_.begin());
  }
  return place->second;
}

void ExchangeNotes::begin(const net::PacketInfo& packet, const isakmp::Message& message) {
  packet_ = &packet;
  message_ = &message;
  nat_discoveries_ = 0;
  again_.clear();
  exchange_ = &exchange_of(message.header);
  auto& sent = exchange_->sent;
  if (exchange_->initiator == net::Endpoint{}) {
    exchange_->initiator = packet.source;
    exchange_->whole = message.header.message_id != 0 || message.header.responder_cookie == 0;
  }
  const auto digest = digest_of(message.octets);
  const auto known = std::ranges::find(sent, digest, &Sent::digest);
  if (known == sent.end()) {
    if (sent.size() == max_messages) sent.erase(sent.begin());
    sent_ = &sent.emplace_back(Sent{digest, packet.packet, packet.file, packet.time, {}});
    return;
  }
  sent_ = &*known;
  const Duration gap = report::since(packet.time, known->time);
  again_ = fmt::format("the same octets as in {}, {} later", place(known->packet, known->file), report::span_text(gap));
  if (gap >= shortest_resend && known->gaps.size() < max_gaps) known->gaps.push_back(gap);
  known->packet = packet.packet;
  known->file = packet.file;
  known->time = packet.time;
}

std::string ExchangeNotes::place(std::uint64_t packet, std::uint16_t file) const {
  return capture_.files.size() > 1 ? fmt::format("{} packet {}", printable(capture_.files[file].name), packet) : fmt::format("packet {}", packet);
}

/// Ports move to 4500 in the middle of phase 1; they tell the sides apart only where one address talks to itself.
bool ExchangeNotes::from_initiator() const {
  const auto& initiator = exchange_->initiator;
  const bool one_address = packet_->source.address == packet_->destination.address;
  return packet_->source.address == initiator.address && (!one_address || packet_->source.port == initiator.port);
}

void ExchangeNotes::keep_group(const isakmp::SecurityAssociation& sa) {
  for (const isakmp::Proposal& proposal : isakmp::decode_proposals(sa)) {
    for (const isakmp::Transform& transform : proposal.transforms) {
      const bool phase1 = proposal.protocol == isakmp::ProtocolId::isakmp;
      const auto type = phase1 ? number(isakmp::Phase1Attribute::group) : number(isakmp::Phase2Attribute::group);
      const auto stated = std::ranges::find(transform.attributes, type, &isakmp::Attribute::type);
      if (stated == transform.attributes.end() || stated->value > 0xffff) continue;
      exchange_->group = isakmp::Group{static_cast<std::uint16_t>(stated->value)};
      return;
    }
  }
}

void ExchangeNotes::security_association(const isakmp::SecurityAssociation& sa, std::vector<Line>& out) {
  auto& exchange = *exchange_;
  keep_group(sa);
  const bool answer = !from_initiator() || !exchange.whole;
  if (!answer) {
    exchange.offered_in = place(packet_->packet, packet_->file);
    exchange.offer_too_long = sa.proposals_octets.size() > max_offer;
    exchange.offer.clear();
    if (!exchange.offer_too_long) exchange.offer.assign(sa.proposals_octets.begin(), sa.proposals_octets.end());
    return;
  }
  if (exchange.offered_in.empty()) return;
  if (exchange.offer_too_long) {
    out.push_back({2, fmt::format("the offer in {} is longer than {} octets; not compared", exchange.offered_in, max_offer)});
    return;
  }
  compare_offer({sa.doi, sa.situation, exchange.offer}, exchange.offered_in, sa, out);
}

void ExchangeNotes::payload(const isakmp::Payload& payload, std::vector<Line>& out) {
  if (const auto* sa = std::get_if<isakmp::SecurityAssociation>(&payload.content)) return security_association(*sa, out);
  if (const auto* cert = std::get_if<isakmp::Certificate>(&payload.content)) return certificate(*cert, packet_->time, out);
  if (const auto* nat = std::get_if<isakmp::NatDiscovery>(&payload.content)) {
    out.push_back({2, nat_discovery(nat->hash, message_->header, *packet_, nat_discoveries_++ == 0)});
    return;
  }
  const auto* key = std::get_if<isakmp::KeyExchange>(&payload.content);
  if (key == nullptr || number(exchange_->group) == 0) return;
  const auto expected = isakmp::public_value_length(exchange_->group);
  if (expected == 0) return;
  out.push_back({2, key->public_value.size() == expected ? fmt::format("as long as that of {}", label(exchange_->group))
                                                         : fmt::format("! that of {} has {} octets", label(exchange_->group), expected)});
  using crypto::PublicValueCheck;
  const auto checked = crypto::check_public_value(exchange_->group, key->public_value);
  if (checked == PublicValueCheck::out_of_range || checked == PublicValueCheck::not_on_curve) out.push_back({2, fmt::format("! no value of {}: {}", label(exchange_->group), name(checked))});
}

void ExchangeNotes::after(std::vector<Line>& out) const {
  if (!again_.empty()) out.push_back({1, again_});
  if (const auto guess = isakmp::guess_implementation(*message_); !guess.name.empty()) {
    out.push_back({1, fmt::format("a guess at the sender, {}: {}", guess.by_order ? "by which vendor IDs it sends in which order" : "by its own vendor ID", guess.name)});
  }
  if (sent_->gaps.size() < 2) return;
  const auto side = from_initiator() ? track::Side::initiator : track::Side::responder;
  const auto names = report::fitting_schedules(sent_->gaps, side);
  if (names.empty()) return;
  std::string gaps;
  for (const Duration gap : sent_->gaps) gaps += (gaps.empty() ? "" : ", ") + report::decimal(gap, 1);
  out.push_back({1, fmt::format("a guess at the sender, by the gaps between resends ({} s): {}", gaps, fmt::join(names, " or "))});
}

}  // namespace ike::app
