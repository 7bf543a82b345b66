#pragma once

#include "ike/crypto/digest.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/net/endpoint.hpp"

namespace ike::crypto {

/// What a NAT-D payload holds for this address and port (RFC 3947 3.2): HASH(CKY-I | CKY-R | IP | port), with
/// the hash that phase 1 negotiated. Empty when the hash is unknown or the address is none.
Digest nat_discovery_hash(isakmp::HashAlgorithm algorithm, isakmp::Cookie initiator, isakmp::Cookie responder,
                          const net::Address& address, std::uint16_t port) noexcept;

}  // namespace ike::crypto
