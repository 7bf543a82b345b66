#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ike/net/dissector.hpp"

namespace ike::app {

/// A frame of one of the captures.
struct Place {
  std::uint16_t file = 0;
  std::uint64_t packet = 0;
  friend auto operator<=>(const Place&, const Place&) noexcept = default;
};

/// Which frames matter: IKE with all its fragments, ICMP errors that quote it, of every ESP SPI the first and the
/// last packets, and the first and last frame of all, by which silence is measured.
class Selection {
 public:
  /// A datagram in clear that came in fragments.
  struct Whole {
    net::Datagram datagram;  ///< its payload is not set
    std::vector<std::uint8_t> payload;
  };

  explicit Selection(const net::Ports& ports) : dissector_{ports} {}

  void take(const Frame& frame);
  /// Ends it; call once, after the last frame.
  void finish();

  [[nodiscard]] bool contains(const Place& place) const { return kept_.contains(place); }
  /// Kept for its time alone: it says where the capture began or ended.
  [[nodiscard]] bool only_time(const Place& place) const { return marks_.contains(place); }
  /// Of a fragment of a datagram in clear, the whole; null for others.
  [[nodiscard]] const Whole* whole(const Place& place) const;
  /// A fragment of a message in clear that never became whole: what is in it cannot be read.
  [[nodiscard]] bool unreadable(const Place& place) const { return unreadable_.contains(place); }
  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

 private:
  struct Esp {
    std::uint64_t seen = 0;
    std::vector<Place> last;  // a ring
  };
  struct Group {
    Time begun{};
    bool ours = false;
    bool clear = false;  // its message is not encrypted
    std::shared_ptr<Whole> whole;
    std::vector<Place> fragments;
  };

  void esp(const Place& place, const net::PacketInfo& packet, std::uint32_t spi);
  void fragment(const Frame& frame, const Place& place, net::Dissector::Kind kind);
  void close(Group& group);
  void close_old(Time now);

  net::Dissector dissector_;
  std::uint64_t fragments_ = 0;
  std::set<Place> kept_;
  std::set<Place> marks_;
  std::set<Place> unreadable_;
  std::map<Place, std::shared_ptr<Whole>> wholes_;
  std::map<std::pair<std::pair<net::Address, net::Address>, std::uint32_t>, Esp> esp_;
  std::unordered_map<std::uint64_t, Group> groups_;
  bool any_ = false;
  Place last_;
};

}  // namespace ike::app
