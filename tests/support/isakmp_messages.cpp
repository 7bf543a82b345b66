// The part of packets.hpp that builds ISAKMP messages.
#include "support/packets.hpp"

namespace ike::test {
namespace {

std::uint8_t low8(std::uint64_t value) { return static_cast<std::uint8_t>(value & 0xff); }

Bytes header_octets(const Isakmp& header, std::uint8_t next_payload, std::size_t length) {
  return be64(header.initiator_cookie) + be64(header.responder_cookie) +
         Bytes{next_payload, header.version, header.exchange, header.flags} + be32(header.message_id) +
         be32(static_cast<std::uint32_t>(length));
}

/// Generic payload header (RFC 2408 3.2) and body.
Bytes payload(std::uint8_t next, const Bytes& body) {
  return Bytes{next, 0} + be16(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

}  // namespace

Bytes chain(const std::vector<Part>& parts) {
  Bytes octets;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    octets = octets + payload(i + 1 < parts.size() ? parts[i + 1].type : std::uint8_t{0}, parts[i].body);
  }
  return octets;
}

Bytes isakmp(const Isakmp& header, const std::vector<Part>& parts) {
  const Bytes body = chain(parts);
  return header_octets(header, parts.empty() ? std::uint8_t{0} : parts[0].type, 28 + body.size()) + body;
}

Bytes isakmp_encrypted(Isakmp header, std::uint8_t first_payload, std::size_t length, std::uint8_t seed) {
  header.flags |= 1;
  return header_octets(header, first_payload, length) + pattern(length < 28 ? 0 : length - 28, seed);
}

Bytes with_marker(const Bytes& message) { return Bytes(4) + message; }

Bytes basic(std::uint16_t type, std::uint16_t value) { return be16(type | 0x8000U) + be16(value); }

Bytes variable(std::uint16_t type, const Bytes& value) {
  return be16(type) + be16(static_cast<std::uint32_t>(value.size())) + value;
}

Bytes phase1(std::uint16_t encryption, std::uint16_t key_length, std::uint16_t hash, std::uint16_t auth,
             std::uint16_t group, std::uint32_t seconds) {
  const Bytes key = key_length != 0 ? basic(14, key_length) : Bytes{};
  return basic(1, encryption) + key + basic(2, hash) + basic(3, auth) + basic(4, group) + basic(11, 1) +
         variable(12, be32(seconds));
}

Part sa(const std::vector<ProposalSpec>& proposals, std::uint32_t doi, std::uint32_t situation) {
  std::vector<Part> outer;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const auto& proposal = proposals[i];
    std::vector<Part> inner;
    for (std::size_t j = 0; j < proposal.transforms.size(); ++j) {
      inner.push_back({3, Bytes{low8(j + 1), proposal.transforms[j].id, 0, 0} + proposal.transforms[j].attributes});
    }
    const Bytes head{low8(i + 1), proposal.protocol, low8(proposal.spi.size()), low8(inner.size())};
    outer.push_back({2, head + proposal.spi + chain(inner)});
  }
  return {1, be32(doi) + be32(situation) + chain(outer)};
}

Part ke(std::size_t octets, std::uint8_t seed) { return {4, pattern(octets, seed)}; }
Part nonce(std::size_t octets, std::uint8_t seed) { return {10, pattern(octets, seed)}; }
Part identification(std::uint8_t type, const Bytes& data, std::uint8_t protocol, std::uint16_t port) {
  return {5, Bytes{type, protocol} + be16(port) + data};
}
Part hash(std::size_t octets, std::uint8_t seed) { return {8, pattern(octets, seed)}; }
Part vid(const Bytes& value) { return {13, value}; }
Part notify(std::uint16_t type, const Bytes& data, std::uint8_t protocol, const Bytes& spi, std::uint32_t doi) {
  return {11, be32(doi) + Bytes{protocol, low8(spi.size())} + be16(type) + spi + data};
}
Part remove(std::uint8_t protocol, const std::vector<Bytes>& spis, std::uint32_t doi) {
  Bytes body = be32(doi) + Bytes{protocol, low8(spis.empty() ? 0 : spis[0].size())} +
               be16(static_cast<std::uint32_t>(spis.size()));
  for (const auto& spi : spis) body = body + spi;
  return {12, body};
}
Part nat_d(std::size_t octets, std::uint8_t seed) { return {20, pattern(octets, seed)}; }

}  // namespace ike::test
