// One initiator cookie between many pairs of addresses: nobody's daemon does that, so somebody's tool will.
#include <ctime>

#include "track/observer.hpp"

namespace ike::track {
namespace {

Hop spoofed(std::uint32_t n) {
  return {.source = "10." + std::to_string(n >> 16U) + '.' + std::to_string(n >> 8U & 0xff) + '.' + std::to_string(n & 0xff)};
}

TEST_CASE("each attempt under a shared cookie keeps its own vendor IDs") {
  Observer wire;
  for (std::uint8_t n = 0; n < 5; ++n) wire.send(n, spoofed(n), mm(1, {}, n));
  const auto tunnels = wire.tunnels();
  REQUIRE(tunnels.size() == 5);
  for (std::size_t n = 0; n < 5; ++n) {
    const auto vendors = wire.tracker().vendors(tunnels[n].attempts[0], Side::initiator);
    const auto sent = pattern(16, static_cast<std::uint8_t>(16 + n));
    REQUIRE(vendors.size() == 1);
    CHECK(vendors[0].text == isakmp::describe_vendor_id(sent, cky_i, 0));
  }
}

TEST_CASE("a cookie shared by very many pairs costs no more than as many cookies do") {
  constexpr std::uint32_t pairs = 40'000;  // a walk past all others at each of them would take half a minute
  const auto begun = std::clock();
  Observer wire;
  const auto message = mm(1);
  for (std::uint32_t n = 0; n < pairs; ++n) wire.send(0.001 * n, spoofed(n), message);
  CHECK(wire.counts().attempts == pairs - 1);  // the second is taken for the other side of a NAT
  CHECK((std::clock() - begun) / CLOCKS_PER_SEC < 5);
}

}  // namespace
}  // namespace ike::track
