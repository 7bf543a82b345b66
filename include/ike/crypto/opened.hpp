#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/time.hpp"
#include "ike/crypto/x509.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/isakmp/registry.hpp"

/// What decryption, hashes and certificates showed of one phase 1 and everything under it: plain values, and no
/// secret among them.
namespace ike::crypto {

/// What became of a message.
enum class Opening : std::uint8_t {
  clear,             ///< it was not encrypted
  opened,
  does_not_decrypt,  ///< with none of the keys given for it does it become a chain of payloads
  unjudged,          ///< cut by the snap length, or no cipher, key or IV is known for it
};

/// What became of its HASH payload.
enum class HashCheck : std::uint8_t {
  unchecked,  ///< none in it, or an encryption key alone, which cannot verify
  right,
  wrong,
};

inline constexpr std::uint8_t no_key = 0xff;

/// One message, told once however often it was sent.
struct MessageFact {
  Time time{};
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  isakmp::ExchangeType exchange{};
  std::uint32_t message_id = 0;
  bool from_responder = false;
  Opening opening = Opening::clear;
  HashCheck hash = HashCheck::unchecked;
  std::uint8_t key = no_key;         ///< which of PhaseOneFacts::keys opened or verified it
  bool first_block_lost = false;     ///< its IV is not known: what stood in the first block was worked out
  bool has_delete = false;
  bool has_hash = false;
  isakmp::NotifyType notify{};       ///< the first one in it; none when there is none
  isakmp::ProtocolId notify_protocol{};
};

/// A certificate that a side sent.
struct CertificateSeen {
  CertificateFacts facts;
  std::string error;                 ///< why it could not be read; then there are no facts
  Validity validity = Validity::valid;  ///< at the time of its packet
  std::optional<std::uint8_t> issuer;  ///< which of the side's certificates bears the name of the issuer
  std::optional<bool> signed_by_issuer;  ///< by the key of that one
};

/// What one side says of itself in phase 1.
struct SideFacts {
  std::string identity;              ///< "192.0.2.1", "CN=gw, O=Example"; empty when it was not seen
  isakmp::IdType identity_type{};
  std::vector<CertificateSeen> certificates;  ///< its own first
  std::optional<ChainCheck> chain;   ///< to the authorities given; nothing without any
  bool identity_in_certificate = true;  ///< false: the certificate names something else (RFC 4945 3.1)
  std::uint64_t packet = 0;          ///< that brought the certificates
  std::uint16_t file = 0;
};

/// What one side proposes, or takes, in Quick Mode.
struct QuickModeSide {
  bool seen = false;
  bool from_responder = false;       ///< sent by the responder of phase 1
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  std::vector<std::string> proposals;  ///< "ESP_AES-CBC-256, HMAC-SHA1, tunnel ..."
  std::string source;                ///< IDci: "10.0.0.0/8"; empty when no identities are sent
  std::string destination;           ///< IDcr
  bool pfs = false;                  ///< it brings a public value of its own
};
struct QuickModeFacts {
  std::uint32_t message_id = 0;
  std::array<QuickModeSide, 2> message;  ///< 1 and 2
};

/// R-U-THERE or R-U-THERE-ACK (RFC 3706 5.3).
struct DpdFact {
  Time time{};
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  bool from_responder = false;
  bool ack = false;
  std::uint32_t sequence = 0;
};

/// A Transaction message's Attributes payload: types alone, since the values may be secret.
struct ConfigFact {
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  bool from_responder = false;
  isakmp::ConfigType type{};
  bool xauth = false;
  std::optional<bool> status;        ///< XAUTH-STATUS: whether the user was accepted
};

/// A KE payload's public value that is none of its group.
struct KeyExchangeFact {
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  bool from_responder = false;
  std::string fault;                 ///< "wrong length"
};

struct PhaseOneFacts {
  isakmp::Cookie initiator = 0, responder = 0;
  std::vector<std::string> keys;     ///< where each key came from: "keys.txt:3", "psk.txt:2"
  std::vector<bool> key_is_psk;      ///< by key: made from a pre-shared key
  std::uint32_t encrypted = 0;       ///< messages, resends included
  std::uint32_t opened = 0;          ///< of them
  std::vector<MessageFact> messages;
  std::array<SideFacts, 2> sides;    ///< initiator, responder
  std::vector<QuickModeFacts> quick_modes;
  std::vector<DpdFact> dpd;
  std::vector<ConfigFact> configs;
  std::vector<KeyExchangeFact> bad_public_values;
};

// Bounds of each list of a PhaseOneFacts; what comes later is opened and counted, and not told.
inline constexpr std::size_t max_message_facts = 96;
inline constexpr std::size_t max_quick_mode_facts = 16;
inline constexpr std::size_t max_dpd_facts = 64;
inline constexpr std::size_t max_config_facts = 16;
inline constexpr std::size_t max_certificates_seen = 8;  // of a side
inline constexpr std::size_t max_proposals_told = 16;

}  // namespace ike::crypto
