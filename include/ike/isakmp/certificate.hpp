#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Certificate payload (RFC 2408 3.9).
struct Certificate {
  CertEncoding encoding{};
  ByteView data;
};

/// Certificate Request payload (RFC 2408 3.10); an empty authority asks for any.
struct CertificateRequest {
  CertEncoding encoding{};
  ByteView authority;
};

/// Refuses a certificate without data.
Decoded<Certificate> decode_certificate(ByteView body);
Decoded<CertificateRequest> decode_certificate_request(ByteView body);

}  // namespace ike::isakmp
