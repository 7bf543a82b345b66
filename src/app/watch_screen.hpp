#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ike/report/event_text.hpp"
#include "tunnel_book.hpp"

namespace ike::app {

/// The lines of `watch` for people. No more of them in a second than one can be expected to want; what was left out is
/// counted in a line of its own.
class WatchScreen {
 public:
  WatchScreen(std::function<void(std::string_view)> write, bool colour, bool verbose) : write_{std::move(write)}, colour_{colour}, verbose_{verbose} {}

  void passing(const report::Passing& event);
  void icmp_error(const net::IcmpError& error);
  void change(const TunnelChange& change);
  void capture(Time now, std::string_view interface, std::string_view text);
  /// Time went on to `now`: says what was left out in the second before.
  void tick(Time now);

 private:
  /// What may take another's place neither; a flood of first messages takes only its own.
  enum Kind : std::uint8_t { first_messages, messages, errors, tunnels, kinds };

  bool room_for(Kind kind, Time now);
  void line(Time now, std::string_view text);

  std::function<void(std::string_view)> write_;
  bool colour_;
  bool verbose_;
  std::int64_t second_ = 0;
  std::array<std::uint32_t, kinds> written_{};
  std::array<std::uint64_t, kinds> left_out_{};
  std::string date_;
};

}  // namespace ike::app
