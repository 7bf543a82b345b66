#include "ike/net/endpoint.hpp"

#include <doctest/doctest.h>

namespace ike::net {
namespace {

TEST_CASE("an address is written in the form of RFC 5952 and read back the same") {
  struct Row {
    std::string_view in;
    std::string_view out;
  };
  for (const Row& row : {
           Row{"192.0.2.1", "192.0.2.1"},
           Row{"0.0.0.0", "0.0.0.0"},
           Row{"255.255.255.255", "255.255.255.255"},
           Row{"::", "::"},
           Row{"::1", "::1"},
           Row{"1::", "1::"},
           Row{"2001:DB8::0001", "2001:db8::1"},
           Row{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of two runs
           Row{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longer run
           Row{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one group is no run
           Row{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
           Row{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
           Row{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
           Row{"::ffff:c000:201", "::ffff:192.0.2.1"},
           Row{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
           Row{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
       }) {
    CAPTURE(row.in);
    const auto address = parse_address(row.in);
    REQUIRE(address);
    CHECK(to_string(*address) == row.out);
    CHECK(parse_address(row.out) == address);
  }
}

TEST_CASE("what is no address is refused") {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      "1.2.3.04",
                                      "1.2.3.4 ",
                                      "a.b.c.d",
                                      "-1.2.3.4",
                                      "1.2.3.",
                                      ":",
                                      ":::",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1::2::3",
                                      "12345::",
                                      "g::",
                                      "1:2:3:4:5:6:7:8::",
                                      "::1:2:3:4:5:6:7:8",
                                      "1.2.3.4::",
                                      "::1.2.3.4:5",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      ":1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:",
                                      "::1%eth0",
                                      "fe80::+1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
}

TEST_CASE("an endpoint is written with brackets around IPv6") {
  CHECK(to_string(Endpoint{*parse_address("192.0.2.1"), 500}) == "192.0.2.1:500");
  CHECK(to_string(Endpoint{*parse_address("2001:db8::1"), 4500}) == "[2001:db8::1]:4500");
  CHECK(to_string(Endpoint{}) == "-:0");
}

TEST_CASE("the wire form has as many octets as the family") {
  CHECK(parse_address("192.0.2.1")->wire().size() == 4);
  CHECK(parse_address("::1")->wire().size() == 16);
  CHECK(Address{}.wire().empty());
}

}  // namespace
}  // namespace ike::net
