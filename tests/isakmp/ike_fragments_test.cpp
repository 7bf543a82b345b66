#include "ike/isakmp/ike_fragments.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "captured_fragments.hpp"

using namespace ike;
using namespace ike::isakmp;
using namespace std::chrono_literals;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets octets_of(std::string_view hex) {
  Octets octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return octets;
}

net::Endpoint peer(std::uint8_t last) { return {.address = {.octets = {192, 0, 2, last}, .family = 4}, .port = 500}; }

/// An assembler and the clock that its packets run by.
struct Wire {
  FragmentAssembler assembler;
  Time now{1h};
  std::uint64_t packet = 0;
  Octets given;
  std::uint64_t first_packet = 0;
  unsigned fragments = 0;

  /// One fragment as a datagram's payload; whether a message became whole.
  bool add(const Octets& datagram, net::Endpoint from = peer(1), net::Endpoint to = peer(2)) {
    Message message;
    message.octets = datagram;
    auto& header = message.header;
    header.initiator_cookie = load_be64(datagram.data());
    header.responder_cookie = load_be64(datagram.data() + 8);
    header.next_payload = PayloadType{datagram[16]};
    header.version = datagram[17];
    header.exchange_type = ExchangeType{datagram[18]};
    header.flags = datagram[19];
    header.message_id = load_be32(datagram.data() + 20);
    header.length = load_be32(datagram.data() + 24);
    const IkeFragment fragment{.id = load_be16(datagram.data() + 32),
                               .number = datagram[34],
                               .last = (datagram[35] & 1) != 0,
                               .data = ByteView{datagram}.subspan(36)};
    const auto whole = assembler.add(message, fragment, from, to, now, ++packet);
    given = whole ? Octets(whole->octets.begin(), whole->octets.end()) : Octets{};
    first_packet = whole ? whole->first_packet : 0;
    fragments = whole ? whole->fragments : 0;
    return whole.has_value();
  }
};

struct Plan {
  std::uint8_t number = 1;
  bool last = false;
  Octets data;
  std::uint16_t id = 1;
  ExchangeType exchange = ExchangeType::identity_protection;
  std::uint8_t cookie = 0xc1;
  std::uint8_t next = 0;
  std::uint32_t message_id = 0;
};

void append(Octets& octets, std::uint64_t value, unsigned width) {
  while (width-- != 0) octets.push_back(static_cast<std::uint8_t>(value >> (8 * width)));
}

Octets header(std::uint8_t cookie, std::uint8_t next, ExchangeType exchange, std::uint8_t flags, std::uint32_t message_id, std::size_t length) {
  Octets octets(15, 0);
  octets[7] = cookie;
  octets.push_back(0x22);
  octets.push_back(next);
  octets.push_back(0x10);
  octets.push_back(number(exchange));
  octets.push_back(flags);
  append(octets, message_id, 4);
  append(octets, length, 4);
  return octets;
}

Octets fragment(const Plan& plan) {
  auto octets = header(plan.cookie, 132, plan.exchange, 0, plan.message_id, 36 + plan.data.size());
  octets.push_back(plan.next);
  octets.push_back(0);
  append(octets, 8 + plan.data.size(), 2);
  append(octets, plan.id, 2);
  octets.push_back(plan.number);
  octets.push_back(plan.last ? 1 : 0);
  octets.insert(octets.end(), plan.data.begin(), plan.data.end());
  return octets;
}

/// A whole encrypted message with its own header and `size` octets behind it.
Octets whole_message(std::size_t size, std::uint8_t fill, std::uint32_t message_id = 0) {
  auto octets = header(0xc1, 5, ExchangeType::identity_protection, 1, message_id, 28 + size);
  octets.insert(octets.end(), size, fill);
  return octets;
}

Octets cut(const Octets& octets, std::size_t from, std::size_t to) {
  return {octets.begin() + static_cast<std::ptrdiff_t>(from), octets.begin() + static_cast<std::ptrdiff_t>(to)};
}

/// `message` in fragments of at most `size` octets.
std::vector<Octets> in_fragments(const Octets& message, std::size_t size, std::uint16_t id = 1, std::uint32_t message_id = 0) {
  std::vector<Octets> all;
  for (std::size_t at = 0; at < message.size(); at += size) {
    const auto end = std::min(at + size, message.size());
    all.push_back(fragment({.number = static_cast<std::uint8_t>(all.size() + 1), .last = end == message.size(), .data = cut(message, at, end), .id = id, .message_id = message_id}));
  }
  return all;
}

}  // namespace

