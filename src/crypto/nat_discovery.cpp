#include "ike/crypto/nat_discovery.hpp"

#include "octets.hpp"

namespace ike::crypto {

Digest nat_discovery_hash(isakmp::HashAlgorithm algorithm, isakmp::Cookie initiator, isakmp::Cookie responder,
                          const net::Address& address, std::uint16_t port) noexcept {
  if (address.family != 4 && address.family != 6) return {};
  return hash(algorithm, {wire(initiator), wire(responder), address.wire(), wire(port)});
}

}  // namespace ike::crypto
