#include <doctest/doctest.h>

#include <string>

#include "ike/expect/expectation.hpp"

using namespace ike;
using namespace ike::expect;

namespace {

/// What was understood, in one line: the peers' lengths, then every condition as written, a `!` before negated ones.
std::string understood(std::string_view text) {
  const auto parsed = parse(text);
  if (!parsed) return "error: " + parsed.error().expected;
  std::string out;
  if (parsed->between) {
    const auto peer = [](const Peer& one) { return one.address.family == 0 ? std::string{"any"} : net::to_string(one.address) + "/" + std::to_string(one.length); };
    out = peer(parsed->between->first) + (parsed->between->directed ? " -> " : " <-> ") + peer(parsed->between->second) + ":";
  }
  for (const Condition& condition : parsed->conditions) out += (out.empty() ? "" : " ") + std::string{condition.negated ? "!" : ""} + "[" + condition.text + "]";
  return out;
}

}  // namespace

TEST_CASE("an expectation is peers and conditions, whatever the blanks") {
  struct Row {
    std::string_view text;
    std::string_view means;
  };
  for (const Row& row : {
           Row{"up", "[up]"},
           Row{"192.0.2.1 <-> 198.51.100.7 up", "192.0.2.1/32 <-> 198.51.100.7/32: [up]"},
           Row{"192.0.2.1<->198.51.100.7 up", "192.0.2.1/32 <-> 198.51.100.7/32: [up]"},
           Row{"192.0.2.1->198.51.100.0/24 up", "192.0.2.1/32 -> 198.51.100.0/24: [up]"},
           Row{"2001:db8::1 <-> 2001:db8:7::/48 up", "2001:db8::1/128 <-> 2001:db8:7::/48: [up]"},
           Row{"any <-> * never", "any <-> any: [never]"},
           Row{"192.0.2.1 <-> 198.51.100.7 up within 5s resends<=1 phase2 mode=main encryption=AES-256 group>=14 esp=both",
               "192.0.2.1/32 <-> 198.51.100.7/32: [up within 5s] [resends<=1] [phase2] [mode=main] [encryption=AES-256] [group>=14] [esp=both]"},
           Row{"  up\twithin  1.5s\n resends <= 1 ", "[up within 1.5s] [resends <= 1]"},
           Row{"not aggressive no weak-crypto", "![not aggressive] ![no weak-crypto]"},
           Row{"stalled with psk-mismatch", "[stalled] [with psk-mismatch]"},
           Row{"rejected with no-proposal-chosen at MM_WAIT_MSG2", "[rejected] [with no-proposal-chosen] [at MM_WAIT_MSG2]"},
           Row{"up with weak-crypto not with retries", "[up] [with weak-crypto] ![not with retries]"},
           Row{"no warnings no resends not stalled", "![no warnings] [no resends] ![not stalled]"},
           Row{"tunnels=20 attempts<3 quick-modes>=2 lifetime<=86400 group=MODP-2048 hash!=MD5 auth=psk", "[tunnels=20] [attempts<3] [quick-modes>=2] [lifetime<=86400] [group=MODP-2048] [hash!=MD5] [auth=psk]"},
           Row{"esp==to-responder", "[esp==to-responder]"},
       }) {
    CAPTURE(row.text);
    CHECK(understood(row.text) == row.means);
  }
}

TEST_CASE("names of algorithms are read in the forms that the field uses") {
  struct Row {
    std::string_view text;
    std::uint64_t value;
    std::uint16_t key_length = 0;
  };
  for (const Row& row : {
           Row{"encryption=AES", 7}, Row{"encryption=aes-256", 7, 256}, Row{"encryption=AES-CBC-128", 7, 128}, Row{"encryption=aes_cbc_192", 7, 192}, Row{"encryption=3DES", 5},
           Row{"encryption=3des-cbc", 5}, Row{"encryption=DES", 1}, Row{"hash=SHA1", 2}, Row{"hash=sha", 2}, Row{"hash=SHA-256", 4}, Row{"hash=SHA2-512", 6}, Row{"hash=md5", 1},
           Row{"group=14", 14}, Row{"group=modp2048", 14}, Row{"group=ECP-256", 19}, Row{"auth=PSK", 1}, Row{"auth=rsa-sig", 3}, Row{"auth=XAUTH-PSK", 65001}, Row{"mode=aggressive", 4},
       }) {
    CAPTURE(row.text);
    const auto parsed = parse(row.text);
    REQUIRE(parsed);
    const auto& compare = std::get<Compare>(parsed->conditions.front().what);
    CHECK(compare.value == row.value);
    CHECK(compare.key_length == row.key_length);
  }
}

