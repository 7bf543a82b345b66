#include "ike/isakmp/vendor_id.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace ike;
using namespace ike::isakmp;

namespace {

std::vector<std::uint8_t> octets_of(std::string_view hex) {
  std::vector<std::uint8_t> octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return octets;
}

std::string name_of(std::string_view hex) {
  const auto* known = find_vendor_id(octets_of(hex));
  return known == nullptr ? "-" : std::string{known->name};
}

std::string describe(std::string_view hex) { return describe_vendor_id(octets_of(hex), 0, 0); }

}  // namespace

TEST_CASE("the table holds every known ID, in order, and tells verified from not verified") {
  const auto all = known_vendor_ids();
  CHECK(all.size() == 554);
  CHECK(std::ranges::count(all, true, &KnownVendorId::verified) == 457);
  CHECK(std::ranges::adjacent_find(all, [](const auto& a, const auto& b) { return a.hex >= b.hex; }) == all.end());
  for (const auto& row : all) {
    CAPTURE(row.hex);
    CHECK_FALSE(row.name.empty());
    CHECK_FALSE(row.vendor.empty());
    CHECK(row.hex.find_first_not_of("0123456789abcdef") == std::string_view::npos);
    CHECK(std::ranges::all_of(row.name, [](char c) { return c >= 0x20 && c < 0x7f; }));
    if (row.verified) CHECK_FALSE(row.algorithm.empty());
  }
}

TEST_CASE("every row of every vendor is found by its own octets") {
  std::set<std::string_view> vendors;
  for (const auto& row : known_vendor_ids()) {
    CAPTURE(row.hex);
    CHECK(find_vendor_id(octets_of(row.hex)) == &row);
    vendors.insert(row.vendor);
  }
  CHECK(vendors.size() == 37);
}

TEST_CASE("a longer ID is found by prefix rows only, and by the longest of them") {
  for (const auto& row : known_vendor_ids()) {
    CAPTURE(row.hex);
    auto longer = octets_of(row.hex);
    longer.push_back(0xee);
    const KnownVendorId* expected = nullptr;
    for (const auto& other : known_vendor_ids()) {  // the slow way
      if (other.prefix && row.hex.starts_with(other.hex) && (expected == nullptr || other.hex.size() > expected->hex.size())) expected = &other;
    }
    CHECK(find_vendor_id(longer) == expected);
  }
}

TEST_CASE("the longest known beginning wins") {
  struct Row { std::string_view hex, name; };
  for (const auto& row : {Row{"09002689dfd6b712", "XAUTH"},
                          Row{"09002689dfd6b71280a224dec33b81e5", "draft-beaulieu-ike-xauth-02.txt"},
                          Row{"09002689dfd6b71280a224dec33b81e4", "XAUTH"},
                          Row{"12f5f28c457168a9702d9fe274cc0100", "Cisco Unity"},
                          Row{"12f5f28c457168a9702d9fe274cc0101", "CISCO-UNITY"},
                          Row{"1f07f70eaa6514d3b0fa96542a500407", "Cisco VPN Concentrator (4.0.7)"},
                          Row{"1f07f70eaa6514d3b0fa96542a510407", "Cisco VPN Concentrator"},
                          Row{"4f45424242424242", "FreeS/WAN or OpenSWAN"},
                          Row{"4f454e4242424242", "FreeS/WAN or OpenSWAN or Libreswan"},
                          Row{"4f452d4c696272657377616e2d342e31", "Libreswan (3.6+)"},
                          Row{"f4ed19e0c114eb516faaac0ee37daf2807b4381f000000010000138d459becd70000000018000000", "Firewall-1 NGX or later"},
                          Row{"4f70656e504750", "OpenPGP"},
                          Row{"4f70656e50475030", "-"},
                          Row{"4f", "-"},
                          Row{"", "-"},
                          Row{"00", "-"},
                          Row{"ffffffffffffffffffffffffffffffff", "-"},
                          Row{"4a131c81070358455c5728f20e95452f", "RFC 3947 NAT-T"}}) {
    CAPTURE(row.hex);
    CHECK(name_of(row.hex) == row.name);
  }
}

