// NAT discovery (RFC 3947 3.2): each side hashes the other's address as it sees it, then its own.
#include "track/observer.hpp"

namespace ike::track {
namespace {

TEST_CASE("NAT-D payloads of both sides tell who is behind a NAT") {
  using Hashes = std::vector<std::uint8_t>;  // seeds of the hashed endpoints: the peer's, then its own
  struct Row {
    std::string_view why;
    Hashes initiator, responder;
    std::optional<bool> nat_initiator, nat_responder;
  };
  // 1: initiator's own endpoint, 2: responder's own; 11, 12: as translated.
  const Row rows[] = {
      {"nobody", {2, 1}, {1, 2}, false, false},
      {"the initiator is seen under another address", {2, 1}, {11, 2}, true, false},
      {"the responder is", {12, 1}, {1, 2}, false, true},
      {"both are", {12, 1}, {11, 2}, true, true},
      {"several addresses of its own: one fits", {2, 5, 1}, {1, 2}, false, false},
      {"several addresses of its own: none fits", {2, 5, 1}, {11, 2}, true, false},
      {"more addresses of its own than are kept: nobody knows", {2, 5, 6, 7, 8, 9, 1}, {1, 2}, std::nullopt, false},
      {"only one side says anything", {2, 1}, {}, std::nullopt, std::nullopt},
      {"one hash is not enough", {2, 1}, {1}, std::nullopt, std::nullopt},
  };
  const Isakmp header{.initiator_cookie = cky_i, .responder_cookie = cky_r};
  const auto message = [&](std::uint8_t seed, const Hashes& hashes) {
    std::vector<Part> parts{ke(128, seed), nonce(20, seed)};
    for (const auto endpoint : hashes) parts.push_back(nat_d(20, endpoint));
    return test::isakmp(header, parts);
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Observer wire;
    wire.send(0.0, over, mm(1));
    wire.send(0.1, answer, mm(2));
    wire.send(0.2, over, message(1, row.initiator));
    wire.send(0.3, answer, message(2, row.responder));
    const auto tunnel = wire.tunnel();
    CHECK(tunnel.attempts[0].nat_initiator == row.nat_initiator);
    CHECK(tunnel.attempts[0].nat_responder == row.nat_responder);
  }
}

TEST_CASE("vendor IDs announce NAT traversal and fragmentation for the side that sent them") {
  const Part natt = vid(hex("4a131c81070358455c5728f20e95452f"));
  const Part fragmentation = vid(hex("4048b7d56ebce88525e7de7f00d6c2d3"));
  const Part offer =
      sa({{.protocol = 1, .spi = {}, .transforms = {{.id = 1, .attributes = phase1(7, 256, 4, 1, 14)}}}});
  Observer wire;
  wire.send(0.0, over, test::isakmp({.initiator_cookie = cky_i}, {offer, natt}));
  wire.send(0.1, answer, test::isakmp({.initiator_cookie = cky_i, .responder_cookie = cky_r}, {offer, fragmentation}));
  const auto tunnel = wire.tunnel();
  const auto& attempt = tunnel.attempts[0];
  CHECK(attempt.natt_vendor_initiator);
  CHECK_FALSE(attempt.natt_vendor_responder);
  CHECK_FALSE(attempt.fragmentation_vendor_initiator);
  CHECK(attempt.fragmentation_vendor_responder);
  REQUIRE(wire.tracker().vendors(attempt, Side::initiator).size() == 1);
  CHECK(wire.tracker().vendors(attempt, Side::initiator)[0].known != nullptr);
}

TEST_CASE("Cisco's cookie-bound vendor ID is known under every cookie") {
  for (const std::uint64_t cookie : {0x0123456789abcdefULL, 0xfedcba9876543210ULL}) {
    CAPTURE(cookie);
    Observer wire;
    wire.send(0, over,
              test::isakmp({.initiator_cookie = cookie},
                           {ke(128), nonce(20), vid(be64(cookie ^ 0xf5c7a71d00010000) + be64(7))}));
    const auto tunnel = wire.tunnel();
    const auto seen = wire.tracker().vendors(tunnel.attempts[0], Side::initiator);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].text.find("bound to the sender's cookie") != std::string::npos);
  }
}

}  // namespace
}  // namespace ike::track
