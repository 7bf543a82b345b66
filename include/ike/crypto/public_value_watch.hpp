#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ike/crypto/public_value.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/net/datagram.hpp"

namespace ike::crypto {

/// Holds the public values that pass in clear in phase 1 against the group chosen: no key is needed for that. It remembers
/// the group of the newest phase 1s, and costs next to nothing where a value looks like most do.
class PublicValueWatch {
 public:
  /// A value, however often it was sent.
  struct Bad {
    net::PacketInfo packet;           ///< that brought it first
    isakmp::Cookie initiator = 0;
    isakmp::Group group{};
    PublicValueCheck fault{};
  };
  static constexpr std::size_t max_bad = 64;        ///< told
  static constexpr std::size_t max_points = 65536;  ///< of elliptic curves that are looked at: each costs some microseconds

  void see(const isakmp::Message& message, const net::PacketInfo& packet);

  [[nodiscard]] const std::vector<Bad>& bad() const noexcept { return bad_; }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }  ///< bad ones beyond max_bad, resends included

 private:
  struct Chosen {
    isakmp::Cookie initiator = 0;
    isakmp::Group group{};
  };
  void check(ByteView value, const Chosen& chosen, const net::PacketInfo& packet);

  static constexpr std::size_t slots = 1024;  // phase 1s at once; a newer one takes an older one's place
  std::array<Chosen, slots> chosen_{};
  std::vector<Bad> bad_;
  std::uint64_t left_out_ = 0;
  std::size_t points_ = 0;
};

}  // namespace ike::crypto
