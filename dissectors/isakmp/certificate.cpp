#include "ike/isakmp/certificate.hpp"

namespace ike::isakmp {

Decoded<Certificate> decode_certificate(ByteView body) {
  ByteReader in{body};
  const CertEncoding encoding{in.u8("Cert Encoding")};
  if (!in.more()) in.fail(Fault::truncated, "Certificate Data");
  const auto data = in.rest();
  return in.finish(Certificate{encoding, data});
}

Decoded<CertificateRequest> decode_certificate_request(ByteView body) {
  ByteReader in{body};
  const CertEncoding encoding{in.u8("Cert. Type")};
  const auto authority = in.rest();
  return in.finish(CertificateRequest{encoding, authority});
}

}  // namespace ike::isakmp
