#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "ike/isakmp/header.hpp"
#include "ike/net/endpoint.hpp"
#include "note_log.hpp"

/// The tracker's compact records. Small, trivially copyable, linked by index; what a report needs beyond them
/// is worked out when it is asked for.
namespace ike::track {

using isakmp::Cookie;
using isakmp::ExchangeType;

/// Records hold a Time as nanoseconds since the epoch.
inline std::int64_t nanoseconds(Time time) { return time.time_since_epoch().count(); }
inline Time to_time(std::int64_t nanoseconds) { return Time{Duration{nanoseconds}}; }

/// One exchange: phase 1 of an attempt, or one message ID below it.
struct ExchangeRecord {
  std::uint32_t message_id = 0;
  ExchangeType type{};
  bool started_by_responder = false;
  std::uint8_t distinct_from_starter = 0;  // messages that are neither resend nor copy; saturates
  std::uint8_t distinct_from_other = 0;
  NoteLog log;
  /// Has nothing more to say, as far as messages that came once tell.
  [[nodiscard]] bool finished() const {
    if (type == ExchangeType::informational) return true;
    return type == ExchangeType::quick_mode ? has_three() : distinct_from_other > 0;
  }
  /// Three messages, of both sides: a whole Quick Mode, in whatever order they were shown.
  [[nodiscard]] bool has_three() const { return distinct_from_starter > 0 && distinct_from_other > 0 && distinct_from_starter + distinct_from_other >= 3; }
};
static_assert(sizeof(ExchangeRecord) == 56);

/// What the NAT-D payloads of messages 3 and 4 say, by side: the first four octets of each hash.
struct NatRecord {
  static constexpr std::size_t capacity = 3;
  static constexpr std::size_t more = capacity + 1;  // as a count: there were others, not kept
  std::array<std::array<std::uint32_t, capacity>, 2> hashes{};
  std::array<std::uint8_t, 2> count{};
};

/// What few attempts have: further responder cookies, and a second pair of addresses.
struct RareRecord {
  static constexpr std::size_t max_cookies = 8;  // beyond the first; strongSwan was seen to answer one CKY-I with 8
  std::array<Cookie, max_cookies> responder_cookies{};
  std::uint32_t pair_key = 0;          // also seen under this pair: the other side of a NAT
  std::uint32_t pair = none;
  std::uint8_t cookie_count = 0;
  bool initiator_is_b = false;
};

/// The exchanges below a phase 1: the first, and the newest of them.
template <std::uint8_t most>
struct ChildList {
  static constexpr std::uint8_t capacity = most;
  std::array<std::uint32_t, most> message_ids{};
  std::array<std::uint32_t, most> exchanges{};
  std::array<ExchangeType, most> types{};
  std::array<bool, most> finished{};  // has nothing more to say: an Informational, or answered
  std::uint8_t count = 0;
};
using FewChildren = ChildList<3>;   // a Quick Mode and a Delete or two: what most attempts have
using SomeChildren = ChildList<6>;  // one cache line
using ManyChildren = ChildList<10>;
using AllChildren = ChildList<64>;  // where few tunnels live: hours of DPD and rekeys
static_assert(sizeof(FewChildren) == 32 && sizeof(SomeChildren) == 64);
enum class ChildListKind : std::uint8_t { one, few, some, many, all };  // one: no list, the exchange itself

/// Any of these lists, as one.
struct ChildView {
  std::uint32_t* message_ids = nullptr;
  std::uint32_t* exchanges = nullptr;
  ExchangeType* types = nullptr;
  bool* finished = nullptr;
  std::uint8_t* size = nullptr;
  std::uint8_t capacity = 0;

