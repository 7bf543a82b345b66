#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ike/isakmp/header.hpp"
#include "ike/isakmp/registry.hpp"
#include "ike/net/datagram.hpp"
#include "ike/report/report.hpp"

namespace ike::report {

/// One message as EventStream tells it to who wants no JSON. Views last as long as the call.
struct Passing {
  enum class Kind : std::uint8_t { message, resend, copy };
  Kind kind = Kind::message;
  const net::Datagram& datagram;
  const isakmp::Header& header;
  std::span<const isakmp::PayloadType> payloads{};
  std::optional<std::uint16_t> notify{};  ///< in clear
  bool begins = false;                    ///< its exchange is seen for the first time
  bool from_the_beginning = true;         ///< false: phase 1, and message 1 was not seen
  std::uint8_t number = 0;                ///< place in its exchange; 0: none
  std::uint16_t times_sent = 1;
  Duration since{};                       ///< it was last sent, when it is sent again
};

/// Tunnel `number` as it stands now in one JSON object: its verdict, its findings with causes and what to check.
std::string tunnel_json(std::uint32_t number, const TunnelRow& row, const TunnelReport& opened, Time now);

/// One JSON object a line for what passes, as it passes (docs/report.md, "Events"), and for what is found when all
/// has passed. Keeps of each exchange only what tells its messages apart; of the oldest it forgets even that once
/// there are more than `max_exchanges`.
class EventStream {
 public:
  explicit EventStream(std::function<void(std::string_view)> write, std::uint32_t max_exchanges = 1U << 18U);
  /// The same, told to `tell` in place of written; finish() and tunnel() are not for this one.
  explicit EventStream(std::function<void(const Passing&)> tell, std::uint32_t max_exchanges = 1U << 18U);
  ~EventStream();
  EventStream(EventStream&&) noexcept;
  EventStream& operator=(EventStream&&) noexcept;

  /// A frame of any kind was read: the first one is where `seconds` count from.
  void frame(Time time);
  void datagram(const net::Datagram& datagram);
  void icmp_error(const net::IcmpError& error);
  /// How tunnel `number` stands now, with its findings when it is in trouble: an object of the report each, and the time.
  void tunnel(std::uint32_t number, const TunnelRow& row, const TunnelReport& opened, Time now);
  /// Something about the capture itself: `what` is "drops" or "interface".
  void capture(std::string_view what, std::string_view interface, std::string_view text, std::uint64_t count, Time now);
  /// The objects of the report: every tunnel with its exchanges and findings, and at the end the capture, with event
  /// `last`. `number` gives a tunnel's number where it is another one than in the report.
  void finish(const Report& report, std::string_view last = "complete", const std::function<std::uint32_t(const TunnelRow&)>& number = {});
  /// Writes the lines that are complete: call it before waiting for more.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::report
