#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ike/base/bytes.hpp"
#include "ike/base/time.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/net/endpoint.hpp"

namespace ike::isakmp {

/// Puts Cisco and Microsoft IKE fragments (payload 132) together. Bounded: at most max_open messages and
/// max_octets held, the oldest given up first; fragments older than `timeout` of packet time are given up.
class FragmentAssembler {
 public:
  static constexpr std::size_t max_open = 256;
  static constexpr std::size_t max_octets = 4U << 20U;
  static constexpr Duration timeout = std::chrono::seconds{30};

  struct Whole {
    ByteView octets;              ///< a whole ISAKMP message, header included; valid until the next add()
    std::uint64_t first_packet = 0;  ///< packet number of the fragment that came first
    unsigned fragments = 0;
  };

  /// Takes the single IkeFragment payload of `message`, sent from `source` to `destination` at `time` in
  /// packet `packet`. Gives the whole message when this fragment was the last one missing.
  std::optional<Whole> add(const Message& message, const IkeFragment& fragment, const net::Endpoint& source, const net::Endpoint& destination, Time time, std::uint64_t packet);

  /// Messages given up unfinished: too old, too many, or contradictory.
  [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }

 private:
  struct Open {
    Cookie initiator_cookie, responder_cookie;
    net::Address source, destination;
    std::uint16_t id;
    Time first_time;
    std::uint64_t first_packet;
    std::uint8_t last_number = 0;  // 0 until the fragment with the last flag came
    Header header;
    std::vector<std::vector<std::uint8_t>> parts;  // by number - 1
    std::size_t octets = 0;
    unsigned present = 0;
  };
  std::vector<Open> open_;
  std::vector<std::uint8_t> whole_;
  std::size_t octets_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace ike::isakmp