  ChildView() = default;
  /// The only one, without a list; `done` and `one` stand for what a list would hold.
  ChildView(std::uint32_t& index, ExchangeRecord& only, bool& done, std::uint8_t& one) : message_ids{&only.message_id}, exchanges{&index}, types{&only.type}, finished{&done}, size{&one}, capacity{1} {}
  template <std::uint8_t most>
  explicit ChildView(ChildList<most>& list) : message_ids{list.message_ids.data()}, exchanges{list.exchanges.data()}, types{list.types.data()}, finished{list.finished.data()}, size{&list.count}, capacity{most} {}
  [[nodiscard]] std::uint8_t count() const { return size == nullptr ? std::uint8_t{0} : *size; }
  [[nodiscard]] std::span<const std::uint32_t> all() const { return {exchanges, count()}; }
};

/// What every message of the attempt touches comes first.
struct AttemptRecord {
  Cookie initiator_cookie = 0;
  Cookie responder_cookie = 0;       // the first non-zero one
  std::int64_t last = 0;
  std::uint32_t pair_key = 0;        // of the keyed hash of its addresses: stands for them in comparisons
  std::uint32_t children = none;     // list of the kind that child_list says, or the only one itself
  std::uint32_t newest = none;       // the exchange below phase 1 that the last message was of
  std::uint32_t rare = none;
  std::uint32_t resends = 0;
  std::uint32_t left_out = 0;             // messages of exchanges that were let go
  std::uint16_t quick_modes_begun = 0;    // saturates, as does the next
  std::uint16_t quick_modes_complete = 0;
  std::uint16_t initiator_port = 0;
  std::uint16_t responder_port = 0;
  bool initiator_is_b : 1 = false;        // the initiator is the pair's second address
  ChildListKind child_list : 3 = ChildListKind::one;
  bool initiator_assumed : 1 = false;
  bool touched : 1 = false;               // since the eviction hand last came by
  bool held : 1 = false;                  // slot in use
  std::uint8_t book = 1;                  // number of the next message where all went by the book so far; else off_the_book
  std::uint32_t id = 0;
  ExchangeRecord phase1;  // its first fields are the last that messages below phase 1 need: see prefetch_head
  std::int64_t first = 0;
  std::uint32_t pair = none;
  std::uint32_t nat = none;
  std::uint32_t next_in_pair = none;
  std::uint32_t previous_in_pair = none;
  std::uint32_t copies = 0;
  std::uint16_t offer = 0;                // interned SA payloads of messages 1 and 2
  std::uint16_t choice = 0;
  std::array<std::uint16_t, 2> vendors{}; // interned sets of vendor IDs, by side

  static constexpr std::uint8_t off_the_book = 0xff;
  /// In `book`, once phase 2 is complete: that side sent an Informational since the attempt was last silent, a keepalive
  /// or its answer or a Delete.
  static constexpr std::array<std::uint8_t, 2> one_informational{0x10, 0x20};
  static constexpr std::uint8_t both_informational = 0x30;
  static constexpr std::uint8_t book_number = 0x0f;
};

static_assert(offsetof(AttemptRecord, phase1) == 64 && sizeof(AttemptRecord) == 160);

/// What an attempt keeps of the keyed hash of its addresses.
constexpr std::uint32_t kept_key(std::uint64_t pair_key) { return static_cast<std::uint32_t>(pair_key); }

/// Brings near what a message below phase 1 needs of `attempt`.
inline void prefetch_head(const AttemptRecord& attempt) {
  prefetch_line(&attempt);
  prefetch_line(&attempt.phase1.type);
}

/// One cache line. The key of its addresses is worked out again where it is needed.
struct PairRecord {
  net::Address a;
  net::Address b;  // a <= b
  bool held = false;                    // slot in use
  std::uint32_t first_attempt = none;
  std::uint32_t last_attempt = none;
  std::uint32_t attempts = 0;
  std::uint32_t attempts_left_out = 0;
  std::uint32_t references = 0;         // attempts here, and attempts elsewhere that were also seen here
  std::uint32_t other_versions = none;  // index into the list of lists
  std::uint32_t ikev2_packets = 0;      // saturates
};
static_assert(sizeof(PairRecord) == 64);

/// ESP between two addresses, both directions: the stretch since the direction last changed.
struct EspPairRecord {
  std::uint64_t packets = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::uint64_t key = 0;  // keyed hash of the addresses: stands for them in comparisons
  PacketNumber first_packet;
  PacketNumber last_packet;
  std::uint16_t file = 0;
  bool from_b = false;
};

/// ESP of one SPI in one direction.
struct FlowRecord {
  std::uint64_t packets = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::uint32_t esp_pair = none;
  std::uint32_t spi = 0;
  PacketNumber first_packet;
  PacketNumber last_packet;
  std::uint16_t file = 0;
  bool in_udp = false;
  bool from_b = false;  // sent by the second address of its pair
};
static_assert(sizeof(EspPairRecord) == 48 && sizeof(FlowRecord) == 48);

}  // namespace ike::track
