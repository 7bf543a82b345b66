#pragma once

#include <cstdint>
#include <string>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Octets of the ISAKMP header (RFC 2408 3.1).
inline constexpr std::size_t header_length = 28;
/// Octets of it up to the flags: what a snap length of 66 leaves of it behind a non-ESP marker is still worth reading.
inline constexpr std::size_t shortest_cut_header = 20;

/// CKY-I and CKY-R as 64-bit numbers in wire order; 0 where the field is all zero.
using Cookie = std::uint64_t;

/// The ISAKMP header (RFC 2408 3.1), as it stands; nothing is judged here.
struct Header {
  Cookie initiator_cookie = 0;
  Cookie responder_cookie = 0;
  PayloadType next_payload{};
  std::uint8_t version = 0;       ///< major in the high, minor in the low four bits
  ExchangeType exchange_type{};
  std::uint8_t flags = 0;
  std::uint32_t message_id = 0;
  std::uint32_t length = 0;       ///< octets of the whole message, by its own word

  [[nodiscard]] constexpr bool encrypted() const noexcept { return (flags & 0x01) != 0; }
  [[nodiscard]] constexpr bool commit() const noexcept { return (flags & 0x02) != 0; }
  [[nodiscard]] constexpr bool authentication_only() const noexcept { return (flags & 0x04) != 0; }
  [[nodiscard]] constexpr unsigned major() const noexcept { return version >> 4U; }
  [[nodiscard]] constexpr unsigned minor() const noexcept { return version & 15U; }
};

/// The header at `at`, where header_length octets must be.
inline Header header_at(const std::uint8_t* at) noexcept {
  Header header;
  header.initiator_cookie = load_be64(at);
  header.responder_cookie = load_be64(at + 8);
  header.next_payload = PayloadType{at[16]};
  header.version = at[17];
  header.exchange_type = ExchangeType{at[18]};
  header.flags = at[19];
  header.message_id = load_be32(at + 20);
  header.length = load_be32(at + 24);
  return header;
}

/// Reads the header; the only fault is fewer than 28 octets.
Decoded<Header> decode_header(ByteView octets);

/// Sixteen lower-case hex digits.
std::string to_string_cookie(Cookie cookie);

/// What the payload of a UDP datagram on an IKE port is (RFC 3948 2).
enum class Content : std::uint8_t {
  isakmp,         ///< IKEv1, with or without non-ESP marker
  ikev2,          ///< major version 2 (RFC 7296): recognised, not decoded
  other_version,  ///< shaped like ISAKMP, of another major version
  esp,            ///< ESP in UDP
  nat_keepalive,  ///< one octet FF
  empty,          ///< no octets, or a lone marker
  unknown,        ///< too short, or not shaped like any of these
};

struct Classified {
  Content content{};
  std::uint8_t offset = 0;     ///< where the ISAKMP header starts: 4 after a non-ESP marker, else 0
  bool marker_misplaced = false;  ///< a marker on a port other than 4500, or none on 4500
};

/// Tells what `payload` is from its first octets and the ports. `sent_length` is the UDP payload's
/// length as sent (the snap length may have cut `payload`).
Classified classify(ByteView payload, std::uint32_t sent_length, std::uint16_t source_port,
                    std::uint16_t destination_port) noexcept;

}  // namespace ike::isakmp