TEST_CASE("what an ID announces is known for the extensions that change an exchange") {
  struct Row { std::string_view hex; Announces announces; };
  for (const auto& row : {Row{"4a131c81070358455c5728f20e95452f", Announces::nat_traversal},
                          Row{"90cb80913ebb696e086381b5ec427b1f", Announces::nat_traversal},
                          Row{"cd60464335df21f87cfdb2fc68b6a448", Announces::nat_traversal},
                          Row{"7d9419a65310ca6f2c179d9215529d56", Announces::nat_traversal},
                          Row{"4485152d18b6bbcd0be8a8469579ddcc", Announces::nat_traversal},
                          Row{"afcad71368a1f1c96b8696fc77570100", Announces::dpd},
                          Row{"afcad71368a1f1c96b8696fc77570101", Announces::dpd},
                          Row{"3b9031dce4fcf88b489a923963dd0c49", Announces::dpd},
                          Row{"4048b7d56ebce88525e7de7f00d6c2d3", Announces::fragmentation},
                          Row{"4048b7d56ebce88525e7de7f00d6c2d3c0000000", Announces::fragmentation},
                          Row{"09002689dfd6b712", Announces::xauth},
                          Row{"12f5f28c457168a9702d9fe274cc0100", Announces::unity},
                          Row{"26244d38eddb61b3172a36e3d0cfb819", Announces::initial_contact},
                          Row{"882fe56d6fd20dbc2251613b2ebe5beb", Announces::nothing}}) {
    CAPTURE(row.hex);
    const auto* known = find_vendor_id(octets_of(row.hex));
    REQUIRE(known != nullptr);
    CHECK(known->announces == row.announces);
  }
  CHECK(std::ranges::count(known_vendor_ids(), Announces::nat_traversal, &KnownVendorId::announces) == 14);
}

TEST_CASE("a description tells versions and capability bits") {
  struct Row { std::string_view hex, line; };
  for (const auto& row : {
           Row{"4048b7d56ebce88525e7de7f00d6c2d3", "FRAGMENTATION"},
           Row{"4048b7d56ebce88525e7de7f00d6c2d380000000", "FRAGMENTATION, Main Mode and Aggressive Mode"},
           Row{"4048b7d56ebce88525e7de7f00d6c2d3c0000000", "FRAGMENTATION, Main, Aggressive and Base Mode"},
           Row{"4048b7d56ebce88525e7de7f00d6c2d340000000", "FRAGMENTATION, Base Mode"},
           Row{"4048b7d56ebce88525e7de7f00d6c2d300000001", "FRAGMENTATION, further bits 00000001"},
           Row{"4048b7d56ebce88525e7de7f00d6c2d38000", "FRAGMENTATION, then 8000"},
           Row{"12f5f28c457168a9702d9fe274cc0100", "Cisco Unity 1.0"},
           Row{"12f5f28c457168a9702d9fe274cc0204ff", "Cisco Unity 2.4, then ff"},
           Row{"12f5f28c457168a9702d9fe274cc", "Cisco Unity"},
           Row{"afcad71368a1f1c96b8696fc77570100", "Dead Peer Detection 1.0"},
           Row{"1f07f70eaa6514d3b0fa96542a500407", "Cisco VPN Concentrator 4.0.7"},
           Row{"1f07f70eaa6514d3b0fa96542a500305", "Cisco VPN Concentrator 3.0.5"},
           Row{"1e2b516905991c7d7c96fcbfb587e46100000004", "MS NT5 ISAKMPOAKLEY 4 (Windows Server 2003 or XP SP2)"},
           Row{"1e2b516905991c7d7c96fcbfb587e46100000009", "MS NT5 ISAKMPOAKLEY 9 (Windows 8 to 10, Server 2012 R2 or 2016)"},
           Row{"1e2b516905991c7d7c96fcbfb587e46100000010", "MS NT5 ISAKMPOAKLEY 16 (Windows Server 2012)"},
           Row{"1e2b516905991c7d7c96fcbfb587e46100000000", "MS NT5 ISAKMPOAKLEY 0"},
           Row{"f4ed19e0c114eb516faaac0ee37daf2807b4381f000000010000138d459becd70000000018000000",
               "Check Point Firewall-1 NGX or later, timestamp 459becd7, features 18000000"},
           Row{"f4ed19e0c114eb516faaac0ee37daf2807b4381f000000010000138d000000000000000018000000",
               "Check Point Firewall-1 NG AI R55, features 18000000"},
           Row{"f4ed19e0c114eb516faaac0ee37daf2807b4381f00000002000013880000000000000000",
               "Check Point SecuRemote/SecureClient NG"},
           Row{"8299031757a36082c6a621de00000142", "FortiGate, build 322"},
           Row{"8299031757a36082c6a621de0005013e", "FortiGate, build 318 (0005013e)"},
           Row{"8299031757a36082c6a621de00000000", "FortiGate"},
           Row{"699369228741c6d4ca094c93e242c9de19e7b7c60000000500000500",
               "Netscreen-06, then 0000000500000500 (not verified)"},
           Row{"882fe56d6fd20dbc2251613b2ebe5beb", "strongSwan"},
           Row{"d398476a43b9d6c56c4045ffcc9fffb9", "strongSwan 5.0.3"},
           Row{"4f452d4c696272657377616e2d342e3130", "Libreswan 4.10"},
           Row{"4f454e5f52685050487b645e", "Libreswan 3.5"},
           Row{"4f53574745627352675b5a51", "Linux Openswan 2.6.44"},
           Row{"4f45706c75746f756e697430", "FreeS/WAN or OpenSWAN, \"OEplutounit0\""},
           Row{"4a131c81070358455c5728f20e95452f", "RFC 3947 NAT-T"},
           Row{"90cb80913ebb696e086381b5ec427b1f", "draft-ietf-ipsec-nat-t-ike-02 (with newline)"},
       }) {
    CAPTURE(row.hex);
    CHECK(describe(row.hex) == row.line);
  }
}

