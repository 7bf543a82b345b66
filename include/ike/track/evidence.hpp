#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ike/base/time.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/isakmp/registry.hpp"
#include "ike/isakmp/vendor_id.hpp"
#include "ike/net/endpoint.hpp"
#include "ike/track/position.hpp"

namespace ike::crypto {
struct PhaseOneFacts;
}

/// What was seen of one pair of peers, taken out of the tracker's compact store as plain values. Diagnosis
/// and reports work on these alone, so a test can write them down without a capture.
namespace ike::track {

using isakmp::Cookie;
using isakmp::ExchangeType;
using isakmp::NotifyType;
using isakmp::PayloadType;

/// The payload types of one message in wire order; of an encrypted message the first alone, from its header.
struct PayloadList {
  static constexpr std::size_t capacity = 31;
  std::uint8_t count = 0;  ///< as many as the message had; only `capacity` are kept
  std::array<PayloadType, capacity> types{};

  [[nodiscard]] std::span<const PayloadType> view() const { return std::span{types}.first(std::min<std::size_t>(count, capacity)); }
  [[nodiscard]] bool contains(PayloadType type) const { return std::ranges::find(view(), type) != view().end(); }
  friend bool operator==(const PayloadList&, const PayloadList&) = default;
};

/// No message: the value of resend_of and copy_of of a message that is the first of its octets.
inline constexpr std::uint32_t no_event = 0xffffffff;

/// One message, or one ICMP error that quotes a message of this attempt, as it passed the observer.
struct Event {
  enum class Kind : std::uint8_t { message, icmp_error };

  Time time{};
  std::uint64_t packet = 0;            ///< frame number; of the last fragment where it was fragmented
  std::uint16_t file = 0;
  Kind kind = Kind::message;
  Side from = Side::initiator;         ///< sender of the message; for an ICMP error: sender of the quoted packet
  ExchangeType exchange{};             ///< exchange type of the header
  std::uint8_t number = 0;             ///< place in its exchange, from 1; 0 when it has none (a notify in clear ...)
  std::uint32_t message_id = 0;
  std::uint32_t length = 0;            ///< octets of the ISAKMP message as sent
  NotifyType notify{};                 ///< first notify in clear (or decrypted); none when there is none
  bool has_notify = false;
  bool has_delete = false;             ///< a Delete in clear (or decrypted)
  bool encrypted = false;
  bool partial = false;                ///< only its first IP fragment, or not all of its IKE fragments, were seen
  bool cut = false;                    ///< the snap length cut it
  bool ip_fragmented = false;
  bool ike_fragmented = false;
  bool malformed = false;
  bool natt_port = false;              ///< it travelled on UDP 4500
  bool decrypted = false;              ///< a key opened it
  PayloadList payloads;
  Cookie responder_cookie = 0;         ///< as in this very message
  std::uint32_t resend_of = no_event;  ///< index in Attempt::events of the first message with these octets
  std::uint32_t copy_of = no_event;    ///< index of the message that this is a mirror (or network) copy of

  // ICMP errors only.
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  bool icmp_v6 = false;
  std::uint32_t icmp_mtu = 0;
  net::Address icmp_sender;            ///< who complains

