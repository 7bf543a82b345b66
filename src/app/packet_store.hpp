#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/net/endpoint.hpp"

namespace ike::app {

/// The newest packets between any two addresses, until it is known whether they are worth a file. Those of pairs where
/// nobody answers have a quarter of the room and push out only one another.
class PacketStore {
 public:
  explicit PacketStore(std::size_t max_octets = 32U << 20U) : max_octets_{max_octets} {}

  void add(const Frame& frame, const net::Address& a, const net::Address& b, bool answered);
  /// Gives what is kept of this pair, oldest first, and keeps it no longer.
  void take(const net::Address& a, const net::Address& b, const std::function<void(const Frame&)>& use);

  [[nodiscard]] std::size_t octets() const noexcept { return answered_.octets + unanswered_.octets; }

 private:
  struct One {
    Frame frame;
    std::vector<std::uint8_t> octets;
    net::Address low;
    net::Address high;
  };
  struct Ring {
    std::deque<One> packets;
    std::size_t octets = 0;
  };
  static std::size_t size(const One& one) { return one.octets.capacity() + sizeof one; }

  std::size_t max_octets_;
  Ring answered_;
  Ring unanswered_;
};

}  // namespace ike::app
