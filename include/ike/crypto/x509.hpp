#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/base/result.hpp"
#include "ike/base/time.hpp"

namespace ike::crypto {

/// What a certificate says (RFC 5280). Texts are bounded and hold no control characters.
struct CertificateFacts {
  std::string subject;        ///< "CN=gw.example, O=Example"
  std::string issuer;
  std::string serial;         ///< in hex
  Time not_before{};
  Time not_after{};           ///< Time::max() when it is to be valid for ever
  bool is_ca = false;
  bool self_signed = false;   ///< names itself as issuer; the signature is not looked at
  std::string public_key;     ///< "RSA-2048", "ECDSA-256"
  std::string signature;      ///< signature algorithm
  std::vector<std::string> key_usage;           ///< empty when unrestricted
  std::vector<std::string> extended_key_usage;  ///< empty when unrestricted
  std::vector<std::string> dns_names;           ///< subjectAltName
  std::vector<std::string> emails;
  std::vector<std::string> addresses;
  std::vector<std::string> directory_names;
};

struct CertificateError {
  std::string message;  ///< printable
};

/// Longest certificate that is looked at, in octets; real ones are below 8 Ki.
inline constexpr std::size_t max_certificate = 64U << 10U;

/// Reads one DER certificate.
Result<CertificateFacts, CertificateError> parse_certificate(ByteView der);

enum class Validity : std::uint8_t { valid, not_yet_valid, expired };
/// Whether the certificate is valid at `when`, which is packet time.
Validity validity_at(const CertificateFacts& facts, Time when) noexcept;

/// Whether the key of `issuer` signed `certificate` (both DER); nothing when one cannot be read or Botan lacks the algorithm.
std::optional<bool> is_signed_by(ByteView certificate, ByteView issuer);

enum class ChainStatus : std::uint8_t {
  trusted,
  not_yet_valid,
  expired,
  unknown_ca,       ///< no path to one of the given CAs
  bad_signature,
  other,            ///< see the text
};
std::string_view name(ChainStatus status);

struct ChainCheck {
  ChainStatus status{};
  std::string text;  ///< what the validation said, printable
};

/// Checks the path from `chain[0]` over the others to one of `authorities`, at `when`. All are DER.
/// Revocation is not asked for: nothing leaves this machine. Botan 2 cannot read certificates that expire in
/// 9999; with one of those this gives an error.
Result<ChainCheck, CertificateError> check_chain(std::span<const ByteView> chain, std::span<const ByteView> authorities, Time when);

/// Reads certificates from a file: DER, or any number in PEM. At most max_authorities.
Result<std::vector<std::vector<std::uint8_t>>, CertificateError> load_certificates(const std::filesystem::path& path);
inline constexpr std::size_t max_authorities = 1024;

}  // namespace ike::crypto
