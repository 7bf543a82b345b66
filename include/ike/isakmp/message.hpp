#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/isakmp/payload.hpp"
#include "ike/isakmp/registry.hpp"
#include "ike/isakmp/sa.hpp"

namespace ike::isakmp {

/// One ISAKMP message. Views look into `octets`, which the caller owns (a frame, a reassembly buffer).
struct Message {
  ByteView octets;                    ///< from the ISAKMP header on, as far as captured, without marker and without what follows header.length
  Header header;
  std::vector<Payload> payloads;      ///< in wire order; empty when encrypted
  ByteView ciphertext;                ///< what follows the header of an encrypted message
  ByteView trailing;                  ///< octets of the datagram behind header.length, as far as captured
  std::uint32_t sent_length = 0;      ///< octets from the header to the end of the datagram, as sent
  bool cut = false;                   ///< the capture holds fewer octets than were sent
  /// The first fault of header or chain; offset from the start of the message. A chain that only the snap
  /// length cut has none: `cut` says so, and the payload it went through is Malformed, truncated.
  std::optional<DecodeError> fault;
};

/// Limit of payloads in one message: the longest real ones (many VIDs) hold about 30.
inline constexpr std::size_t max_payloads = 96;

/// Decodes `octets`, which begin with an ISAKMP header (classify said where), into `message`, whose vectors
/// are reused: decoding many messages into one allocates nothing. A bad payload becomes Malformed and the
/// reader goes on where the lengths still allow it; what cannot be read further sets `fault`. False only
/// when not even the header could be read. `sent_length`: octets from the header on that were sent. When the
/// snap length cut the header's length field itself, `header.length` is `sent_length`.
/// Messages of another major version than 1 get their header only. Octets between the chain's end and
/// header.length are Fault::trailing, but for zeros that fill a message to a multiple of four (libreswan).
bool decode_message(ByteView octets, std::uint32_t sent_length, Message& message);

/// The same for decrypted payloads: a chain that starts with `first` in `plaintext`. Up to max_padding octets
/// after the chain's end are padding, of any value. `offset` is added to every offset.
void decode_payloads(PayloadType first, ByteView plaintext, std::uint32_t offset, const Header& header,
                     std::vector<Payload>& payloads, std::optional<DecodeError>& fault);

/// Padding that a decrypted message may end in: racoon's random padding counts itself in one octet.
inline constexpr std::size_t max_padding = 255;

/// Canonical one-line dump: "MM CKY-I=.. CKY-R=.. SA(IPSEC, P1[ISAKMP, T1{AES-CBC-128, SHA1, PSK, MODP-1024}]) VID(..)".
/// For tests and for comparing messages.
std::string dump(const Message& message);

}  // namespace ike::isakmp
