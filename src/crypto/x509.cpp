#include "ike/crypto/x509.hpp"

#include <botan/asn1_obj.h>
#include <botan/asn1_time.h>
#include <botan/ber_dec.h>
#include <botan/certstor.h>
#include <botan/data_src.h>
#include <botan/hex.h>
#include <botan/pem.h>
#include <botan/pk_keys.h>
#include <botan/version.h>
#include <botan/x509_ext.h>
#include <botan/x509cert.h>
#include <botan/x509path.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>

#include "ike/net/endpoint.hpp"

namespace ike::crypto {
namespace {

constexpr std::size_t max_text = 256;   // octets of one name
constexpr std::size_t max_names = 64;   // of one kind in one certificate
constexpr std::size_t max_chain = 16;   // certificates a peer sends
constexpr std::size_t max_certificate_file = 16U << 20U;  // octets

/// `text` without control characters and not too long.
std::string clean(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  for (const char c : text.substr(0, max_text)) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f) {
      shown += c;
    } else {
      shown += "\\x";
      shown += digits[octet >> 4U];
      shown += digits[octet & 15U];
    }
  }
  if (text.size() > max_text) shown += "...";
  return shown;
}

std::string short_type(const std::string& oid) {
  struct Row { std::string_view oid, name; };
  constexpr auto rows = std::to_array<Row>({
      {"2.5.4.3", "CN"}, {"2.5.4.4", "SN"}, {"2.5.4.5", "serialNumber"}, {"2.5.4.6", "C"}, {"2.5.4.7", "L"},
      {"2.5.4.8", "ST"}, {"2.5.4.9", "STREET"}, {"2.5.4.10", "O"}, {"2.5.4.11", "OU"}, {"2.5.4.42", "GN"},
      {"1.2.840.113549.1.9.1", "E"}, {"0.9.2342.19200300.100.1.1", "UID"}, {"0.9.2342.19200300.100.1.25", "DC"},
  });
  const auto row = std::ranges::find(rows, oid, &Row::oid);
  return row == rows.end() ? oid : std::string{row->name};
}

/// RFC 4514 in the order of the certificate, as VPN gateways write it.
std::string to_text(const Botan::X509_DN& name) {
  std::string text;
  for (const auto& [type, value] : name.dn_info()) {
    if (text.size() > 4 * max_text) return text + ", ...";
    if (!text.empty()) text += ", ";
    text += short_type(type.to_string()) + '=' + clean(value.value());
  }
  return text;
}

/// Botan counts from 1970 to 2400 and a Time ends in 2262; beyond, such as "no expiry" in 9999, the nearest end stands.
Time to_time(const Botan::X509_Time& time) {
  const auto text = time.readable_string();  // "2026/01/31 ..."
  int year = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), year).ec != std::errc{} || year < 1970) return Time{};
  return year > 2261 ? Time::max() : Time{std::chrono::seconds{time.time_since_epoch()}};
}

Botan::X509_Certificate read(ByteView der) {
  return Botan::X509_Certificate(std::vector<std::uint8_t>(der.begin(), der.end()));
}

/// `der` for reading only. "No expiry" is 9999-12-31 (RFC 5280 4.1.2.5), which Botan 2 refuses: a year that it takes,
/// and that is also behind any Time, goes in its place. This breaks the signature, so check_chain does not use it.
Botan::X509_Certificate read_for_facts(ByteView der) {
  constexpr std::string_view no_expiry = "\x18\x0f" "99991231235959Z";
  std::vector<std::uint8_t> octets(der.begin(), der.end());
  const auto found = std::search(octets.begin(), octets.end(), no_expiry.begin(), no_expiry.end());
  if (found != octets.end()) *(found + 2) = '2';
  return Botan::X509_Certificate(octets);
}

std::optional<CertificateError> refuse(ByteView der) {
  if (der.size() < 2 || der[0] != 0x30) return CertificateError{"no DER certificate"};
  if (der.size() > max_certificate) return CertificateError{"certificate is too long"};
  return std::nullopt;
}

