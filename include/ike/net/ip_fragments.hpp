#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include "ike/net/ip.hpp"

namespace ike::net {

/// Limits of reassembly. A host sends an IKE message in two to five fragments; these leave room for a
/// thousand negotiations at once and bound what an attacker can make us hold.
inline constexpr std::size_t max_open_datagrams = 1024;
inline constexpr std::size_t max_held_octets = 4U << 20U;
inline constexpr std::size_t max_gaps = 128;                            ///< of one datagram
inline constexpr Duration fragment_timeout = std::chrono::seconds{30};  // RFC 791 3.2, common practice
inline constexpr std::size_t max_ip_payload = 65535;

/// What became of the datagrams given up.
struct FragmentCounts {
  std::uint64_t unfinished = 0;  ///< waiting for fragments, or given up because they did not come in time
  std::uint64_t evicted = 0;     ///< given up because a limit was reached
};

/// Puts IP fragments together again. Octets that came first win over others at the same place; a fragment
/// that brings nothing new is a duplicate. One that passes 65,535 octets, is empty, is no multiple of 8
/// though more follow, or contradicts the known end is refused; the rest of its datagram stays.
class Reassembler {
 public:
  enum class Fate : std::uint8_t {
    held,
    duplicate,  ///< nothing new in it, or one more first fragment
    ignored,    ///< of a datagram that was dismissed or completed
    refused,    ///< contradicts itself or the others
    whole,      ///< the last one missing; read whole()
  };

  /// A datagram put together; `octets` stay until the next call of add.
  struct Whole {
    Address source;
    Address destination;
    ByteView octets;                 ///< of the IP payload from `protocol`'s header on
    std::uint64_t first_packet = 0;  ///< as given to add with its first fragment, when others came after that; else 0
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;   ///< as the first fragment says
    std::uint8_t ttl = 0;        ///< of the first fragment
    std::uint8_t fragments = 0;  ///< that brought octets; 255 stands for more, too
  };

  /// `packet`: the number under which the caller gives a first fragment at once, 0 when it does not.
  Fate add(const IpPacket& fragment, std::uint64_t packet, Time now);
  /// Not ours: what is held of its datagram is let go, and what follows of it is ignored.
  void dismiss(const IpPacket& fragment, Time now);
  /// Cut by the snap length: its datagram, if known, can never be whole and counts as unfinished.
  void give_up(const IpPacket& fragment, Time now);
  [[nodiscard]] const Whole& whole() const noexcept { return whole_; }
  [[nodiscard]] const FragmentCounts& counts() const noexcept { return counts_; }

 private:
  struct Key {
    Address source;
    Address destination;
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;  // part of IPv4's key only (RFC 791 3.2; RFC 8200 4.5)
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  struct Pending {
    Key key;
    Time begun{};
    std::vector<std::uint8_t> octets;
    std::vector<Range> ranges;  // held octets; ascending, apart from each other
    std::uint32_t length = 0;   // of the whole; 0 until the last fragment came
    std::uint64_t first_packet = 0;
    std::uint8_t protocol = 0;
    std::uint8_t ttl = 0;
    std::uint8_t fragments = 0;

    [[nodiscard]] bool contradicts(std::uint32_t end, bool more) const noexcept;
    bool fill(std::uint32_t begin, ByteView from);
    [[nodiscard]] bool complete() const noexcept {
      return length != 0 && ranges.size() == 1 && ranges[0].begin == 0 && ranges[0].end == length;
    }
  };
  using Queue = std::list<Pending>;  // oldest first
  /// A datagram whose further fragments are not worth holding.
  struct Mark {
    Key key;
    Time since{};
  };

  static Key key_of(const IpPacket& fragment) noexcept;
  Mark& mark_of(const Key& key) noexcept { return marks_[Hash{}(key) % marks_.size()]; }
  Queue::iterator open(const Key& key, Time now);
  void close(Queue::iterator pending);
  void expire(Time now);
  void make_room(Queue::iterator keep);
  void finish(Queue::iterator pending);

  Queue queue_;
  std::unordered_map<Key, Queue::iterator, Hash> index_;
  std::size_t held_ = 0;  // octets in queue_
  std::array<Mark, 256> marks_;
  std::vector<std::uint8_t> finished_;
  Whole whole_;
  FragmentCounts counts_;
};

}  // namespace ike::net