TEST_CASE("fragments of strongSwan and libreswan from captures give the message whose length its own header tells") {
  struct Row { std::vector<std::string_view> frames; std::uint32_t length; };
  for (const Row& row : {Row{{captured::strongswan_1, captured::strongswan_2}, 0x77c},
                         Row{{captured::libreswan_1, captured::libreswan_2, captured::libreswan_3}, 0x55c}}) {
    CAPTURE(row.length);
    Octets expected;
    std::vector<Octets> datagrams;
    for (const auto frame : row.frames) {
      datagrams.push_back(octets_of(frame));
      expected.insert(expected.end(), datagrams.back().begin() + 36, datagrams.back().end());
    }
    Wire forward;
    for (std::size_t i = 0; i < datagrams.size(); ++i) CHECK(forward.add(datagrams[i]) == (i + 1 == datagrams.size()));
    CHECK(forward.given == expected);
    CHECK(forward.given.size() == row.length);
    CHECK(forward.fragments == datagrams.size());
    CHECK(forward.first_packet == 1);
    Wire backward;
    for (std::size_t i = datagrams.size(); i-- != 0;) CHECK(backward.add(datagrams[i]) == (i == 0));
    CHECK(backward.given == expected);
  }
}

TEST_CASE("a copy of a fragment changes nothing, and one behind the whole message leaves nothing unfinished") {
  const auto message = whole_message(100, 7);
  const auto parts = in_fragments(message, 60);
  REQUIRE(parts.size() == 3);
  Wire wire;
  for (const int i : {2, 2, 0, 0}) CHECK_FALSE(wire.add(parts[static_cast<std::size_t>(i)]));
  CHECK(wire.add(parts[1]));
  CHECK(wire.given == message);
  CHECK_FALSE(wire.add(parts[1]));
  wire.now += 2min;
  wire.add(fragment({.number = 1, .data = {1}, .cookie = 9}));  // lets the first one grow old
  CHECK(wire.assembler.given_up() == 0);
  CHECK(wire.assembler.discarded() == 0);
}

TEST_CASE("a message sent again with the same ID is given again, a copy of its last fragment notwithstanding") {
  const auto message = whole_message(100, 7);
  const auto parts = in_fragments(message, 70);
  Wire wire;
  CHECK_FALSE(wire.add(parts[0]));
  CHECK(wire.add(parts[1]));
  CHECK_FALSE(wire.add(parts[1]));  // a mirror copy
  wire.now += 4s;
  CHECK_FALSE(wire.add(parts[0]));
  CHECK(wire.add(parts[1]));
  CHECK(wire.given == message);
  CHECK(wire.first_packet == 4);
  wire.now += 4s;
  CHECK_FALSE(wire.add(parts[1]));
  CHECK(wire.add(parts[0]));
  CHECK(wire.assembler.given_up() == 0);
}

TEST_CASE("messages in flight at the same time are kept apart") {
  struct Row { const char* what; Plan other; net::Endpoint from, to; };
  const auto message = whole_message(40, 7);
  const auto parts = in_fragments(message, 50);
  for (const auto& row : {Row{"ID", {.number = 2, .last = true, .data = {1}, .id = 2}, peer(1), peer(2)},
                          Row{"cookie", {.number = 2, .last = true, .data = {1}, .cookie = 3}, peer(1), peer(2)},
                          Row{"direction", {.number = 2, .last = true, .data = {1}}, peer(2), peer(1)},
                          Row{"message ID", {.number = 2, .last = true, .data = {1}, .message_id = 8}, peer(1), peer(2)},
                          Row{"exchange", {.number = 2, .last = true, .data = {1}, .exchange = ExchangeType::transaction}, peer(1), peer(2)}}) {
    CAPTURE(row.what);
    Wire wire;
    CHECK_FALSE(wire.add(parts[0]));
    CHECK_FALSE(wire.add(fragment(row.other), row.from, row.to));
    CHECK(wire.add(parts[1]));
    CHECK(wire.given == message);
  }
}

TEST_CASE("a resend with a new ID becomes whole beside an unfinished one") {
  const auto message = whole_message(100, 7);
  const auto first = in_fragments(message, 70, 1);
  const auto second = in_fragments(message, 70, 2);
  Wire wire;
  wire.add(first[0]);  // its second fragment is lost
  CHECK_FALSE(wire.add(second[1]));
  CHECK(wire.add(second[0]));
  CHECK(wire.given == message);
}

TEST_CASE("another message under an ID in use begins anew") {
  const auto old = in_fragments(whole_message(100, 7), 70);
  const auto message = whole_message(100, 8);
  const auto fresh = in_fragments(message, 70);
  SUBCASE("the old one was unfinished, and is given up") {
    Wire wire;
    wire.add(old[1]);
    CHECK_FALSE(wire.add(fresh[1]));
    CHECK(wire.add(fresh[0]));
    CHECK(wire.given == message);
    CHECK(wire.assembler.given_up() == 1);
  }
  SUBCASE("the old one was whole") {
    Wire wire;
    wire.add(old[0]);
    CHECK(wire.add(old[1]));
    CHECK_FALSE(wire.add(fresh[1]));
    CHECK(wire.add(fresh[0]));
    CHECK(wire.given == message);
    CHECK(wire.assembler.given_up() == 0);
  }
  SUBCASE("cut to smaller fragments") {
    const auto small = in_fragments(whole_message(100, 7), 40);
    Wire wire;
    wire.add(old[0]);
    for (std::size_t i = 0; i < small.size(); ++i) CHECK(wire.add(small[i]) == (i + 1 == small.size()));
    CHECK(wire.given == whole_message(100, 7));
  }
}

