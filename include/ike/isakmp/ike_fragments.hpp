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
  static constexpr std::size_t max_message = 64U << 10U;  ///< of one message; UDP limits IKE to it (MS-IKEE 2.2.3.1)
  static constexpr Duration timeout = std::chrono::seconds{30};

  struct Whole {
    ByteView octets;              ///< a whole ISAKMP message, header included; valid until the next add()
    std::uint64_t first_packet = 0;  ///< packet number of the fragment that came first
    unsigned fragments = 0;
  };

  /// Takes the single IkeFragment payload of `message`, sent from `source` to `destination` at `time` in
  /// packet `packet`. Gives the whole message when this fragment was the last one missing. A message sent
  /// again in fragments is given again, when all of them have been seen again.
  std::optional<Whole> add(const Message& message, const IkeFragment& fragment, const net::Endpoint& source, const net::Endpoint& destination, Time time, std::uint64_t packet);

  /// Messages given up unfinished: too old, too many, too long, or contradictory.
  [[nodiscard]] std::uint64_t given_up() const noexcept { return given_up_; }
  /// Fragments not taken because they contradict themselves or their message: number 0, a second last one,
  /// a number above the last.
  [[nodiscard]] std::uint64_t discarded() const noexcept { return discarded_; }
  /// Octets of fragments held.
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

 private:
  struct Part {
    std::vector<std::uint8_t> data;
    bool held = false;
    bool seen = false;  // in this sending of the message
  };
  struct Open {
    Cookie initiator_cookie = 0, responder_cookie = 0;
    net::Address source, destination;
    std::uint32_t message_id = 0;
    ExchangeType exchange_type{};
    std::uint16_t id = 0;
    Time first_time{};               // of this sending
    Time latest_time{};
    std::uint64_t first_packet = 0;  // of this sending
    std::uint8_t last_number = 0;    // 0 until the fragment with the last flag came
    bool whole = false;              // was whole once, and is kept to know copies and resends of its fragments
    Header header;                   // of fragment 1
    PayloadType first_payload{};     // what the payload header in fragment 1 says follows
    std::vector<Part> parts;         // by number - 1
    std::size_t octets = 0;
    unsigned seen = 0;
  };

  void expire(Time time);
  void drop(std::size_t at);
  void clear(Open& open);
  void start_sending(Open& open, Time time, std::uint64_t packet) const;
  std::size_t open_for(const Message& message, const IkeFragment& fragment, const net::Endpoint& source, const net::Endpoint& destination, Time time, std::uint64_t packet);
  static bool contradicts(const Open& open, const IkeFragment& fragment);
  bool store(std::size_t& at, const Message& message, const IkeFragment& fragment);
  bool assemble(const Open& open);

  std::vector<Open> open_;  // in the order in which they were begun
  std::vector<std::uint8_t> whole_;
  std::size_t octets_ = 0;
  std::uint64_t given_up_ = 0;
  std::uint64_t discarded_ = 0;
};

}  // namespace ike::isakmp