TEST_CASE("a syntax error shows the place and what was expected there") {
  struct Row {
    std::string_view text;
    std::size_t offset;
    std::string_view expected;
  };
  for (const Row& row : {
           Row{"", 0, "expected a condition such as up, never or resends<=1"},
           Row{"192.0.2.1", 9, "expected <-> or -> and the other peer at the end"},
           Row{"192.0.2.1 up", 10, "expected <-> or -> and the other peer in place of 'up'"},
           Row{"<-> 192.0.2.1 up", 0, "expected an address before '<->'"},
           Row{"gateway <-> 192.0.2.1 up", 0, "expected an address, a prefix such as 198.51.100.0/24, or any, in place of 'gateway'"},
           Row{"192.0.2.1 <-> 192.0.2.300 up", 14, "in place of '192.0.2.300'"},
           Row{"192.0.2.1 <->", 13, "or any, at the end"},
           Row{"192.0.2.1/33 <-> any up", 0, "expected an address"},
           Row{"192.0.2.1 <-> 198.51.100.7", 26, "expected a condition"},
           Row{"up withn 5s", 3, "did you mean within?"},
           Row{"upp", 0, "did you mean up?"},
           Row{"up within", 9, "expected a time such as 5s, 500ms or 2min at the end"},
           Row{"up within five", 10, "expected a time such as 5s, 500ms or 2min in place of 'five'"},
           Row{"up within 5", 10, "expected a time"},
           Row{"up within -5s", 10, "expected a time"},
           Row{"up within 0s", 10, "expected a time"},
           Row{"up within 1e30s", 10, "expected a time"},
           Row{"up within nans", 10, "expected a time"},
           Row{"stalled within 5s", 8, "expected a time limit only after up, phase1, phase2 or healthy"},
           Row{"not up within 5s", 7, "expected no time limit for what is not to be"},
           Row{"stalled with psk-missmatch", 13, "did you mean psk-mismatch?"},
           Row{"psk-mismatch", 0, "for a finding write: with psk-mismatch, or: no psk-mismatch"},
           Row{"stalled at MM_WAIT", 11, "expected a position in the words of an ASA, such as MM_WAIT_MSG4, in place of 'MM_WAIT'; ikescope explain has"},
           Row{"no", 2, "expected a state such as aggressive, or a finding such as weak-crypto, at the end"},
           Row{"no weak-cripto", 3, "did you mean weak-crypto?"},
           Row{"resends", 7, "expected =, !=, <, <=, > or >= after resends at the end"},
           Row{"resends up", 8, "after resends in place of 'up'"},
           Row{"resends<=", 9, "expected a number at the end"},
           Row{"resends<=one", 9, "expected a number in place of 'one'"},
           Row{"resends<=-1", 9, "expected a number"},
           Row{"resends<=99999999999", 9, "expected a number"},
           Row{"mode>main", 4, "expected = or != after mode: its values have no order"},
           Row{"at MM_KEY_EXCH", 3, "in the words of an ASA"},
           Row{"mode=quick", 5, "expected main or aggressive"},
           Row{"encryption=AES-X", 11, "expected AES-CBC, 3DES-CBC"},
           Row{"group>=big", 7, "expected a group such as 14 or MODP-2048"},
           Row{"esp=twice", 4, "expected both, none, any, to-responder or to-initiator"},
           Row{"resends !2", 8, "expected =, !="},
           Row{"up <= 3", 3, "expected a condition such as up or resends<=1 in place of '<='"},
       }) {
    CAPTURE(row.text);
    const auto parsed = parse(row.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().offset == row.offset);
    CHECK_MESSAGE(parsed.error().expected.find(row.expected) != std::string::npos, parsed.error().expected);
  }
}

TEST_CASE("the message of a syntax error has a caret below the place") {
  CHECK(parse("any <-> any up withn 5s").error().message() ==
        "expected a condition (a state such as up or stalled, with FINDING, at POSITION, not, no, never, or a comparison such as resends<=1) in place of 'withn'; did you mean within?\n"
        "  any <-> any up withn 5s\n"
        "                 ^\n");
  const std::string hostile = parse("up\t\x1b[2Jup").error().message();
  CHECK(hostile.find('\x1b') == std::string::npos);
  CHECK(hostile.find('\t') == std::string::npos);
}

TEST_CASE("every cut and every single wrong octet of an expectation is read or refused within its text") {
  const std::string whole = "192.0.2.1 <-> 198.51.100.0/24 up within 5s resends<=1 mode=main encryption=AES-256 stalled with psk-mismatch no weak-crypto";
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    const auto cut = parse(whole.substr(0, i));
    if (!cut) CHECK(cut.error().offset <= i);
    for (const char octet : {'\0', ' ', '<', '-', '\xff', '9'}) {
      std::string changed = whole;
      if (i < changed.size()) changed[i] = octet;
      const auto parsed = parse(changed);
      if (!parsed) CHECK(parsed.error().offset <= changed.size());
    }
  }
}