std::vector<std::string> key_usage(const Botan::X509_Certificate& certificate) {
  struct Row { unsigned bit; std::string_view name; };  // RFC 5280 4.2.1.3
  constexpr auto rows = std::to_array<Row>({{15, "digitalSignature"}, {14, "nonRepudiation"}, {13, "keyEncipherment"},
      {12, "dataEncipherment"}, {11, "keyAgreement"}, {10, "keyCertSign"}, {9, "cRLSign"}, {8, "encipherOnly"}, {7, "decipherOnly"}});
#if BOTAN_VERSION_MAJOR >= 3
  const auto bits = static_cast<unsigned>(certificate.constraints().value());
#else
  const auto bits = static_cast<unsigned>(certificate.constraints());
#endif
  std::vector<std::string> usage;
  for (const auto& row : rows) {
    if ((bits >> row.bit & 1U) != 0) usage.emplace_back(row.name);
  }
  return usage;
}

std::string usage_name(const std::string& oid) {
  struct Row { std::string_view oid, name; };
  constexpr auto rows = std::to_array<Row>({{"1.3.6.1.5.5.7.3.1", "serverAuth"}, {"1.3.6.1.5.5.7.3.2", "clientAuth"},
      {"1.3.6.1.5.5.7.3.3", "codeSigning"}, {"1.3.6.1.5.5.7.3.4", "emailProtection"}, {"1.3.6.1.5.5.7.3.5", "ipsecEndSystem"},
      {"1.3.6.1.5.5.7.3.6", "ipsecTunnel"}, {"1.3.6.1.5.5.7.3.7", "ipsecUser"}, {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
      {"1.3.6.1.5.5.7.3.17", "ipsecIKE"}, {"1.3.6.1.5.5.8.2.2", "iKEIntermediate"}, {"2.5.29.37.0", "anyExtendedKeyUsage"}});
  const auto row = std::ranges::find(rows, oid, &Row::oid);
  return row == rows.end() ? oid : std::string{row->name};
}

/// subjectAltName (RFC 5280 4.2.1.6), read here because Botan 2 leaves IPv6 addresses out.
void alternative_names(const Botan::X509_Certificate& certificate, CertificateFacts& facts) {
  const Botan::OID oid("2.5.29.17");
  if (!certificate.v3_extensions().extension_set(oid)) return;
  const auto bits = certificate.v3_extensions().get_extension_bits(oid);
  Botan::DataSource_Memory source(bits);
  Botan::BER_Decoder outer(source);
  const auto names = outer.get_next_object();  // SEQUENCE OF GeneralName
  Botan::BER_Decoder inner(names.bits(), names.length());
  for (std::size_t count = 0; count < max_names && inner.more_items(); ++count) {
    const auto each = inner.get_next_object();
    const std::string_view text{reinterpret_cast<const char*>(each.bits()), each.length()};
    switch (static_cast<std::uint32_t>(each.type())) {
      case 1: facts.emails.push_back(clean(text)); break;
      case 2: facts.dns_names.push_back(clean(text)); break;
      case 4: {
        Botan::X509_DN name;
        Botan::BER_Decoder(each.bits(), each.length()).decode(name);
        facts.directory_names.push_back(to_text(name));
        break;
      }
      case 7:
        if (each.length() == 4) facts.addresses.push_back(to_string(net::Address::v4(each.bits())));
        if (each.length() == 16) facts.addresses.push_back(to_string(net::Address::v6(each.bits())));
        break;
      default: break;
    }
  }
}

std::string key_name(const Botan::X509_Certificate& certificate) {
  try {
    const auto key = certificate.load_subject_public_key();
    return key->algo_name() + '-' + std::to_string(key->key_length());
  } catch (const std::exception&) {
    return "unreadable";
  }
}

ChainStatus status_of(Botan::Certificate_Status_Code code) {
  using Code = Botan::Certificate_Status_Code;
  switch (code) {
    case Code::CERT_NOT_YET_VALID: return ChainStatus::not_yet_valid;
    case Code::CERT_HAS_EXPIRED: return ChainStatus::expired;
    case Code::CERT_ISSUER_NOT_FOUND:
    case Code::CANNOT_ESTABLISH_TRUST:
    case Code::CHAIN_LACKS_TRUST_ROOT: return ChainStatus::unknown_ca;
    case Code::SIGNATURE_ERROR: return ChainStatus::bad_signature;
    default: return ChainStatus::other;
  }
}

}  // namespace

std::string_view name(ChainStatus status) {
  switch (status) {
    case ChainStatus::trusted: return "trusted";
    case ChainStatus::not_yet_valid: return "not yet valid";
    case ChainStatus::expired: return "expired";
    case ChainStatus::unknown_ca: return "unknown CA";
    case ChainStatus::bad_signature: return "bad signature";
    case ChainStatus::other: return "not accepted";
  }
  return "";
}

