#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "ike/isakmp/ike_fragments.hpp"
#include "ike/track/copies.hpp"
#include "ike/track/tracker.hpp"
#include "intern.hpp"
#include "records.hpp"

namespace ike::track {

/// An event with where it came from, until all are sorted by time.
struct Origin {
  std::uint32_t exchange = 0;  // 0: phase 1, n: n-th child
  std::uint32_t ordinal = 0;
  std::uint8_t original = Note::no_original;
};

/// A message on its way into the store, with what its datagram says of it.
struct Arrival {
  const net::Datagram& datagram;
  const isakmp::Message& message;
  bool partial = false;         // not all of it was seen (yet)
  bool ike_fragmented = false;
  std::uint64_t completes = 0;  // packet number of the partial note that this one replaces
  std::uint64_t pair_key = 0;
  std::uint32_t likely = none;  // the first attempt under its cookie, as far as was known before
};

struct Tracker::Impl {
  explicit Impl(Limits limits);

  void datagram(const net::Datagram& datagram);
  void esp(const net::PacketInfo& packet, std::uint32_t spi, bool in_udp);
  void settle_esp();
  std::uint32_t esp_pair(std::uint64_t key);
  [[nodiscard]] std::uint32_t find_esp_pair(std::uint64_t key) const;
  void icmp_error(const net::IcmpError& error);
  void tunnels(std::uint32_t index, std::vector<Tunnel>& out) const;
  std::vector<VendorSeen> vendors(const Attempt& attempt, Side side) const;
  std::vector<std::uint32_t> nat_discoveries(const Attempt& attempt, Side side) const;

