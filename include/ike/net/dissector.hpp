#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/net/datagram.hpp"

namespace ike::net {

struct IpPacket;
struct Opened;
class Reassembler;

/// Which UDP ports are ours; anything else is left alone on its first octets. A datagram is ours when
/// its source or its destination port is in the list.
struct Ports {
  std::vector<std::uint16_t> extra;  ///< beyond 500 and 4500, which always are
};

/// What came of the frames so far; reports print it.
struct NetCounts {
  std::uint64_t frames = 0;
  std::uint64_t malformed =
      0;  ///< link, IP or UDP headers that contradict themselves; TCP and the like is not looked at
  std::uint64_t unknown_link = 0;          ///< frames of a link type that we cannot read
  std::uint64_t fragments = 0;             ///< IP fragments of UDP seen
  std::uint64_t fragments_unfinished = 0;  ///< datagrams, ours or of unknown ports, that still lack fragments
  std::uint64_t fragments_evicted = 0;     ///< datagrams given up because a limit was reached
  std::uint64_t cut = 0;                   ///< packets of ours that the snap length cut
  std::uint64_t by_content = 0;            ///< IKE on other ports than ours, known by its header
  std::uint64_t cisco_udp = 0;             ///< datagrams on UDP 10000, where Cisco's IPsec over UDP is
  std::uint64_t gdoi = 0;                  ///< datagrams on UDP 848 (RFC 6407)
  std::uint64_t bad_checksums = 0;         ///< IKE in one packet, captured whole, whose UDP or IPv4 checksum is wrong; taken all the same
  LinkType last_unknown_link{};
};

/// In what packets of ours came, and between which outer addresses, those of a switch that mirrors or of a tunnel.
struct Wrapping {
  std::uint64_t trail = 0;  ///< as Opened::trail
  Address outer[2];         ///< in ascending order; of no family when there is no outer IP header
  std::uint64_t packets = 0;
};
/// Distinct wrappings that are counted; further ones are not.
inline constexpr std::size_t max_wrappings = 16;

/// From a frame to the packet of ours in it (link layer, VLAN tags, tunnels, IP, UDP, ICMP). It
/// remembers nothing but unfinished IP fragments, bounded in number and octets, timed by packet time.
class Dissector {
 public:
  enum class Kind : std::uint8_t { other, udp, esp, icmp_error };

  explicit Dissector(Ports ports = {});
  ~Dissector();
  Dissector(Dissector&&) noexcept;
  Dissector& operator=(Dissector&&) noexcept;

  /// Looks into `frame`. The packet found, if any, is valid until the next call: read the member that
  /// the kind names.
  Kind dissect(const Frame& frame);

  [[nodiscard]] const Datagram& datagram() const noexcept { return datagram_; }
  [[nodiscard]] const EspPacket& esp() const noexcept { return esp_; }
  [[nodiscard]] const IcmpError& icmp_error() const noexcept { return icmp_; }
  [[nodiscard]] const NetCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const std::vector<Wrapping>& wrappings() const noexcept { return wrappings_; }
  /// Of the fragment that made counts().fragments grow last: a number that all fragments of its datagram share.
  [[nodiscard]] std::uint64_t fragment_group() const noexcept { return fragment_group_; }

 private:
  [[nodiscard]] bool ours(std::uint16_t port) const noexcept;
  [[nodiscard]] bool ours(const std::uint8_t* udp) const noexcept;
  bool read_ip(const Opened& opened, IpPacket& packet);
  void note_wrapping(std::uint64_t trail, const IpPacket& outer);
  Kind other_port(const Frame& frame, const IpPacket& packet);
  Kind look_into(const Frame& frame);
  Kind take_udp(const Frame& frame, const IpPacket& packet);
  Kind take_udp_here(const Frame& frame, const IpPacket& packet);  // the same, where what is known of a packet saves work
  Kind take_first_fragment(const Frame& frame, const IpPacket& packet);
  Kind take_fragment(const Frame& frame, const IpPacket& packet);
  Kind take_whole(const Frame& frame);
  Kind take_esp(const Frame& frame, const IpPacket& packet);
  Kind take_icmp(const Frame& frame, const IpPacket& packet);
  Kind fill_datagram(ByteView udp, std::uint32_t missing, bool snapped);
  void count_fragment(const IpPacket& packet);
  void count_fragments();

  Ports ports_;
  Datagram datagram_;
  EspPacket esp_;
  IcmpError icmp_;
  NetCounts counts_;
  std::uint64_t fragment_group_ = 0;
  std::vector<Wrapping> wrappings_;
  std::size_t last_wrapping_ = 0;  // most packets are wrapped like the one before
  std::unique_ptr<Reassembler> reassembler_;
};

}  // namespace ike::net
