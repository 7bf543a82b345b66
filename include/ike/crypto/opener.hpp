#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ike/crypto/opened.hpp"
#include "ike/crypto/secrets.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/net/datagram.hpp"

namespace ike::crypto {

/// What the operator gave.
struct OpenerKeys {
  std::vector<PhaseOneKeys> keys;
  std::vector<PskCandidate> psks;    ///< tried where g^xy is known, and in Aggressive Mode
  std::vector<std::vector<std::uint8_t>> authorities;  ///< DER
};

/// One message, opened.
struct Opened {
  Opening opening = Opening::clear;
  HashCheck hash = HashCheck::unchecked;
  std::string_view key;                        ///< where the key came from
  const isakmp::Message* message = nullptr;    ///< with the decrypted payloads; valid until the next message
  bool first_block_lost = false;
};

/// Opens encrypted messages, verifies hashes and reads certificates. Feed it every ISAKMP message in order (fragments
/// put together). Keeps per phase 1 what RFC 2409 needs of earlier messages, only for cookies that keys were given for
/// (or, of Aggressive Mode, for which something can be said without), all of it bounded.
class Opener {
 public:
  static constexpr std::size_t max_keyed = 1U << 16U;   ///< phase 1s whose cookies the keys name
  static constexpr std::size_t max_unkeyed = 4096;      ///< others
  static constexpr std::size_t max_cookies = 16;        ///< responder cookies under one keyed initiator cookie
  static constexpr std::size_t max_chains = 64;         ///< message IDs under one phase 1, the newest
  static constexpr std::size_t max_key_sets = 64;       ///< tried on one phase 1

  explicit Opener(OpenerKeys keys);
  ~Opener();
  Opener(Opener&&) noexcept;
  Opener& operator=(Opener&&) noexcept;

  /// Whether `message` can be of any use: false for nearly all that pass without keys.
  [[nodiscard]] bool wants(const isakmp::Message& message) const noexcept;

  /// Takes one message, which `packet` brought.
  Opened take(const isakmp::Message& message, const net::PacketInfo& packet);

  /// What is known of a phase 1; null when nothing is.
  [[nodiscard]] const PhaseOneFacts* facts(isakmp::Cookie initiator, isakmp::Cookie responder) const;

  /// What passed in Aggressive Mode in clear, or was opened, against pre-shared keys: see check_psk.
  struct Totals {
    std::uint64_t phase1s = 0;       ///< that keys were given for
    std::uint64_t encrypted = 0;     ///< messages under phase 1s that keys were given for
    std::uint64_t opened = 0;
    std::uint64_t hashes_right = 0;
    std::uint64_t hashes_wrong = 0;
  };
  [[nodiscard]] const Totals& totals() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::crypto
