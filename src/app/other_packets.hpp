#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/net/datagram.hpp"

namespace ike::app {

/// What passes between the messages that `decode` prints: ESP, NAT keepalives, ICMP errors, and what on an IKE port
/// is none of these. One line each; packets alike that pass between two messages are one line together.
class OtherPackets {
 public:
  /// Lines between two messages. Further flows are counted in one more line.
  static constexpr std::size_t max_rows = 16;

  void esp(const net::EspPacket& packet);
  void esp(const net::Datagram& datagram, std::size_t offset);
  void keepalive(const net::Datagram& datagram);
  void icmp_error(const net::IcmpError& error);
  /// Neither IKE nor ESP nor keepalive.
  void unknown(const net::Datagram& datagram);

  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// The lines gathered so far, in order of first packet, and none left behind. `head` gives "packet 7  TIME  ".
  std::string take(const std::function<std::string(const net::PacketInfo& first, const net::PacketInfo& last)>& head);

 private:
  struct Row {
    net::PacketInfo first;
    net::PacketInfo last;
    std::string what;       // "ESP SPI 0x11223344"; rows of the same words and endpoints are one
    std::string details;    // of the first, where there is but one
    std::uint32_t first_sequence = 0;
    std::uint32_t last_sequence = 0;
    bool has_sequence = false;
    std::uint64_t count = 1;
  };
  void add(Row row);

  std::vector<Row> rows_;
  std::uint64_t left_out_ = 0;
};

}  // namespace ike::app