TEST_CASE("fragments that contradict the message are discarded and counted") {
  struct Row { const char* what; std::vector<Plan> plans; };
  const Octets a{1, 2}, b{3, 4};
  for (const auto& row : {Row{"number 0", {{.number = 0, .data = a}}},
                          Row{"a second last one", {{.number = 2, .last = true, .data = a}, {.number = 3, .last = true, .data = b}}},
                          Row{"an earlier last one", {{.number = 3, .last = true, .data = a}, {.number = 2, .last = true, .data = b}}},
                          Row{"above the last", {{.number = 2, .last = true, .data = a}, {.number = 3, .data = b}}},
                          Row{"last below one that is there", {{.number = 3, .data = a}, {.number = 2, .last = true, .data = b}}}}) {
    CAPTURE(row.what);
    Wire wire;
    for (const auto& plan : row.plans) CHECK_FALSE(wire.add(fragment(plan)));
    CHECK(wire.assembler.discarded() == 1);
  }
}

TEST_CASE("data without a header of its own gets the first fragment's, put back to what it was") {
  struct Row { const char* what; ExchangeType exchange; std::uint8_t next; PayloadType expected; std::uint8_t flags; };
  for (const Row& row : {Row{"Main Mode", ExchangeType::identity_protection, 0, PayloadType::identification, 1},
                         Row{"Main Mode, type kept", ExchangeType::identity_protection, 8, PayloadType::hash, 1},
                         Row{"Aggressive Mode", ExchangeType::aggressive, 0, PayloadType::security_association, 0}}) {
    CAPTURE(row.what);
    Wire wire;
    CHECK_FALSE(wire.add(fragment({.number = 2, .last = true, .data = Octets(10, 0xbb), .exchange = row.exchange})));
    REQUIRE(wire.add(fragment({.number = 1, .data = Octets(40, 0xaa), .exchange = row.exchange, .next = row.next})));
    auto expected = header(0xc1, number(row.expected), row.exchange, row.flags, 0, 28 + 50);
    expected.insert(expected.end(), 40, 0xaa);
    expected.insert(expected.end(), 10, 0xbb);
    CHECK(wire.given == expected);
  }
}

TEST_CASE("parts whose own header tells another length are given up") {
  auto message = whole_message(100, 7);
  message[27] = 200;
  Wire wire;
  for (const auto& part : in_fragments(message, 70)) CHECK_FALSE(wire.add(part));
  CHECK(wire.assembler.given_up() == 1);
  CHECK(wire.assembler.octets() == 0);
}

TEST_CASE("an unfinished message is given up after thirty seconds of packet time") {
  const auto parts = in_fragments(whole_message(100, 7), 70);
  for (const bool late : {false, true}) {
    CAPTURE(late);
    Wire wire;
    wire.add(parts[0]);
    wire.now += FragmentAssembler::timeout + (late ? 1ns : 0ns);
    CHECK(wire.add(parts[1]) == !late);
    CHECK(wire.assembler.given_up() == (late ? 1 : 0));
  }
  Wire wire;  // the extremes of what a capture can claim
  wire.now = Time::min();
  wire.add(parts[0]);
  wire.now = Time::max();
  wire.add(fragment({.number = 1, .data = {1}, .cookie = 9}));
  wire.now = Time::min();
  wire.add(fragment({.number = 1, .data = {1}, .cookie = 8}));
  CHECK(wire.assembler.given_up() == 1);
}

TEST_CASE("a flood of fragments stays within the limits") {
  SUBCASE("many messages: the oldest is given up") {
    Wire wire;
    for (unsigned i = 0; i < FragmentAssembler::max_open + 10; ++i) {
      wire.add(fragment({.number = 1, .data = {1}, .id = static_cast<std::uint16_t>(i)}));
    }
    CHECK(wire.assembler.given_up() == 10);
  }
  SUBCASE("many octets") {
    Wire wire;
    const Octets big(60000, 1);
    for (unsigned i = 0; i < 200; ++i) {
      wire.add(fragment({.number = 9, .data = big, .id = static_cast<std::uint16_t>(i)}));
      CHECK(wire.assembler.octets() <= FragmentAssembler::max_octets);
    }
    CHECK(wire.assembler.given_up() > 100);
  }
  SUBCASE("one endless message") {
    Wire wire;
    for (unsigned i = 1; i < 255; ++i) {
      wire.add(fragment({.number = static_cast<std::uint8_t>(i), .data = Octets(1000, 1)}));
      CHECK(wire.assembler.octets() <= FragmentAssembler::max_message);
    }
    CHECK(wire.assembler.given_up() > 0);
  }
  SUBCASE("room for a new fragment of an old message is made at the cost of others") {
    Wire wire;
    wire.add(fragment({.number = 1, .data = {1}, .id = 0}));
    const Octets big(65000, 1);
    for (std::uint16_t i = 1; i <= 64; ++i) wire.add(fragment({.number = 1, .data = big, .id = i}));
    wire.add(fragment({.number = 2, .data = big, .id = 0}));
    CHECK(wire.add(fragment({.number = 3, .last = true, .data = {2}, .id = 0})));
  }
}
