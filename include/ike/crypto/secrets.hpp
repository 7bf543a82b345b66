#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/result.hpp"
#include "ike/crypto/secret.hpp"
#include "ike/isakmp/header.hpp"

namespace ike::crypto {

/// What is known of one phase 1 from outside the capture. Whatever the source did not tell is absent.
struct PhaseOneKeys {
  isakmp::Cookie initiator_cookie = 0;  ///< 0 when the source named none
  std::optional<isakmp::Cookie> responder_cookie;
  std::optional<Secret> skeyid;
  std::optional<Secret> skeyid_d;
  std::optional<Secret> skeyid_a;
  std::optional<Secret> skeyid_e;
  std::optional<Secret> encryption_key;
  std::optional<Secret> initial_iv;  ///< of the first encrypted phase 1 message
  std::optional<Secret> psk;
  std::optional<Secret> g_xy;        ///< the Diffie-Hellman secret
  std::optional<Secret> private_value;  ///< a side's own Diffie-Hellman exponent: as good as g^xy
  std::string source;                ///< "keys.txt:3": says where it is from, never what it is
};

/// A pre-shared key that may be the one.
struct PskCandidate {
  Secret psk;
  std::string source;  ///< "candidates.txt:3"
  std::size_t line = 0;
};

enum class KeyFormat : std::uint8_t {
  automatic,        ///< told by the content
  wireshark_table,  ///< ikev1_decryption_table of a Wireshark profile: initiator cookie, encryption key
  strongswan_log,   ///< charon's log with ike = 4
  ikescope_lines,   ///< our own: a cookie and name=value (docs/keys.md)
};

/// The keys in one file, and what its owner should know about it.
struct KeyFile {
  std::vector<PhaseOneKeys> keys;
  std::vector<std::string> warnings;
};

/// Why a key file could not be read: "keys.txt:3: cookie is not 16 hex digits". Never holds key octets.
struct KeyError {
  std::string message;
};

inline constexpr std::size_t max_key_file = 64U << 20U;  ///< octets; a day of charon at its most talkative
inline constexpr std::size_t max_key_line = 16U << 10U;  ///< octets
inline constexpr std::size_t max_keys = 1U << 16U;       ///< phase 1s in one file
inline constexpr std::size_t max_psks = 1U << 20U;       ///< pre-shared keys in one file

/// Lines "cookie,key" in hex, either in quotes or not, blanks around allowed; '#' begins a comment.
/// `file` is only for error messages.
Result<KeyFile, KeyError> parse_wireshark_table(std::string_view text, std::string_view file);

/// charon's hex dumps of SKEYID, SKEYID_d, SKEYID_a, SKEYID_e, encryption key, initial IV and Diffie-Hellman
/// secret; the cookies come from its dumps of what it hashes for NAT-D, HASH_I or HASH_R. What cannot be read is left out.
Result<KeyFile, KeyError> parse_strongswan_log(std::string_view text, std::string_view file);

/// Lines "cookie name=value ..." with the names skeyid, skeyid_d, skeyid_a, skeyid_e, key, iv, psk, gxy and dh; values
/// in hex, psk as text, as text in quotes, or in hex after 0x. '#' begins a comment (docs/keys.md).
Result<KeyFile, KeyError> parse_key_lines(std::string_view text, std::string_view file);

/// Pre-shared keys, one a line, just as it stands; in hex after 0x. Empty lines are none.
struct PskFile {
  std::vector<PskCandidate> psks;
  std::vector<std::string> warnings;
};
Result<PskFile, KeyError> parse_psks(std::string_view text, std::string_view file);
/// Reads such a file. Warns when others than its owner may read it.
Result<PskFile, KeyError> load_psk_file(const std::filesystem::path& path);

/// Reads a key file. Warns when others than its owner may read it.
Result<KeyFile, KeyError> load_key_file(const std::filesystem::path& path, KeyFormat format = KeyFormat::automatic);

}  // namespace ike::crypto
