#include "app/steady_time.hpp"

#include <doctest/doctest.h>

using namespace ike;
using namespace std::chrono_literals;

TEST_CASE("time goes on where the wall clock is set back, and follows it where it is set forward or slewed") {
  const auto at = [](auto span) { return Time{std::chrono::hours{100'000} + span}; };
  app::SteadyTime time;
  CHECK(time.tick(at(0s), 50s) == 0s);
  CHECK(time.tick(at(1s + 1ms), 51s) == 0s);  // slewed
  CHECK(time.now() == at(1001ms));
  CHECK(time.of(at(900ms)) == at(900ms));

  CHECK(time.tick(at(2s - 1h), 52s) == 1h + 1ms);
  CHECK(time.now() == at(2001ms));
  CHECK(time.of(at(1900ms - 1h)) == at(1901ms));
  CHECK(time.of(at(1800ms)) == at(1800ms));  // stamped before

  CHECK(time.tick(at(3s - 1h), 53s) == 0s);
  CHECK(time.now() == at(3001ms));
  CHECK(time.tick(at(4s), 54s) == 0s);  // set right again, that is: forward
  CHECK(time.now() >= at(4s));
}
