#pragma once

#include <array>
#include <optional>
#include <vector>

#include "ike/crypto/cipher.hpp"
#include "ike/crypto/opener.hpp"
#include "ike/crypto/skeyid.hpp"
#include "ike/isakmp/sa.hpp"

/// What the Opener keeps of one phase 1 and the exchanges under it.
namespace ike::crypto {

using Octets = std::vector<std::uint8_t>;

/// Everything that one key given makes known. What could not be made is empty.
struct KeySet {
  Secret skeyid, a, encryption, iv;
  std::uint8_t name = no_key;  ///< index into PhaseOneFacts::keys
};

/// CBC under one message ID: the blocks that the next message may continue from (RFC 2409 appendix B, 5.5).
struct Chain {
  static constexpr std::size_t max_blocks = 8;
  static constexpr std::size_t max_seen = 32;

  struct Seen {
    Digest octets;  ///< SHA-1 of the message
    Digest iv;      ///< empty when it was not opened
    std::uint8_t key = no_key;
  };
  std::uint32_t message_id = 0;
  std::vector<Digest> blocks;  ///< last ciphertext blocks of its messages, the newest behind
  std::vector<Seen> seen;      ///< its newest messages, so that a resend advances nothing
  Octets ni_b, nr_b;           ///< Quick Mode's nonces

  [[nodiscard]] const Seen* find(const Digest& octets) const;
  void add(const Seen& one, ByteView last_block);
};

struct PhaseOne {
  isakmp::Cookie initiator = 0, responder = 0;
  std::array<net::Endpoint, 2> ends;    ///< initiator, responder; family 0: not known
  std::optional<isakmp::Phase1Policy> policy;
  Octets sai_b;
  std::array<Octets, 2> public_value, nonce, id;
  std::vector<const PhaseOneKeys*> given;
  std::vector<KeySet> keys;
  unsigned made_from = 0;               ///< what was known when `keys` were made
  unsigned guesses = 0;                 ///< messages that the policy was guessed from
  Chain phase1;
  std::vector<Chain> children;          ///< by message ID, the newest behind
  std::array<std::vector<Octets>, 2> certificates;
  PhaseOneFacts facts;

  [[nodiscard]] bool aggressive_proof() const { return !sai_b.empty() && !public_value[0].empty() && !public_value[1].empty() && !nonce[0].empty() && !nonce[1].empty(); }
  [[nodiscard]] Phase1Material material() const { return {public_value[0], public_value[1], initiator, responder, sai_b}; }
  Chain& chain(const isakmp::Header& header);
  /// Makes `keys` out of what was given and seen, anew when more was seen.
  void make_keys(std::span<const PskCandidate> psks);

 private:
  /// g^xy, or what it may be; an empty one when nothing is known of it.
  [[nodiscard]] std::vector<Secret> shared_secrets(const PhaseOneKeys& from) const;
  void add(const PhaseOneKeys& from, const Secret& g_xy, const Secret* psk, const std::string& source);
  std::uint8_t name_key(const std::string& source, bool is_psk);
};

/// Where a chain of payloads that begins with `first` ends in `plain`; nothing when it is none: reserved octets, types,
/// lengths or padding do not fit. `digest`: octets of a HASH, 0 when unknown.
std::optional<std::size_t> chain_end(isakmp::PayloadType first, ByteView plain, std::size_t digest, std::size_t block) noexcept;

/// The body of `payload` in the message that `octets` are.
ByteView body_of(const isakmp::Payload& payload, ByteView octets) noexcept;

/// What certificates are held against, and how many octets of them may still be kept: a flood of them must not fill memory.
struct CertificateShelf {
  std::span<const std::vector<std::uint8_t>> authorities;
  std::size_t room = 32U << 20U;
};

/// Writes down what the payloads of a message say; `from` is the side that sent it.
void tell(PhaseOne& one, const isakmp::Message& message, const net::PacketInfo& packet, std::size_t from, CertificateShelf& shelf);

}  // namespace ike::crypto
