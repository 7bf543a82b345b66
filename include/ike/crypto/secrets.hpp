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
};

enum class KeyFormat : std::uint8_t {
  automatic,        ///< told by the content
  wireshark_table,  ///< ikev1_decryption_table of a Wireshark profile: initiator cookie, encryption key
  strongswan_log,   ///< charon's log with ike = 4
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

/// Lines "cookie,key" in hex, either in quotes or not, blanks around allowed; '#' begins a comment.
/// `file` is only for error messages.
Result<KeyFile, KeyError> parse_wireshark_table(std::string_view text, std::string_view file);

/// charon's hex dumps of SKEYID, SKEYID_d, SKEYID_a, SKEYID_e, encryption key, initial IV and Diffie-Hellman
/// secret; the cookies come from its dumps of what it hashes for NAT-D, HASH_I or HASH_R. What cannot be read is left out.
Result<KeyFile, KeyError> parse_strongswan_log(std::string_view text, std::string_view file);

/// Reads a key file. Warns when others than its owner may read it.
Result<KeyFile, KeyError> load_key_file(const std::filesystem::path& path, KeyFormat format = KeyFormat::automatic);

}  // namespace ike::crypto
