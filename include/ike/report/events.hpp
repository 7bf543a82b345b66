#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "ike/net/datagram.hpp"
#include "ike/report/report.hpp"

namespace ike::report {

/// One JSON object a line for what passes, as it passes (docs/report.md, "Events"), and for what is found when all
/// has passed. Keeps of each exchange only what tells its messages apart; of the oldest it forgets even that once
/// there are more than `max_exchanges`.
class EventStream {
 public:
  explicit EventStream(std::function<void(std::string_view)> write, std::uint32_t max_exchanges = 1U << 18U);
  ~EventStream();
  EventStream(EventStream&&) noexcept;
  EventStream& operator=(EventStream&&) noexcept;

  void datagram(const net::Datagram& datagram);
  void icmp_error(const net::IcmpError& error);
  /// The verdict of every tunnel, the findings of those in trouble, and the totals.
  void finish(const Report& report);
  /// Writes the lines that are complete: call it before waiting for more.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::report