TEST_CASE("an unknown ID is shown bounded, as text only when all of it is text") {
  CHECK(describe("") == "empty");
  CHECK(describe("c61baca1f1a60cc10800000000000000") == "c61baca1f1a60cc10800000000000000");
  CHECK(describe("6d7920766964") == "\"my vid\"");
  CHECK(describe("6d791b5b316d") == "6d791b5b316d");  // an escape sequence never gets through
  CHECK(describe("6d790a") == "6d790a");
  const std::vector<std::uint8_t> zeros(60000, 0);
  CHECK(describe_vendor_id(zeros, 0, 0) == std::string(64, '0') + "... (60000 octets)");
  const std::vector<std::uint8_t> letters(60000, 'a');
  CHECK(describe_vendor_id(letters, 0, 0) == '"' + std::string(32, 'a') + "...\"");
}

TEST_CASE("no tail of any known ID brings a control character or much text into its description") {
  for (const auto& row : known_vendor_ids()) {
    CAPTURE(row.hex);
    for (const std::uint8_t octet : std::initializer_list<std::uint8_t>{0x00, 0x1b, 0x7f, 0xff, 0x41}) {
      for (const std::size_t count : {1U, 3U, 4U, 20U, 300U}) {
        auto data = octets_of(row.hex);
        data.insert(data.end(), count, octet);
        const auto line = describe_vendor_id(data, 0, 0);
        CHECK(line.size() < 240);
        CHECK(std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; }));
      }
    }
  }
}

TEST_CASE("Cisco's cookie-bound ID is told by the sender's cookie") {
  // From a capture: initiator cookie e47a591fd057587f, its ID 11bdfe02d056587f2c18125972c32401.
  const auto id = octets_of("11bdfe02d056587f2c18125972c32401");
  const Cookie initiator = 0xe47a591fd057587f;
  CHECK(is_cisco_cookie_bound(id, initiator));
  CHECK_FALSE(is_cisco_cookie_bound(id, initiator + 1));
  CHECK_FALSE(is_cisco_cookie_bound(ByteView{id}.first(15), initiator));
  CHECK_FALSE(is_cisco_cookie_bound({}, initiator));
  CHECK_FALSE(is_cisco_cookie_bound(octets_of("f5c7a71d000100000000000000000000"), 0));
  CHECK(describe_vendor_id(id, initiator, 1) == "Cisco IOS or ASA (bound to the sender's cookie)");
  CHECK(describe_vendor_id(id, 1, initiator) == "Cisco IOS or ASA (bound to the sender's cookie)");
  CHECK(describe_vendor_id(id, 1, 2) == "11bdfe02d056587f2c18125972c32401");
}
