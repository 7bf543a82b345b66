#include "ike/crypto/secret.hpp"

#include <botan/mem_ops.h>

#include "ike/crypto/digest.hpp"

namespace ike::crypto {

Secret::~Secret() {
  if (!octets_.empty()) Botan::secure_scrub_memory(octets_.data(), octets_.size());
}

bool operator==(const Secret& a, const Secret& b) noexcept { return same(a.octets(), b.octets()); }

}  // namespace ike::crypto
