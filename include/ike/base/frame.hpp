#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"
#include "ike/base/time.hpp"

namespace ike {

/// How a frame's first octets are to be read: the LINKTYPE_ numbers that pcap and pcapng files carry.
/// Any number may occur; those below are the ones we can look into.
enum class LinkType : std::uint16_t {
  null = 0,         ///< BSD loopback, address family in host order of the writer
  ethernet = 1,
  ppp = 9,
  raw_old = 12,     ///< raw IP, as some systems number it (DLT_RAW)
  raw_openbsd = 14, ///< raw IP, OpenBSD's DLT_RAW
  ppp_hdlc = 50,
  pppoe = 51,
  raw = 101,        ///< raw IP, version told by the first nibble
  loop = 108,       ///< OpenBSD loopback, address family in network order
  linux_sll = 113,  ///< Linux cooked capture v1
  ipv4 = 228,
  ipv6 = 229,
  linux_sll2 = 276, ///< Linux cooked capture v2
};

/// One captured frame. `octets` is valid until the next frame is read.
struct Frame {
  std::uint64_t number = 0;       ///< from 1 in its file, as Wireshark counts
  Time time{};
  std::uint32_t wire_length = 0;  ///< octets on the wire; more than octets.size() when the snap length cut
  std::uint16_t file = 0;         ///< index into the list of captures
  LinkType link = LinkType::ethernet;
  ByteView octets;
};

}  // namespace ike