  // tracker.cpp: into the store
  [[gnu::noinline]] void isakmp(const net::Datagram& datagram, std::size_t offset);
  void other_version(const net::Datagram& datagram, std::size_t offset, unsigned major);
  void fragment(const net::Datagram& datagram, std::uint64_t key);
  void settle();
  void settle_messages();
  void bring_records_near();
  void decode_oldest();
  void decode(const net::Datagram& datagram, std::size_t offset, std::uint64_t key, std::uint32_t likely);
  void take(const Arrival& arrival);
  std::uint32_t find_pair(const net::Address& x, const net::Address& y, std::uint64_t key, bool make);
  std::uint32_t find_attempt(const Arrival& arrival, std::uint64_t key, std::uint32_t digest, bool& from_responder);
  std::uint32_t new_attempt(const Arrival& arrival, std::uint64_t key, bool& from_responder);
  bool joins(const AttemptRecord& attempt, const Arrival& arrival, std::uint32_t digest) const;
  bool side_under_other_pair(std::uint32_t index, const Arrival& arrival, std::uint64_t key);
  ExchangeRecord& exchange_for(AttemptRecord& attempt, const isakmp::Header& header, bool from_responder);
  ExchangeRecord& child(AttemptRecord& attempt, const isakmp::Header& header, bool from_responder);
  ChildView children_of(const AttemptRecord& attempt) const;
  void bring_list_near(const AttemptRecord& attempt) const;
  ChildView room_for_child(AttemptRecord& attempt, const ChildView& list);
  std::uint32_t drop_child(AttemptRecord& attempt, const ChildView& list);
  void trim_children(AttemptRecord& attempt);
  void move_children(AttemptRecord& attempt, ChildListKind kind);
  void release_child_list(AttemptRecord& attempt);
  /// Many tunnels at once: less is kept of each.
  [[nodiscard]] bool under_pressure() const { return exchanges.used() > 32'768; }
  void note_progress(AttemptRecord& attempt, const ExchangeRecord& exchange);
  static bool is_harmless_resend(const AttemptRecord& attempt, const ExchangeRecord& exchange, const Note& note);
  void keep_book(AttemptRecord& attempt, const ExchangeRecord& exchange, const Note& note, std::int64_t silence);
  /// `opened`: what is inside, when a key opened it.
  Note make_note(AttemptRecord& attempt, const Arrival& arrival, const isakmp::Message* opened, std::uint32_t digest, bool from_responder);
  bool find_original(const ExchangeRecord& exchange, Note& note) const;
  void learn(AttemptRecord& attempt, const Arrival& arrival, bool from_responder);
  void learn_vendors(AttemptRecord& attempt, const isakmp::Message& message, bool from_responder);
  std::uint16_t add_vendors(std::uint16_t set, const isakmp::Message& message, bool from_responder);
  std::uint8_t responder_cookie(AttemptRecord& attempt, Cookie cookie);
  RareRecord& rare(AttemptRecord& attempt);
  /// The first attempt under this cookie, be it between other addresses.
  [[nodiscard]] std::uint32_t first_under(Cookie cookie) const;
  /// The one between the addresses of `key`, where `first` is the first one.
  [[nodiscard]] std::uint32_t attempt_under(Cookie cookie, std::uint64_t key, std::uint32_t first) const;
  [[nodiscard]] bool is_under(const AttemptRecord& attempt, Cookie cookie, std::uint64_t key) const;
  std::uint16_t payload_list(const isakmp::Message& message);
  std::uint16_t address_index(const net::Address& address);
  void evict_one();
  void release(std::uint32_t attempt);
  void release_reference(std::uint32_t pair);

  // tunnels.cpp: out of the store. Room that every call uses again, so that a million attempts allocate nothing.
  struct Client {
    bool initiator_is_b;
    std::uint16_t port;
    std::int64_t first, last;
  };
  struct Scratch {
    std::vector<Client> clients;
    std::vector<std::uint32_t> sequence;
    std::vector<std::size_t> ends;
    std::vector<Origin> origins;
    std::vector<std::uint32_t> rank;
    std::vector<std::uint32_t> order;
    std::vector<Event> events;
  };
  mutable Scratch scratch;
  void fill_events(const AttemptRecord& record, bool swapped, std::vector<Event>& events) const;
  void fill_attempt(const AttemptRecord& record, Attempt& attempt, std::vector<Event>& events) const;
  void bring_near(std::uint32_t pair) const;
  /// Of an Attempt given out before; null when it has gone since.
  [[nodiscard]] const AttemptRecord* record_of(const Attempt& attempt) const;
  [[nodiscard]] bool is_stray(const AttemptRecord& attempt) const;
  [[nodiscard]] bool went_by_the_book(const PairRecord& pair) const;
  [[nodiscard]] std::optional<Routine> routine(std::uint32_t index) const;
  void add_esp(Tunnel& tunnel, const PairRecord& pair) const;
  std::span<const std::uint32_t> flows_of(std::uint32_t esp_pair) const;

  /// Keyed hash of two addresses, whichever comes first; never 0.
  [[nodiscard]] std::uint64_t pair_key(const net::Address& x, const net::Address& y) const;
  [[nodiscard]] std::uint32_t attempt_hash(Cookie cookie, std::uint64_t key) const { return mix(cookie ^ seed, key); }
  [[nodiscard]] std::uint32_t cookie_hash(Cookie cookie) const { return mix(cookie ^ (seed << 1U), seed); }

  Open open;
  bool keys = false;
  Limits limits;
  std::uint64_t seed;
  Digester digest;
  TrackCounts counts;
  std::vector<MalformedMessage> malformed;
  void count_malformed(const net::Datagram& datagram, const std::optional<DecodeError>& why);
  isakmp::Message message;   // reused for every datagram
  isakmp::Message inner;     // what IKE fragments carry
  isakmp::FragmentAssembler fragments;

  Pool<AttemptRecord> attempts;
  Pool<ExchangeRecord, 512> exchanges;
  Pool<NatRecord, 256> nat_pool;
  Pool<RareRecord, 64> rare_pool;
  mutable bool only_done = false;             // for the ChildView of an only exchange
  mutable std::uint8_t only_count = 1;
  mutable Pool<FewChildren, 256> few_children;    // mutable: a ChildView of them writes, and reads as well
  mutable Pool<SomeChildren, 256> some_children;
  mutable Pool<ManyChildren, 64> many_children;
  mutable Pool<AllChildren, 16> all_children;
  NotePool notes;
  Pool<PairRecord, 512> pairs;
  /// Messages wait here, few at a time, while the records they belong to are brought near: on a busy link each
  /// is of another tunnel, and waiting for memory costs more than all work on the message.
  struct alignas(256) WaitingMessage {
    net::Datagram datagram;  // its payload is in WaitingOctets
    std::size_t offset = 0;
    std::uint64_t pair_key = 0;
    std::uint32_t hash = 0;
    std::uint32_t message_id = 0;
    isakmp::ExchangeType type{};
    bool is_new = false;            // most likely of an exchange not seen yet
    bool ends_phase2 = false;       // most likely the last message of the first Quick Mode: phase 1 will be packed
    std::uint32_t attempt = none;   // what it most likely belongs to, by index and in place
    const AttemptRecord* record = nullptr;
    const PairRecord* pair = nullptr;
    const ExchangeRecord* exchange = nullptr;
    std::array<const ExchangeRecord*, 2> victims{};  // who may have to go for a new one
  };
  static_assert(sizeof(WaitingMessage) == 256);
  struct WaitingOctets {
    std::array<std::uint8_t, 1024> few;
    std::vector<std::uint8_t> many;  // where those don't do

    ByteView hold(ByteView octets);
  };
  static constexpr std::size_t most_waiting = 16;  // a ring that fits the first cache
  static constexpr std::size_t furthest_ahead = 14;
  std::array<WaitingMessage, most_waiting> waiting;
  std::array<WaitingOctets, most_waiting> waiting_octets;
  std::uint64_t arrived = 0;  // messages ever put into the ring
  std::uint64_t decoded = 0;  // and taken out of it
  [[nodiscard]] WaitingMessage& waiting_at(std::uint64_t n) { return waiting[n % most_waiting]; }
  /// ESP packets wait here, few at a time, while the records they count in are brought near.
  struct WaitingEsp {
    net::PacketInfo packet;
    std::uint64_t pair = 0;
    std::uint32_t hash = 0;
    std::uint32_t spi = 0;
    std::uint32_t flow = none;
    bool in_udp = false;
    bool from_b = false;
  };
  std::array<WaitingEsp, 32> waiting_esp;
  std::size_t waiting_esp_count = 0;
  Pool<EspPairRecord, 256> esp_pairs;
  Pool<FlowRecord, 256> flows;
  mutable std::vector<std::uint32_t> flow_order;  // flows by their pair of addresses, made when asked for
  std::vector<std::vector<OtherVersion>> other_versions;
  HashIndex pair_index;
  HashIndex cookie_index;    // by initiator cookie: the first attempt under it
  HashIndex attempt_index;   // by initiator cookie and pair: the others, and those seen under a second pair
  HashIndex flow_index;
  HashIndex esp_pair_index;
  std::uint32_t hand = 0;    // of the eviction clock
  std::uint32_t next_id = 1;

  /// What the last messages with these payload types, or these vendor IDs, were interned as.
  struct Recent {
    std::uint64_t key = 0;
    std::uint32_t value = 0;
  };
  std::array<Recent, 256> recent_payload_lists{};
  std::array<Recent, 1024> recent_vendor_sets{};
  OctetTable payload_lists;
  OctetTable sa_payloads;
  std::vector<Offer> offers;                   // parallel to sa_payloads
  OctetTable vendor_ids;
  std::vector<const isakmp::KnownVendorId*> known_vendor_ids;  // parallel to vendor_ids
  OctetTable vendor_sets;                      // as lists of 32-bit indices into vendor_ids
  struct Announced {
    bool nat_traversal = false;
    bool fragmentation = false;
  };
  std::vector<Announced> announced;            // parallel to vendor_sets
  OctetTable addresses;
};

/// For counters that saturate.
template <typename Counter>
void count_up(Counter& counter) {
  if (counter != std::numeric_limits<Counter>::max()) ++counter;
}

/// In a vendor set: the ID was bound to the sender's cookie; its first eight octets are kept unbound.
inline constexpr std::uint32_t cookie_bound_bit = 0x80000000;

}  // namespace ike::track
