#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/net/datagram.hpp"
#include "ike/net/ip.hpp"

namespace ike::app {

/// Rewrites what tells whose capture this is, always in the same way: link layer and IP addresses on every level
/// and in ICMP quotes, identities, certificates, unknown vendor IDs, and hashes that could be tried against guesses.
/// Two addresses that share their first bits still do; private, loopback, link-local and multicast ones stay such.
/// Lengths, cookies, ports, times and everything that findings rest on stay; a NAT-D hash that fitted fits again. A sum that was right is right again,
/// one that was wrong stays wrong.
class Anonymiser {
 public:
  /// Of another key every address becomes another one: with a random key, nobody can calculate it.
  using Key = std::array<std::uint8_t, 32>;
  static Key random_key();
  explicit Anonymiser(const Key& key) : key_{key} {}

  net::Address address(const net::Address& original);
  /// Rewrites `frame` in `octets`, a copy of its own.
  void frame(const Frame& frame, std::span<std::uint8_t> octets);
  /// Rewrites the UDP payload of `datagram` (put together from fragments) in `payload`, a copy of its own.
  void payload(const net::Datagram& datagram, std::span<std::uint8_t> payload);
  /// The next frame() is a fragment of a datagram whose payload was `before` and becomes `after`: takes its part
  /// from there. Empty: of none such.
  void fragment_of(ByteView before, ByteView after) noexcept {
    whole_before_ = before;
    whole_after_ = after;
  }
  /// A message that comes in pieces of IKE fragmentation, `sizes` octets each, which end where it ends: from now
  /// on every such piece becomes its part of the message rewritten. Other pieces are scrambled.
  void pieces_of(ByteView message, std::span<const std::size_t> sizes, const net::Endpoint& source, const net::Endpoint& destination);

 private:
  using Octets = std::span<std::uint8_t>;

  void link_address(Octets octets);
  void ip(const net::Opened& opened, unsigned depth);
  void address_at(std::uint8_t* at, std::uint8_t version);
  void inside(const net::IpPacket& packet, Octets body, unsigned depth);
  void udp(const net::IpPacket& packet, Octets body, unsigned depth);
  void later_fragment(const net::IpPacket& packet, Octets body);
  void ike(Octets payload, std::uint32_t sent, std::uint16_t source_port, std::uint16_t destination_port);
  void message(Octets octets, std::uint32_t sent);
  void piece(const isakmp::IkeFragment& piece, Octets data);
  void isakmp_payload(const isakmp::Payload& payload, Octets body);
  void nat_discovery(Octets hash);
  void identity(isakmp::IdType type, Octets data);
  void scramble(Octets octets);
  void scramble_text(Octets octets);
  void scramble_der(Octets octets, unsigned depth = 0);
  /// Keyed octets that depend on `octets` alone.
  [[nodiscard]] std::vector<std::uint8_t> stream(ByteView octets) const;

  Key key_;
  std::map<net::Address, net::Address> addresses_;
  isakmp::Message message_;
  net::Endpoint source_;  // of the datagram being rewritten, as they were
  net::Endpoint destination_;
  ByteView whole_before_;
  ByteView whole_after_;
  std::map<std::vector<std::uint8_t>, std::vector<std::uint8_t>> pieces_;
};

}  // namespace ike::app
