// Frames one after another, each: link type, seconds since the last, octets missing, then its octets as a piece.
#include <array>

#include "fuzz/input.hpp"
#include "ike/net/dissector.hpp"

namespace {

using namespace ike;
using enum LinkType;

constexpr std::array links{ethernet, null, ppp, raw_old, raw_openbsd, ppp_hdlc, pppoe, raw, loop, linux_sll, ipv4, ipv6, linux_sll2, LinkType{147}};

std::uint64_t sum(ByteView octets) {
  std::uint64_t total = 0;
  for (const auto octet : octets) total += octet;  // so that a view past its store is seen
  return total;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in{{data, size}};
  net::Dissector dissector{{{848}}};
  Frame frame;
  std::uint64_t total = 0;
  while (in.more()) {
    frame.link = links[in.u8("link") % links.size()];
    frame.time += std::chrono::seconds{in.u8("seconds")};
    const unsigned missing = in.u8("missing");
    const auto octets = fuzz::piece(in);
    frame.number += 1;
    frame.octets = octets;
    frame.wire_length = static_cast<std::uint32_t>(octets.size() + missing);
    switch (dissector.dissect(frame)) {
      case net::Dissector::Kind::other: break;
      case net::Dissector::Kind::udp:
        fuzz::require(dissector.datagram().payload.size() <= dissector.datagram().sent_length);
        fuzz::require(dissector.datagram().completes < frame.number);
        total += sum(dissector.datagram().payload);
        break;
      case net::Dissector::Kind::esp: total += dissector.esp().spi; break;
      case net::Dissector::Kind::icmp_error: total += sum(dissector.icmp_error().quoted_payload); break;
    }
  }
  fuzz::require(dissector.counts().frames == frame.number);
  return total == ~std::uint64_t{0} ? 1 : 0;
}
