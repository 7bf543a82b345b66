#include "ike/isakmp/implementation.hpp"

#include <doctest/doctest.h>

#include "support/packets.hpp"

using namespace ike;
using namespace ike::isakmp;
using test::hex;

namespace {

constexpr std::string_view xauth = "09002689dfd6b712", dpd = "afcad71368a1f1c96b8696fc77570100", unity = "12f5f28c457168a9702d9fe274cc0100",
                           frag = "4048b7d56ebce88525e7de7f00d6c2d3", frag_80 = "4048b7d56ebce88525e7de7f00d6c2d380000000",
                           frag_c0 = "4048b7d56ebce88525e7de7f00d6c2d3c0000000", natt = "4a131c81070358455c5728f20e95452f",
                           draft_7 = "439b59f8ba676c4c7737ae22eab8f582", draft_3 = "7d9419a65310ca6f2c179d9215529d56",
                           draft_2n = "90cb80913ebb696e086381b5ec427b1f", draft_2 = "cd60464335df21f87cfdb2fc68b6a448",
                           draft_1 = "16f6ca16e4a4066d83821a0f0aeaa862", draft_0 = "4485152d18b6bbcd0be8a8469579ddcc";

std::string guessed(const std::vector<std::string_view>& ids) {
  std::vector<test::Part> parts;
  for (const auto id : ids) parts.push_back(test::vid(hex(id)));
  const auto octets = test::isakmp({.initiator_cookie = 0xe47a591fd057587f}, parts);
  Message message;
  REQUIRE(decode_message(octets, static_cast<std::uint32_t>(octets.size()), message));
  const auto guess = guess_implementation(message);
  return guess.name + (guess.by_order ? ", by order" : "");
}

}  // namespace

TEST_CASE("a product is guessed from an ID of its own, or from the order of common ones") {
  struct Row {
    std::string_view what;
    std::vector<std::string_view> ids;
    std::string_view guess;
  };
  for (const Row& row : {
           Row{"strongSwan's message 1 (lab)", {xauth, dpd, frag_80, natt, draft_2n}, "strongSwan, by order"},
           Row{"libreswan's message 1 (lab)", {frag, dpd, natt, draft_3, draft_2n, draft_2}, "libreswan, by order"},
           Row{"libreswan's answer (lab)", {frag, dpd, natt}, "libreswan, by order"},
           Row{"vpnc (lab)", {xauth, unity, natt, draft_3, draft_2n, draft_2, draft_1, draft_0, dpd}, "vpnc, by order"},
           Row{"Cisco IOS, message 1", {natt, draft_7, draft_3, draft_2n}, "Cisco IOS, by order"},
           Row{"bound to the cookie", {unity, dpd, "11bdfe02d056587f2c18125972c32401", xauth}, "Cisco IOS"},
           Row{"the same with Altiga's", {unity, xauth, "11bdfe02d056587f2c18125972c32401", "1f07f70eaa6514d3b0fa96542a500100"}, "Cisco ASA"},
           Row{"the same IDs in another order", {dpd, xauth, frag_80, natt}, ""},
           Row{"an ID of its own counts more than the order", {xauth, dpd, frag_80, natt, "d398476a43b9d6c56c4045ffcc9fffb9"}, "strongSwan: strongSwan 5.0.3"},
           Row{"FortiGate among common ones", {dpd, frag, frag_c0, "8299031757a36082c6a621de00000142"}, "Fortinet: FortiGate, build 322"},
           Row{"unknown IDs", {"a9b9b1034f7e50a2513b47b100bb85a9", dpd}, ""},
           Row{"none", {}, ""},
       }) {
    CAPTURE(row.what);
    CHECK(guessed(row.ids) == row.guess);
  }
}
