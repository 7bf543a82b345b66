#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ike/base/frame.hpp"

/// Packets, frames and capture files for tests, built from the inside out:
///
///     const auto packet = udp({.source = "192.0.2.1", .destination = "198.51.100.2"}, 500, 500, message);
///     const auto frame = ethernet(packet, {{0x8100, 42}});
///     write_file("x.pcap", pcap({{.octets = frame}}));
namespace ike::test {

using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes left, const Bytes& right);
/// Octets of a hex string; blanks are skipped.
Bytes hex(std::string_view text);
/// `count` octets that differ from one another and from run to run of `seed`.
Bytes pattern(std::size_t count, std::uint8_t seed = 0);
/// `value` in network order.
Bytes be16(std::uint32_t value);
Bytes be32(std::uint32_t value);
Bytes be64(std::uint64_t value);

// --- IP ------------------------------------------------------------------------------------------------

/// An IPv6 extension header as it stands after its next header octet: for hop-by-hop (0), routing (43),
/// destination options (60), mobility (135) and AH (51) the body is padded and its length octet set.
struct Extension {
  std::uint8_t type = 0;
  Bytes body{};
};

/// The fields of an IP header; a colon in the addresses makes it IPv6.
struct Ip {
  std::string source = "192.0.2.1";
  std::string destination = "198.51.100.2";
  std::uint32_t id = 1;  ///< IPv4 identification; IPv6: fragments() takes its own
  std::uint8_t ttl = 64;
  Bytes options{};                      ///< IPv4, padded to four octets
  std::vector<Extension> extensions{};  ///< IPv6 (AH in IPv4, too)
};

/// An IP packet with correct checksum and lengths.
Bytes ip(const Ip& header, std::uint8_t protocol, const Bytes& payload);
/// An IP packet with one UDP datagram, checksums correct.
Bytes udp(const Ip& header, std::uint16_t source_port, std::uint16_t destination_port, const Bytes& payload);
/// An IP packet of protocol 50 with `length` octets after the sequence number.
Bytes esp(const Ip& header, std::uint32_t spi, std::uint32_t sequence, std::size_t length = 64);
/// What ESP in UDP has as payload.
Bytes esp_payload(std::uint32_t spi, std::uint32_t sequence, std::size_t length = 64);
/// An ICMP or (IPv6 header) ICMPv6 message that quotes at most `keep` octets of `quoted`. `rest` is the word
/// after the checksum: the MTU stands there in its low 16 (v4) or 32 (v6) bits.
Bytes icmp_error(const Ip& header, std::uint8_t type, std::uint8_t code, const Bytes& quoted, std::uint32_t rest = 0,
                 std::size_t keep = 1200);
/// `packet` in `count` fragments of about the same size, in order. IPv6: the fragment header stands after the
/// hop-by-hop and routing headers and has `id6`.
std::vector<Bytes> fragments(const Bytes& packet, std::size_t count, std::uint32_t id6 = 0x01020304);

// --- Tunnels: a whole outer IP packet each ---------------------------------------------------------------

struct Gre {
  bool checksum = false;
  bool key = false;
  bool sequence = false;
};
/// IP-in-IP, 6in4, 4in6, by the inner version.
Bytes ip_in_ip(const Ip& outer, const Bytes& packet);
Bytes gre(const Ip& outer, const Bytes& packet, const Gre& options = {});
/// Transparent Ethernet bridging.
Bytes gre_ethernet(const Ip& outer, const Bytes& frame, const Gre& options = {});
/// ERSPAN type 1, 2 or 3; `subheader`: type 3 with its platform specific subheader.
Bytes erspan(const Ip& outer, const Bytes& frame, unsigned type, bool subheader = false);
Bytes vxlan(const Ip& outer, const Bytes& frame, std::uint32_t vni = 5000);
/// `options`: octets of options, a multiple of four.
Bytes geneve(const Ip& outer, const Bytes& frame, const Bytes& options = {});

// --- Links -----------------------------------------------------------------------------------------------

struct Tag {
  std::uint16_t tpid = 0x8100;
  std::uint16_t id = 1;
};
/// `packet` in an Ethernet frame, padded to 60 octets, with `tags` from the outside in.
Bytes ethernet(const Bytes& packet, const std::vector<Tag>& tags = {});
/// An Ethernet frame of any type, not padded.
Bytes ethernet_of(std::uint16_t ether_type, const Bytes& payload, const std::vector<Tag>& tags = {});
/// With a stack of MPLS labels.
Bytes ethernet_mpls(const Bytes& packet, const std::vector<std::uint32_t>& labels, const std::vector<Tag>& tags = {});
/// PPPoE header and PPP protocol, as LinkType::pppoe begins.
Bytes pppoe(const Bytes& packet);
Bytes ethernet_pppoe(const Bytes& packet, const std::vector<Tag>& tags = {});
Bytes sll(const Bytes& packet, const std::vector<Tag>& tags = {});
Bytes sll2(const Bytes& packet, const std::vector<Tag>& tags = {});
/// BSD loopback; `family6` is 24, 28 or 30 according to the system.
Bytes null_link(const Bytes& packet, bool big_endian = false, std::uint32_t family6 = 30);
Bytes ppp(const Bytes& packet, bool address_control = true);

