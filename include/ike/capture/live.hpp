#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/capture/source.hpp"

namespace ike::capture {

struct LiveOptions {
  std::vector<std::string> interfaces{};     ///< Frame::file counts them
  std::vector<std::uint16_t> ports{};        ///< beyond 500 and 4500
  bool esp = false;
  bool decap = false;                        ///< also what travels in GRE, VXLAN or Geneve
  std::string only{};                        ///< an expression of pcap-filter(7) that a frame must meet besides; empty: none
  int buffer = 32 << 20;                     ///< octets of the kernel's ring, per interface
  int snap_length = 2048;
  std::chrono::milliseconds timeout{100};    ///< how long the kernel may keep a frame before we see it
};

/// What the kernel passes to us: ISAKMP on UDP 500, on 4500 behind a non-ESP marker, and on `ports` with or
/// without; ICMP and ICMPv6 errors; IP fragments of UDP. `esp` adds ESP, native and in UDP 4500, `decap` the
/// tunnels GRE, VXLAN and Geneve as they are. With `vlans` all of it untagged, with one VLAN tag or with two. An
/// expression for pcap-filter(7).
std::string filter_expression(const LiveOptions& options, bool vlans = true);
std::string filter_expression(const std::vector<std::uint16_t>& ports, bool esp, bool vlans = true);
/// Throws CaptureError, with libpcap's words, when `expression` is none for Ethernet.
void check_filter(const std::string& expression);

/// What passed one interface so far.
struct LiveCounts {
  std::string interface;
  std::uint64_t received = 0;        ///< frames that passed the filter
  std::uint64_t kernel_drops = 0;    ///< of those, lost because the ring was full
  std::uint64_t interface_drops = 0; ///< lost by the network card or its driver
  bool down = false;                 ///< it can't be read at the moment
  bool gone = false;                 ///< ... and never will be again
};

/// Frames from network interfaces as they pass (libpcap; on Linux TPACKET_V3 rings, promiscuous). Those of
/// several interfaces are given in order of time. An interface that goes away and comes back is opened again.
class LiveSource {
 public:
  /// Opens every interface; throws CaptureError that says what to do about it.
  explicit LiveSource(const LiveOptions& options);
  ~LiveSource();
  LiveSource(LiveSource&&) noexcept;
  LiveSource& operator=(LiveSource&&) noexcept;

  /// Waits at most `wait` for frames, gives what came to `take` and returns how many that were. A frame and
  /// its octets are valid during the call of `take`. Returns early when `wake` (a descriptor; -1: none) can be read.
  std::size_t read(std::chrono::milliseconds wait, const std::function<void(const Frame&)>& take, int wake = -1);
  /// Gives what the kernel still holds, after one timeout: then as much was given as was received. For the end.
  void drain(const std::function<void(const Frame&)>& take);

  /// From now on an interface that was removed stays so, though it be made anew: for who gives up the right to open one.
  void open_no_more();

  [[nodiscard]] std::vector<LiveCounts> counts();
  [[nodiscard]] std::vector<LinkType> link_types() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::capture
