#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/header.hpp"

namespace ike::isakmp {

/// Vendor ID payload (RFC 2408 3.16): opaque octets, compared with known ones.
struct VendorId {
  ByteView data;
};

/// What a known vendor ID announces, besides its name.
enum class Announces : std::uint8_t { nothing, dpd, nat_traversal, fragmentation, xauth, unity, initial_contact };

/// One known vendor ID. `hex` is the whole ID, or its beginning when `prefix`.
struct KnownVendorId {
  std::string_view hex;
  bool prefix = false;
  std::string_view name;      ///< "RFC 3947 NAT-T"
  std::string_view vendor;    ///< "Cisco", "IETF" ...
  std::string_view source;    ///< the text it was made from, where known
  std::string_view algorithm; ///< how: "MD5", "SHA-1", "ASCII", "MD5 first 14 bytes" ...
  bool verified = false;      ///< recomputed from `source`, or seen in captures with certainty
  Announces announces{};
};

/// The whole table, ordered by hex. Cisco's cookie-bound ID is a rule and no row: is_cisco_cookie_bound.
std::span<const KnownVendorId> known_vendor_ids();

/// The longest entry that `data` equals or begins with; null when unknown.
const KnownVendorId* find_vendor_id(ByteView data) noexcept;

/// Whether `data` is Cisco's ID that is bound to the sender's cookie by XOR (IOS, ASA).
bool is_cisco_cookie_bound(ByteView data, Cookie sender) noexcept;

/// One line for display: name, and versions and capability bits where they are known
/// ("FRAGMENTATION, Main Mode and Aggressive Mode", "Cisco Unity 1.0"); hex (bounded) when unknown.
std::string describe_vendor_id(ByteView data, Cookie initiator_cookie, Cookie responder_cookie);

}  // namespace ike::isakmp
