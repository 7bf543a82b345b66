#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ike/net/dissector.hpp"
#include "ike/track/tracker.hpp"
#include "support/packets.hpp"

/// Messages built octet by octet, sent past a tracker, and what it made of them as one line.
namespace ike::track {

using namespace ike::test;

inline constexpr std::uint64_t cky_i = 0x1111111111111111;
inline constexpr std::uint64_t cky_r = 0x2222222222222222;

/// The pair of cookies that messages bear.
struct Cookies {
  std::uint64_t initiator = cky_i;
  std::uint64_t responder = cky_r;
};

/// Message `number` of Main Mode; `seed` makes other octets of it.
inline Bytes mm(unsigned number, Cookies cookies = {}, std::uint8_t seed = 0) {
  const Isakmp header{.initiator_cookie = cookies.initiator, .responder_cookie = number == 1 ? 0 : cookies.responder};
  const auto salt = static_cast<std::uint8_t>(16 * number + seed);
  const Part offer =
      sa({{.protocol = 1, .spi = {}, .transforms = {{.id = 1, .attributes = phase1(7, 256, 4, 1, 14)}}}});
  if (number <= 2) return test::isakmp(header, {offer, vid(pattern(16, salt))});
  if (number <= 4) return test::isakmp(header, {ke(256, salt), nonce(32, salt)});
  return isakmp_encrypted(header, 5, 108, salt);
}

/// Message `number` of Aggressive Mode; the third one encrypted or, with `clear`, not (RFC 2409 allows both).
inline Bytes am(unsigned number, Cookies cookies = {}, bool clear = false) {
  const Isakmp header{
      .initiator_cookie = cookies.initiator, .responder_cookie = number == 1 ? 0 : cookies.responder, .exchange = 4};
  const auto salt = static_cast<std::uint8_t>(128 + number);
  const Part offer =
      sa({{.protocol = 1, .spi = {}, .transforms = {{.id = 1, .attributes = phase1(7, 256, 4, 1, 14)}}}});
  std::vector<Part> parts{offer, ke(256, salt), nonce(32, salt), identification(1, {192, 0, 2, 1})};
  if (number == 2) parts.push_back(hash(32, salt));
  if (number <= 2) return test::isakmp(header, parts);
  return clear ? test::isakmp(header, {hash(32, salt)}) : isakmp_encrypted(header, 8, 108, salt);
}

/// An encrypted message below phase 1: Quick Mode (32), Transaction (6) or Informational (5).
inline Bytes sealed(std::uint8_t exchange, std::uint32_t message_id, std::uint8_t seed, Cookies cookies = {},
                    std::size_t length = 188) {
  return isakmp_encrypted({.initiator_cookie = cookies.initiator,
                           .responder_cookie = cookies.responder,
                           .exchange = exchange,
                           .message_id = message_id},
                          8, length, seed);
}

/// An Informational in clear with one notify.
inline Bytes clear_notify(std::uint16_t type, Cookies cookies = {}, std::uint32_t message_id = 0) {
  return test::isakmp({.initiator_cookie = cookies.initiator,
                       .responder_cookie = cookies.responder,
                       .exchange = 5,
                       .message_id = message_id},
                      {notify(type)});
}

/// How a datagram travels. `id`: IP identification; left alone, each packet has its own.
struct Hop {
  std::string source = "192.0.2.1";
  std::string destination = "198.51.100.2";
  std::uint16_t source_port = 500;
  std::uint16_t destination_port = 500;
  std::uint32_t id = 0x10000;
  std::uint8_t ttl = 64;

  [[nodiscard]] Hop back() const { return {destination, source, destination_port, source_port, id, ttl}; }
};
inline const Hop over{};  ///< from the initiator to the responder
inline const Hop answer = over.back();
inline const Hop over_4500{.source_port = 4500, .destination_port = 4500};

/// Stands on the wire and shows the tracker what passes.
class Observer {
 public:
  explicit Observer(Limits limits = {}) : tracker_{limits} {}

  /// An IP packet, of which a snap length may keep the first octets only; gives its packet number.
  std::uint64_t packet(double at, const Bytes& octets, std::size_t keep = SIZE_MAX) {
    Frame frame = frame_of(octets, LinkType::raw, ++packets_, 1'700'000'000 + at);
    frame.octets = frame.octets.first(std::min(keep, octets.size()));
    frame.file = file_;
    switch (dissector_.dissect(frame)) {
      case net::Dissector::Kind::other:
        break;
      case net::Dissector::Kind::udp:
        tracker_.datagram(dissector_.datagram());
        break;
      case net::Dissector::Kind::esp:
        tracker_.esp(dissector_.esp());
        break;
      case net::Dissector::Kind::icmp_error:
        tracker_.icmp_error(dissector_.icmp_error());
        break;
    }
    return packets_;
  }
  /// Packets that follow are of the next file, numbered from 1.
  void next_file() {
    ++file_;
    packets_ = 0;
  }
  /// A message, after a non-ESP marker when it goes to or from port 4500.
  std::uint64_t send(double at, const Hop& hop, const Bytes& message) { return packet(at, wire(hop, message)); }

  /// The IP packet that send() would show.
  Bytes wire(const Hop& hop, const Bytes& message) {
    const auto id = hop.id == 0x10000 ? ++ids_ : hop.id;
    const bool marked = hop.source_port == 4500 || hop.destination_port == 4500;
    return udp({.source = hop.source, .destination = hop.destination, .id = id, .ttl = hop.ttl}, hop.source_port,
               hop.destination_port, marked ? with_marker(message) : message);
  }

  [[nodiscard]] const TrackCounts& counts() const { return tracker_.counts(); }
  [[nodiscard]] const Tracker& tracker() const { return tracker_; }

  [[nodiscard]] std::vector<Tunnel> tunnels() const {
    std::vector<Tunnel> all;
    for (std::uint32_t pair = 0; pair < tracker_.pairs(); ++pair) {
      std::vector<Tunnel> some;
      tracker_.tunnels(pair, some);
      for (auto& one : some) {
        if (!one.attempts.empty()) all.push_back(std::move(one));
      }
    }
    return all;
  }
  /// The only tunnel.
  [[nodiscard]] Tunnel tunnel() const {
    auto all = tunnels();
    REQUIRE(all.size() == 1);
    return std::move(all[0]);
  }

 private:
  net::Dissector dissector_;
  Tracker tracker_;
  std::uint64_t packets_ = 0;
  std::uint16_t file_ = 0;
  std::uint32_t ids_ = 100;
};

/// Events in one line: side and number (I1, R2), Quick Mode RQ1, Transaction IT1, encrypted Informational R-info,
/// clear notify RN14, quoting ICMP error I!3/1; then r for a resend, c for a copy, p for a partial one.
inline std::string line(const Attempt& attempt) {
  std::string text;
  for (const Event& event : attempt.events) {
    if (!text.empty()) text += ' ';
    text += event.from == Side::initiator ? 'I' : 'R';
    if (!event.is_message()) {
      text += '!' + std::to_string(event.icmp_type) + '/' + std::to_string(event.icmp_code);
      continue;
    }
    if (event.exchange == ExchangeType::informational) {
      text += event.encrypted ? "-info" : 'N' + std::to_string(number(event.notify));
    } else {
      if (event.exchange == ExchangeType::quick_mode) text += 'Q';
      if (event.exchange == ExchangeType::transaction) text += 'T';
      text += std::to_string(event.number);
    }
    if (event.is_resend()) text += 'r';
    if (event.is_copy()) text += 'c';
    if (event.partial) text += 'p';
  }
  return text;
}

}  // namespace ike::track
