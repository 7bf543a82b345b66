#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "helper.hpp"
#include "ike/capture/live.hpp"
#include "packet_store.hpp"
#include "tunnel_book.hpp"

namespace ike::app {

/// What `watch` does besides telling: keeps packets, runs a command, writes to syslog, shows metrics. All through the helper.
class WatchOutlets {
 public:
  /// Forks the helper: call it before rights are used.
  WatchOutlets(const HelperOptions& options, std::vector<std::string> interfaces) : options_{options}, interfaces_{std::move(interfaces)}, helper_{options} {}

  void await() { helper_.await(); }
  void packet(const Frame& frame, const net::Address& a, const net::Address& b, bool answered);
  void change(const TunnelChange& change);
  /// Once a second or so.
  void measure(const TunnelBook& book, const track::TrackCounts& counts, const std::vector<capture::LiveCounts>& interfaces);

 private:
  using Pair = std::pair<net::Address, net::Address>;
  static constexpr std::size_t max_troubled = 10'000;

  static Pair pair_of(const net::Address& a, const net::Address& b) { return {std::min(a, b), std::max(a, b)}; }
  void write(const Frame& frame, std::string_view comment);
  void keep(const TunnelChange& change);
  bool too_many(const TunnelChange& change);

  const HelperOptions& options_;
  std::vector<std::string> interfaces_;
  Helper helper_;
  PacketStore store_;
  std::set<Pair> troubled_;       // whose packets go to the file as they come
  std::uint64_t stalls_ = 0;
  std::int64_t second_ = 0;
  unsigned unanswered_ = 0;       // stalls of that kind in this second
  std::uint64_t told_lost_ = 0;
  bool told_gone_ = false;
};

}  // namespace ike::app
