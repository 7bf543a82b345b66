#include "ike/crypto/public_value_watch.hpp"

#include <doctest/doctest.h>

#include "hex.hpp"

using namespace ike;
using namespace ike::crypto;
using isakmp::ExchangeType;
using isakmp::Group;
using isakmp::PayloadType;

namespace {

using Octets = std::vector<std::uint8_t>;

void add_number(Octets& to, std::uint64_t value, unsigned octets) {
  for (unsigned i = octets; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void add_payload(Octets& to, PayloadType next, const Octets& body) {
  add_number(to, number(next), 1);
  add_number(to, 0, 1);
  add_number(to, body.size() + 4, 2);
  to.insert(to.end(), body.begin(), body.end());
}

/// The SA payload of one transform that has nothing but a group.
Octets sa_of(unsigned group) {
  auto octets = octets_of("0000000100000001000000140001000100" "00000c01010000" "8004");
  add_number(octets, group, 2);
  return octets;
}

struct Wire {
  PublicValueWatch watch;
  std::uint64_t packet = 0;

  void send(ExchangeType exchange, std::uint64_t cookie, bool answered, unsigned group, const Octets& value, bool encrypted = false) {
    Octets octets;
    add_number(octets, cookie, 8);
    add_number(octets, answered ? 7 : 0, 8);
    add_number(octets, number(group != 0 ? PayloadType::security_association : PayloadType::key_exchange), 1);
    add_number(octets, 0x10, 1);
    add_number(octets, number(exchange), 1);
    add_number(octets, encrypted ? 1 : 0, 1);
    add_number(octets, 0, 4);
    Octets rest;
    if (group != 0) add_payload(rest, value.empty() ? PayloadType::none : PayloadType::key_exchange, sa_of(group));
    if (!value.empty()) add_payload(rest, PayloadType::none, value);
    add_number(octets, 28 + rest.size(), 4);
    octets.insert(octets.end(), rest.begin(), rest.end());
    isakmp::Message message;
    REQUIRE(isakmp::decode_message(octets, static_cast<std::uint32_t>(octets.size()), message));
    REQUIRE_FALSE(message.fault.has_value());
    net::PacketInfo info;
    info.packet = ++packet;
    watch.see(message, info);
  }
};

Octets value(std::size_t length, std::uint8_t first, std::uint8_t last) {
  Octets octets(length);
  octets.front() = first;
  octets.back() = last;
  return octets;
}

}  // namespace

TEST_CASE("a public value that is none of the group chosen is told, without any key") {
  struct Row {
    std::string_view what;
    unsigned group;
    Octets value;
    bool bad;
    PublicValueCheck fault;
  };
  const auto length = PublicValueCheck::wrong_length;
  const auto range = PublicValueCheck::out_of_range;
  for (const Row& row : {
           Row{"a usual one", 14, value(256, 0x40, 9), false, {}},
           Row{"a usual one with a high first octet", 14, value(256, 0xf0, 9), false, {}},
           Row{"a usual one with a zero in front", 14, value(256, 0, 9), false, {}},
           Row{"of another group's length", 14, value(128, 0x40, 9), true, length},
           Row{"too short by an octet", 2, value(127, 0x40, 9), true, length},
           Row{"one", 2, value(128, 0, 1), true, range},
           Row{"zero", 1, Octets(96), true, range},
           Row{"above the prime", 5, Octets(192, 0xff), true, range},
           Row{"above the prime of RFC 5114", 24, value(256, 0x88, 0), true, range},
           Row{"not on the curve", 19, value(64, 0x11, 1), true, PublicValueCheck::not_on_curve},
           Row{"EC2N, whose length is all that counts", 4, value(24, 0, 1), false, {}},
           Row{"an unknown group", 200, value(24, 0, 1), false, {}},
       }) {
    CAPTURE(row.what);
    Wire wire;
    wire.send(ExchangeType::identity_protection, 5, true, row.group, {});
    for (int times = 0; times < 3; ++times) wire.send(ExchangeType::identity_protection, 5, true, 0, row.value);
    REQUIRE(wire.watch.bad().size() == (row.bad ? 1 : 0));
    if (!row.bad) continue;
    CHECK(wire.watch.bad()[0].packet.packet == 2);
    CHECK(number(wire.watch.bad()[0].group) == row.group);
    CHECK(wire.watch.bad()[0].fault == row.fault);
  }
}

TEST_CASE("Aggressive Mode brings group and value in one message; what is not known to belong together is not judged") {
  Wire wire;
  wire.send(ExchangeType::aggressive, 5, false, 2, value(96, 0x40, 1));
  CHECK(wire.watch.bad().size() == 1);
  wire.send(ExchangeType::identity_protection, 6, true, 0, value(96, 0x40, 1));         // its group was not captured
  wire.send(ExchangeType::identity_protection, 7, false, 2, {});                        // an offer is no choice
  wire.send(ExchangeType::identity_protection, 7, true, 0, value(96, 0x40, 1));
  wire.send(ExchangeType::quick_mode, 5, true, 0, value(96, 0x40, 1));
  wire.send(ExchangeType::aggressive, 5, true, 0, value(96, 0x40, 1), true);
  CHECK(wire.watch.bad().size() == 1);
}

TEST_CASE("a flood of bad public values is counted, not kept") {
  Wire wire;
  for (std::uint64_t cookie = 1; cookie <= PublicValueWatch::max_bad + 10; ++cookie) wire.send(ExchangeType::aggressive, cookie, false, 2, value(96, 0x40, 1));
  CHECK(wire.watch.bad().size() == PublicValueWatch::max_bad);
  CHECK(wire.watch.left_out() == 10);
}
