#include "other_packets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "../report/format.hpp"
#include "ike/isakmp/header.hpp"

namespace ike::app {
namespace {

std::string hex(ByteView octets, std::size_t most) {
  std::string text;
  for (const std::uint8_t octet : octets.first(std::min(octets.size(), most))) text += fmt::format("{:02x}", octet);
  return octets.size() > most ? text + "..." : text;
}

// What the quoted packet was, as far as the quote goes.
std::string quoted(const net::IcmpError& error) {
  std::string text = fmt::format("quotes {} -> {}", net::to_string(error.quoted_source), net::to_string(error.quoted_destination));
  if (error.quoted_protocol == 50) return text + ", ESP";
  if (error.quoted_fragment) return text + ", an IP fragment";
  const auto length = static_cast<std::uint32_t>(error.quoted_payload.size());
  const auto offset = isakmp::classify(error.quoted_payload, length, error.quoted_source.port, error.quoted_destination.port).offset;
  const ByteView message = error.quoted_payload.subspan(offset);
  if (message.size() >= 8) text += ", CKY-I " + isakmp::to_string_cookie(load_be64(message.data()));
  if (message.size() >= 16) text += ", CKY-R " + isakmp::to_string_cookie(load_be64(message.data() + 8));
  return text;
}

}  // namespace

void OtherPackets::add(Row row) {
  row.last = row.first;
  row.last_sequence = row.first_sequence;
  const auto same = std::ranges::find_if(rows_, [&](const Row& kept) {
    return kept.what == row.what && kept.first.file == row.first.file && kept.first.source == row.first.source && kept.first.destination == row.first.destination;
  });
  if (same != rows_.end()) {
    ++same->count;
    same->last = row.first;
    same->last_sequence = row.first_sequence;
  } else if (rows_.size() < max_rows) {
    rows_.push_back(std::move(row));
  } else {
    ++left_out_;
  }
}

void OtherPackets::esp(const net::EspPacket& packet) {
  add({.first = packet, .last = {}, .what = fmt::format("ESP{} SPI 0x{:08x}", packet.in_udp ? " in UDP" : "", packet.spi), .details = {}, .first_sequence = packet.sequence, .has_sequence = true});
}

void OtherPackets::esp(const net::Datagram& datagram, std::size_t offset) {
  const ByteView octets = datagram.payload.subspan(offset);
  Row row{.first = datagram, .last = {}, .what = "ESP in UDP", .details = {}};
  if (octets.size() >= 4) row.what += fmt::format(" SPI 0x{:08x}", load_be32(octets.data()));
  row.has_sequence = octets.size() >= 8;
  if (row.has_sequence) row.first_sequence = load_be32(octets.data() + 4);
  add(std::move(row));
}

void OtherPackets::keepalive(const net::Datagram& datagram) { add({.first = datagram, .last = {}, .what = "NAT keepalive", .details = {}}); }

void OtherPackets::icmp_error(const net::IcmpError& error) {
  std::string what = fmt::format("ICMP{} {} ({}/{})", error.v6 ? "v6" : "", report::icmp_text(error), error.type, error.code);
  if (error.mtu != 0) what += fmt::format(", MTU {}", error.mtu);
  add({.first = error, .last = {}, .what = what + ", " + quoted(error), .details = {}});
}

void OtherPackets::unknown(const net::Datagram& datagram) {
  add({.first = datagram, .last = {}, .what = "neither IKE nor ESP",
       .details = datagram.sent_length == 0 ? ", no octets" : fmt::format(", {} octets: {}", datagram.sent_length, hex(datagram.payload, 32))});
}

std::string OtherPackets::take(const std::function<std::string(const net::PacketInfo&, const net::PacketInfo&)>& head) {
  std::string text;
  for (const Row& row : rows_) {
    text += head(row.first, row.last) + row.what;
    if (row.has_sequence && row.count == 1) text += fmt::format(", sequence {}", row.first_sequence);
    if (row.has_sequence && row.count > 1) text += fmt::format(", sequence {} to {}", row.first_sequence, row.last_sequence);
    text += row.count == 1 ? row.details : fmt::format(", {} packets", row.count);
    text += '\n';
  }
  if (left_out_ > 0) text += fmt::format("and {} of further flows, not shown\n", report::counted(left_out_, "packet"));
  rows_.clear();
  left_out_ = 0;
  return text;
}

}  // namespace ike::app
