#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ike/isakmp/ike_fragments.hpp"
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

  /// A message that came in pieces of IKE fragmentation.
  struct InPieces {
    net::Endpoint source;
    net::Endpoint destination;
    std::vector<std::uint8_t> message;
    std::vector<std::size_t> sizes;  ///< of its pieces, the last of which ends with it
  };
  static constexpr std::size_t max_in_pieces = 16U << 20U;  ///< octets of such messages held

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
  /// Each of them once, however often it was sent.
  [[nodiscard]] const std::vector<InPieces>& in_pieces() const noexcept { return in_pieces_; }

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
  void piece(const net::Datagram& datagram, std::size_t offset);
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
  isakmp::Message message_;
  isakmp::FragmentAssembler assembler_;
  std::map<std::tuple<isakmp::Cookie, net::Address, std::uint32_t, std::uint16_t>, std::map<std::uint8_t, std::size_t>> piece_sizes_;
  std::vector<InPieces> in_pieces_;
  std::set<std::vector<std::uint8_t>> messages_in_pieces_;
  std::size_t octets_in_pieces_ = 0;
  bool any_ = false;
  Place last_;
};

}  // namespace ike::app
