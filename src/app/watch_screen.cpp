#include "watch_screen.hpp"

#include <fmt/format.h>

namespace ike::app {
namespace {

constexpr std::array<std::uint32_t, 4> most_a_second{50, 500, 50, 100};
constexpr std::array<std::string_view, 4> nouns{"first messages", "messages", "ICMP errors", "changes of tunnels"};

}  // namespace

void WatchScreen::passing(const report::Passing& event) {
  if (!verbose_ && !report::is_news(event)) return;
  const Kind kind = event.header.responder_cookie == 0 ? first_messages : messages;
  if (room_for(kind, event.datagram.time)) line(event.datagram.time, report::event_line(event));
}

void WatchScreen::icmp_error(const net::IcmpError& error) {
  if (room_for(errors, error.time)) line(error.time, report::event_line(error));
}

void WatchScreen::change(const TunnelChange& change) {
  if (room_for(tunnels, change.time)) line(change.time, report::tunnel_line(change.time, change.now.row, change.tunnel, colour_));
}

void WatchScreen::capture(Time now, std::string_view interface, std::string_view text) { line(now, report::capture_line(now, interface, text)); }

void WatchScreen::tick(Time now) {
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second == second_) return;
  second_ = second;
  written_ = {};
  std::string text;
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    if (left_out_[kind] > 0) text += fmt::format("{}{} more {}", text.empty() ? "" : ", ", left_out_[kind], nouns[kind]);
  }
  left_out_ = {};
  if (!text.empty()) line(now, fmt::format("{}  ... and {}\n", report::clock_text(now), text));
}

bool WatchScreen::room_for(Kind kind, Time now) {
  tick(now);
  if (written_[kind] < most_a_second[kind]) {
    ++written_[kind];
    return true;
  }
  ++left_out_[kind];
  return false;
}

void WatchScreen::line(Time now, std::string_view text) {
  if (std::string date = report::date_text(now); date != date_) {
    date_ = std::move(date);
    write_(fmt::format("{} UTC\n", date_));
  }
  write_(text);
}

}  // namespace ike::app