TEST_CASE("only never, negations and upper limits of tunnels can hold where nothing is seen") {
  struct Row {
    std::string_view text;
    bool allowed;
  };
  for (const Row& row : {Row{"never", true}, Row{"not aggressive no weak-crypto", true}, Row{"tunnels=0", true}, Row{"tunnels<=3", true}, Row{"tunnels>=1", false}, Row{"up", false}, Row{"not aggressive up", false}, Row{"resends=0", false}}) {
    CAPTURE(row.text);
    CHECK(parse(row.text)->allows_nothing() == row.allowed);
  }
}

TEST_CASE("a file of expectations gives them in its order") {
  const auto parsed = parse_file(R"(
expect = ["tunnels=2", "no weak-crypto"]

[[tunnel]]
name = "branch 7"
peers = ["192.0.2.1", "198.51.100.7"]
expect = "up within 5s"

[[tunnel]]
initiator = "2001:db8::/32"
responder = "any"
expect = ["stalled with psk-mismatch", "mode=main"]
)",
                                 "tunnels.toml");
  REQUIRE(parsed);
  std::string all;
  for (const Expectation& one : *parsed) all += one.title() + " | " + one.text + "\n";
  CHECK(all ==
        "tunnels=2 | tunnels=2\n"
        "no weak-crypto | no weak-crypto\n"
        "branch 7 | 192.0.2.1 <-> 198.51.100.7 up within 5s\n"
        "2001:db8::/32 -> any stalled with psk-mismatch | 2001:db8::/32 -> any stalled with psk-mismatch\n"
        "2001:db8::/32 -> any mode=main | 2001:db8::/32 -> any mode=main\n");
}

TEST_CASE("an error in a file names the line and shows it") {
  struct Row {
    std::string_view toml;
    std::string_view message;
  };
  for (const Row& row : {
           Row{"", "t.toml:1:1: expected at least one expectation"},
           Row{"expect = \"up\"\nexpct = 3\n", "t.toml:2:1: expected expect or [[tunnel]] in place of 'expct'\n  expct = 3\n  ^\n"},
           Row{"expect = 3", "t.toml:1:10: expected an expectation in quotes, or a list of them\n  expect = 3\n           ^\n"},
           Row{"expect = []", "t.toml:1:10: expected at least one expectation in the list"},
           Row{"expect = \"upp\"", "t.toml:1:10: expected a condition"},
           Row{"[tunnel]\nexpect = \"up\"", "expected a list of tables: write [[tunnel]]"},
           Row{"[[tunnel]]\npeers = [\"192.0.2.1\"]\nexpect = \"up\"", "t.toml:2:9: expected two peers"},
           Row{"[[tunnel]]\npeers = [\"192.0.2.1\", \"gateway\"]\nexpect = \"up\"", "t.toml:2:23: expected an address"},
           Row{"[[tunnel]]\npeers = [\"192.0.2.1\", \"any up never\"]\nexpect = \"up\"", "t.toml:2:23: expected an address"},
           Row{"[[tunnel]]\nexpect = \"up\"", "expected peers = ["},
           Row{"[[tunnel]]\npeers = [\"any\", \"any\"]\n", "expected expect = \"...\" in this table"},
           Row{"[[tunnel]]\npeers = [\"any\", \"any\"]\ninitiator = \"any\"\nexpect = \"up\"", "expected either peers, or initiator and responder"},
           Row{"[[tunnel]]\nname = 7\npeers = [\"any\", \"any\"]\nexpect = \"up\"", "t.toml:2:8: expected a name in quotes"},
           Row{"[[tunnel]]\nexpects = \"up\"", "t.toml:2:1: expected name, peers, initiator, responder or expect in place of 'expects'"},
           Row{"expect = \"up", "t.toml:1:"},
       }) {
    CAPTURE(row.toml);
    const auto parsed = parse_file(row.toml, "t.toml");
    REQUIRE_FALSE(parsed);
    CHECK_MESSAGE(parsed.error().message().find(row.message) != std::string::npos, parsed.error().message());
  }
}

TEST_CASE("hostile files are refused, not followed into the depth") {
  std::string dotted = "expect = \"up\"\na";
  for (int i = 0; i < 100'000; ++i) dotted += ".a";
  const auto endless = parse_file(dotted + " = 1", "t.toml");
  CHECK_FALSE(endless);
  CHECK_FALSE(parse_file("expect = " + std::string(100'000, '['), "t.toml"));
  CHECK_FALSE(parse_file(std::string("expect = \"\0\"", 12), "t.toml"));
  CHECK_FALSE(parse_file("\xff\xfe\x00", "t.toml"));
}