/// A Frame that views `octets`: keep them while you read what was found in it.
Frame frame_of(const Bytes& octets, LinkType link = LinkType::ethernet, std::uint64_t number = 1, double seconds = 0);
/// The same cut after `keep` octets by a snap length.
Frame cut_frame(const Bytes& octets, std::size_t keep, LinkType link = LinkType::ethernet, std::uint64_t number = 1);

// --- Capture files -----------------------------------------------------------------------------------------

/// A frame to be written. `wire_length` 0: as many as `octets`.
struct Record {
  std::int64_t nanoseconds = 0;  ///< since the Unix epoch
  Bytes octets{};
  std::uint32_t wire_length = 0;
  std::uint32_t interface = 0;  ///< pcapng
  std::uint64_t drops = 0;      ///< pcapng epb_dropcount; 0: no such option
};

struct PcapOptions {
  LinkType link = LinkType::ethernet;
  bool nanoseconds = false;
  bool big_endian = false;
  std::uint32_t snap_length = 262144;
};
Bytes pcap(const std::vector<Record>& records, const PcapOptions& options = {});

struct PcapngOption {
  std::uint16_t code = 0;
  Bytes value{};
};
struct PcapngInterface {
  LinkType link = LinkType::ethernet;
  std::uint32_t snap_length = 262144;
  std::uint8_t resolution = 6;  ///< if_tsresol as on the wire (high bit: power of two); 6 is not written
  std::vector<PcapngOption> options{};
};
struct PcapngSection {
  std::vector<PcapngInterface> interfaces{};
  std::vector<Record> records{};
  bool big_endian = false;
  bool length_known = false;  ///< section length written instead of -1
  std::vector<PcapngOption> options{};
};
/// Section header, interface descriptions and enhanced packet blocks of each section.
Bytes pcapng(const std::vector<PcapngSection>& sections);
/// One pcapng block of any type.
Bytes pcapng_block(std::uint32_t type, const Bytes& body, bool big_endian = false);

/// Throws std::runtime_error when it cannot.
void write_file(const std::string& path, const Bytes& octets);

// --- ISAKMP --------------------------------------------------------------------------------------------------

/// The header of a message; numbers are the wire's, so that wrong ones can be written, too.
struct Isakmp {
  std::uint64_t initiator_cookie = 0x1111111111111111;
  std::uint64_t responder_cookie = 0;
  std::uint8_t exchange = 2;  ///< Identity Protection
  std::uint8_t flags = 0;
  std::uint32_t message_id = 0;
  std::uint8_t version = 0x10;
};

/// One payload: its type and what follows its generic header.
struct Part {
  std::uint8_t type = 0;
  Bytes body{};
};

/// Header and chain, next payload fields and lengths set.
Bytes isakmp(const Isakmp& header, const std::vector<Part>& parts);
/// A chain without header, as it stands encrypted in phase 2; the first one's type is parts[0].type.
Bytes chain(const std::vector<Part>& parts);
/// A message of `length` octets with the encryption flag and octets that no key opens.
Bytes isakmp_encrypted(Isakmp header, std::uint8_t first_payload, std::size_t length, std::uint8_t seed = 0);
/// The same message after a non-ESP marker.
Bytes with_marker(const Bytes& message);

Bytes basic(std::uint16_t type, std::uint16_t value);    ///< attribute, TV
Bytes variable(std::uint16_t type, const Bytes& value);  ///< attribute, TLV

struct TransformSpec {
  std::uint8_t id = 1;  ///< KEY_IKE
  Bytes attributes{};   ///< basic(..) + variable(..)
};
struct ProposalSpec {
  std::uint8_t protocol = 1;  ///< ISAKMP
  Bytes spi{};
  std::vector<TransformSpec> transforms{};
};
/// Attributes of a phase 1 transform: 3DES or AES with key length, hash, authentication, group, seconds.
Bytes phase1(std::uint16_t encryption, std::uint16_t key_length, std::uint16_t hash, std::uint16_t auth,
             std::uint16_t group, std::uint32_t seconds = 86400);

Part sa(const std::vector<ProposalSpec>& proposals, std::uint32_t doi = 1, std::uint32_t situation = 1);
Part ke(std::size_t octets = 128, std::uint8_t seed = 7);
Part nonce(std::size_t octets = 20, std::uint8_t seed = 9);
Part identification(std::uint8_t type, const Bytes& data, std::uint8_t protocol = 17, std::uint16_t port = 500);
Part hash(std::size_t octets = 20, std::uint8_t seed = 3);
Part vid(const Bytes& value);
Part notify(std::uint16_t type, const Bytes& data = {}, std::uint8_t protocol = 1, const Bytes& spi = {},
            std::uint32_t doi = 1);
Part remove(std::uint8_t protocol, const std::vector<Bytes>& spis, std::uint32_t doi = 1);  ///< Delete
Part nat_d(std::size_t octets = 20, std::uint8_t seed = 5);

}  // namespace ike::test