  [[nodiscard]] bool is_message() const { return kind == Kind::message; }
  [[nodiscard]] bool is_resend() const { return resend_of != no_event; }
  [[nodiscard]] bool is_copy() const { return copy_of != no_event; }
  [[nodiscard]] bool is_phase1() const { return exchange == ExchangeType::identity_protection || exchange == ExchangeType::aggressive; }
};

/// What one side offered in message 1, or chose in message 2.
struct Offer {
  std::vector<isakmp::Phase1Policy> policies;  ///< in the order sent
  bool malformed = false;
};

/// A vendor ID that a side sent.
struct VendorSeen {
  const isakmp::KnownVendorId* known = nullptr;
  std::string text;  ///< describe_vendor_id
};

/// Where a side's address is rewritten, by the NAT-D hashes of both (RFC 3947 3.2); nothing when it can't be told.
struct NatPath {
  std::optional<bool> to_observer;  ///< between it and the observer: it knows itself by another address than seen here
  std::optional<bool> beyond;       ///< between the observer and its peer: the peer sees another one
};

/// One phase 1 attempt (one initiator cookie between a pair of addresses) with everything under its cookies.
struct Attempt {
  std::uint32_t id = 0;                       ///< from 1, in order of first message over the whole capture
  ExchangeType mode{};                        ///< identity_protection or aggressive; else what was seen first
  Cookie initiator_cookie = 0;
  std::vector<Cookie> responder_cookies;      ///< distinct and non-zero, in order; a responder may answer with several
  net::Endpoint initiator;                    ///< as first seen
  net::Endpoint responder;
  bool initiator_assumed = false;             ///< the beginning was not captured: sides are provisional
  bool other_addresses = false;               ///< also seen under other addresses: both sides of a NAT were captured
  std::span<const Event> events;              ///< of the whole family, by time
  std::uint32_t events_left_out = 0;          ///< messages between the first and the last kept ones
  const Offer* offer = nullptr;               ///< message 1's
  const Offer* choice = nullptr;              ///< message 2's
  std::optional<bool> nat_initiator;          ///< NAT-D says: behind a NAT; nothing when it can't be told
  std::optional<bool> nat_responder;
  bool natt_vendor_initiator = false;         ///< announced NAT traversal by vendor ID
  bool natt_vendor_responder = false;
  bool fragmentation_vendor_initiator = false;
  bool fragmentation_vendor_responder = false;
  std::uint32_t quick_modes_begun = 0;        ///< distinct message IDs
  std::uint32_t quick_modes_complete = 0;
  std::uint32_t resends = 0;                  ///< over the whole family, copies not counted
  std::uint32_t copies = 0;
  Time first{};
  Time last{};
  std::array<NatPath, 2> nat_path;            ///< initiator, responder; worked out when a tunnel is opened
  const crypto::PhaseOneFacts* opened = nullptr;  ///< what keys, hashes and certificates showed; null: nothing

  [[nodiscard]] bool aggressive() const { return mode == ExchangeType::aggressive; }
  /// The policy that the responder chose; nothing when message 2 was not seen or held no single transform.
  [[nodiscard]] const isakmp::Phase1Policy* chosen() const { return choice && choice->policies.size() == 1 ? &choice->policies.front() : nullptr; }
};

/// ESP seen between two addresses under one SPI, in one direction.
struct EspFlow {
  net::Address source;
  net::Address destination;
  std::uint32_t spi = 0;
  bool in_udp = false;
  std::uint64_t packets = 0;
  std::uint64_t first_packet = 0;  ///< frame numbers
  std::uint64_t last_packet = 0;
  std::uint16_t file = 0;
  Time first{};
  Time last{};
};

/// The ESP packets since the direction last changed: what a one-way stretch is told by.
struct EspRun {
  net::Address source;
  std::uint64_t packets = 0;
  std::uint64_t first_packet = 0;  ///< frame numbers
  std::uint64_t last_packet = 0;
  std::uint16_t file = 0;
  Time first{};
  Time last{};
};

/// An unencrypted message of another IKE version between the pair.
struct OtherVersion {
  Time time{};
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  std::uint8_t major = 0;
  net::Endpoint source;
  net::Endpoint destination;
  bool response = false;      ///< IKEv2 R flag, or a responder SPI is present
  ExchangeType exchange{};    ///< number as on the wire: 34 IKE_SA_INIT ...
  NotifyType notify{};        ///< error notify of an IKEv2 response in clear, else none
};

/// One pair of addresses: what reports call a tunnel.
struct Tunnel {
  std::uint32_t id = 0;                   ///< in a report: from 1, by the first packet; else 0
  net::Address peers[2];                  ///< initiator and responder of the newest attempt
  std::vector<Event> events;              ///< all attempts' events; Attempt::events look into it
  std::vector<Attempt> attempts;          ///< oldest first
  std::vector<EspFlow> esp;
  std::optional<EspRun> esp_run;
  std::vector<OtherVersion> other_versions;  ///< the first few
  std::uint64_t ikev2_packets = 0;
  std::uint32_t attempts_left_out = 0;    ///< older ones, dropped by a limit
};

/// What is true of the whole capture and bears on every judgement.
struct CaptureFacts {
  Time first{};                ///< of the first frame of any kind
  Time last{};                 ///< of the last frame of any kind: the capture's end
  std::uint64_t kernel_drops = 0;
  bool live = false;
};

/// Positions of both sides, computed from what was seen. `renews`: an ISAKMP SA of the same peers was up
/// when this attempt began, so that an Informational after message 6 is housekeeping and no refusal, unless message 5
/// comes again behind it.
Positions positions(const Attempt& attempt, bool renews = false);

/// Whether the initiator answered message 6 with a refusal: an Informational, and never Quick Mode; `renews` as above.
bool refused_message6(const Attempt& attempt, bool renews);

}  // namespace ike::track
