#include "app/watch_screen.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ike;

TEST_CASE("a flood of first messages is cut short and counted, and takes no line from messages that are answered") {
  std::string out;
  app::WatchScreen screen{[&](std::string_view text) { out += text; }, false, false};
  net::Datagram datagram;
  datagram.time = Time{std::chrono::seconds{1'000'000'000}};
  datagram.source = datagram.destination = {*net::parse_address("192.0.2.1"), 500};
  isakmp::Header header;
  header.exchange_type = isakmp::ExchangeType::identity_protection;
  for (int i = 0; i < 1000; ++i) screen.passing({.kind = report::Passing::Kind::message, .datagram = datagram, .header = header, .number = 1});
  header.responder_cookie = 2;
  screen.passing({.kind = report::Passing::Kind::message, .datagram = datagram, .header = header, .number = 2});
  CHECK(out.starts_with("2001-09-09 UTC\n01:46:40.000  "));
  CHECK(std::ranges::count(out, '\n') == 1 + 50 + 1);
  CHECK(out.find("  2    (0)\n") != std::string::npos);
  out.clear();
  screen.tick(datagram.time + std::chrono::seconds{1});
  CHECK(out == "01:46:41.000  ... and 950 more first messages\n");
  screen.tick(datagram.time + std::chrono::seconds{2});
  CHECK(std::ranges::count(out, '\n') == 1);
}
