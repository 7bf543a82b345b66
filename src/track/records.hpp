#pragma once

#include <array>
#include <cstdint>

#include "ike/isakmp/header.hpp"
#include "ike/net/endpoint.hpp"
#include "note_log.hpp"

/// The tracker's compact records. Small, trivially copyable, linked by index; what a report needs beyond them
/// is worked out when it is asked for.
namespace ike::track {

using isakmp::Cookie;
using isakmp::ExchangeType;

/// One exchange: phase 1 of an attempt, or one message ID below it.
struct ExchangeRecord {
  NoteLog log;
  std::uint32_t message_id = 0;
  ExchangeType type{};
  bool started_by_responder = false;
  std::uint8_t distinct_from_starter = 0;  // messages that are neither resend nor copy; saturates
  std::uint8_t distinct_from_other = 0;
  std::uint64_t digests = 0;  // Bloom filter of its messages' digests: most messages are new, and need no search
};

/// What a side says in messages 3 and 4, and further responder cookies; made when first needed.
struct DetailRecord {
  static constexpr std::size_t max_cookies = 8;  // beyond the first; strongSwan was seen to answer one CKY-I with 8
  static constexpr std::size_t max_nat_discovery = 3;
  static constexpr std::size_t more_nat_discovery = max_nat_discovery + 1;  // as a count: there were others, not kept
  std::array<Cookie, max_cookies> responder_cookies{};
  std::array<std::array<std::uint32_t, max_nat_discovery>, 2> nat_discovery{};  // first four octets of each NAT-D, by side
  std::array<std::uint8_t, 2> nat_discovery_count{};
  std::uint8_t cookie_count = 0;
};

/// The exchanges below a phase 1: the newest of them, and the first.
struct ChildList {
  static constexpr std::size_t capacity = 10;
  std::array<std::uint32_t, capacity> message_ids{};
  std::array<std::uint32_t, capacity> exchanges{};
  std::array<ExchangeType, capacity> types{};
  std::array<bool, capacity> finished{};  // has nothing more to say: an Informational, or answered
  std::uint8_t count = 0;
};

/// What every message of the attempt touches comes first.
struct AttemptRecord {
  Cookie initiator_cookie = 0;
  std::uint64_t pair_key = 0;        // keyed hash of the pair of addresses: stands for them in comparisons
  std::uint64_t other_pair_key = 0;  // also seen under this pair: the other side of a NAT; 0: not
  Cookie responder_cookie = 0;       // the first non-zero one
  std::int64_t last = 0;
  std::uint32_t children = none;
  std::uint32_t details = none;
  std::uint16_t initiator_port = 0;
  std::uint16_t responder_port = 0;
  bool initiator_is_b : 1 = false;        // the initiator is the pair's second address
  bool other_initiator_is_b : 1 = false;
  bool initiator_assumed : 1 = false;
  bool touched : 1 = false;               // since the eviction hand last came by
  bool held : 1 = false;                  // slot in use
  ExchangeRecord phase1;
  std::int64_t first = 0;
  std::uint32_t id = 0;
  std::uint32_t pair = none;
  std::uint32_t other_pair = none;
  std::uint32_t next_in_pair = none;
  std::uint32_t previous_in_pair = none;
  std::uint32_t resends = 0;
  std::uint32_t copies = 0;
  std::uint32_t left_out = 0;             // messages of exchanges that were let go
  std::uint32_t quick_modes_begun = 0;
  std::uint32_t quick_modes_complete = 0;
  std::uint16_t offer = 0;                // interned SA payloads of messages 1 and 2
  std::uint16_t choice = 0;
  std::array<std::uint16_t, 2> vendors{}; // interned sets of vendor IDs, by side
};

struct PairRecord {
  net::Address a;
  net::Address b;  // a <= b
  bool held = false;                    // slot in use
  std::uint64_t key = 0;
  std::uint32_t first_attempt = none;
  std::uint32_t last_attempt = none;
  std::uint32_t attempts = 0;
  std::uint32_t attempts_left_out = 0;
  std::uint32_t references = 0;         // attempts here, and attempts elsewhere that were also seen here
  std::uint32_t other_versions = none;  // index into the list of lists
  std::uint64_t ikev2_packets = 0;
};

/// ESP between two addresses, both directions: the stretch since the direction last changed.
struct EspPairRecord {
  std::uint64_t packets = 0;
  std::uint64_t first_packet = 0;
  std::uint64_t last_packet = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::uint16_t file = 0;
  bool from_b = false;
  net::Address a;
  net::Address b;
};

struct FlowRecord {
  std::uint64_t key = 0;  // keyed hash of addresses, SPI and encapsulation: stands for them in comparisons
  std::uint64_t packets = 0;
  std::uint64_t last_packet = 0;
  std::int64_t last = 0;
  std::uint32_t esp_pair = none;
  std::uint32_t spi = 0;
  std::uint16_t file = 0;
  bool in_udp = false;
  bool from_b = false;    // sent by the second address of its pair
  std::uint64_t first_packet = 0;
  std::int64_t first = 0;
};

}  // namespace ike::track