Result<CertificateFacts, CertificateError> parse_certificate(ByteView der) {
  if (auto error = refuse(der)) return *error;
  try {
    const auto certificate = read_for_facts(der);
    CertificateFacts facts;
    facts.subject = to_text(certificate.subject_dn());
    facts.issuer = to_text(certificate.issuer_dn());
    facts.serial = clean(Botan::hex_encode(certificate.serial_number(), false));
    facts.not_before = to_time(certificate.not_before());
    facts.not_after = to_time(certificate.not_after());
    facts.is_ca = certificate.is_CA_cert();
    facts.self_signed = certificate.raw_subject_dn() == certificate.raw_issuer_dn();
    facts.public_key = key_name(certificate);
    facts.signature = clean(certificate.signature_algorithm().get_oid().to_formatted_string());
    facts.key_usage = key_usage(certificate);
    for (const auto& oid : certificate.extended_key_usage()) {
      if (facts.extended_key_usage.size() < max_names) facts.extended_key_usage.push_back(usage_name(oid.to_string()));
    }
    alternative_names(certificate, facts);
    return facts;
  } catch (const std::exception& fault) {
    return CertificateError{clean(fault.what())};
  }
}

Validity validity_at(const CertificateFacts& facts, Time when) noexcept {
  if (when < facts.not_before) return Validity::not_yet_valid;
  return when > facts.not_after ? Validity::expired : Validity::valid;
}

std::optional<bool> is_signed_by(ByteView certificate, ByteView issuer) {
  if (refuse(certificate) || refuse(issuer)) return std::nullopt;
  try {
    const auto key = read(issuer).load_subject_public_key();
    return read(certificate).check_signature(*key);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

Result<ChainCheck, CertificateError> check_chain(std::span<const ByteView> chain, std::span<const ByteView> authorities,
                                                 Time when) {
  if (chain.empty()) return CertificateError{"no certificate"};
  if (chain.size() > max_chain || authorities.size() > max_authorities) return CertificateError{"too many certificates"};
  try {
    std::vector<Botan::X509_Certificate> path;
    for (const auto der : chain) {
      if (auto error = refuse(der)) return *error;
      path.push_back(read(der));
    }
    Botan::Certificate_Store_In_Memory trusted;
    for (const auto der : authorities) {
      if (auto error = refuse(der)) return *error;
      trusted.add_certificate(read(der));
    }
    // Field equipment still signs with SHA-1 and 1024 bit RSA: strength is not what is asked here.
    const Botan::Path_Validation_Restrictions restrictions(false, 60);
    const auto result = Botan::x509_path_validate(path, restrictions, trusted, "", Botan::Usage_Type::UNSPECIFIED,
                                                  std::chrono::time_point_cast<std::chrono::system_clock::duration>(when));
    return ChainCheck{result.successful_validation() ? ChainStatus::trusted : status_of(result.result()),
                      clean(result.result_string())};
  } catch (const std::exception& fault) {
    return CertificateError{clean(fault.what())};
  }
}

Result<std::vector<std::vector<std::uint8_t>>, CertificateError> load_certificates(const std::filesystem::path& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  if (missing) return CertificateError{path.string() + ": cannot be read"};
  if (size > max_certificate_file) return CertificateError{path.string() + ": too long for a file of certificates"};
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  std::vector<std::vector<std::uint8_t>> found;
  constexpr std::string_view begin = "-----BEGIN ";
  if (text.find(begin) == std::string::npos) {
    found.emplace_back(text.begin(), text.end());
  }
  for (auto at = text.find(begin); at != std::string::npos && found.size() < max_authorities; at = text.find(begin, at + begin.size())) {
    try {
      std::string label;
      Botan::DataSource_Memory source(reinterpret_cast<const std::uint8_t*>(text.data()) + at, text.size() - at);
      const auto der = Botan::PEM_Code::decode(source, label);
      if (label.find("CERTIFICATE") != std::string::npos) found.emplace_back(der.begin(), der.end());
    } catch (const std::exception&) {
      return CertificateError{path.string() + ": a PEM block in it cannot be read"};
    }
  }
  for (const auto& der : found) {
    if (const auto facts = parse_certificate(der); !facts) return CertificateError{path.string() + ": " + facts.error().message};
  }
  if (found.empty()) return CertificateError{path.string() + ": no certificate in it"};
  return found;
}

}  // namespace ike::crypto
