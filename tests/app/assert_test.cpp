#include <filesystem>

#include "program.hpp"

using namespace ike::test;

TEST_CASE("the exit status tells whether expectations hold, and the output why not") {
  struct Row {
    std::string arguments;
    int status;
    std::string_view says;
  };
  const Scratch scratch;
  spill(scratch / "empty.pcap", pcap({}));
  spill(scratch / "two.toml", "expect = \"tunnels=1\"\n[[tunnel]]\nname = \"branch 7\"\npeers = [\"198.51.100.41\", \"any\"]\nexpect = \"up within 5s\"\n");
  spill(scratch / "wrong.toml", "[[tunnel]]\npeers = [\"198.51.100.41\", \"any\"]\nexpect = \"upp\"\n");
  for (const Row& row : std::initializer_list<Row>{
           {"fine.pcap", 0, "ok    every tunnel is healthy\n"},
           {"stuck.pcap", 1, "it is stalled:\n        psk-mismatch: the pre-shared keys differ"},
           {"stuck.pcap fine.pcap", 1, "FAIL  every tunnel is healthy"},
           {"-e 'up within 5s resends=0 main esp=both' fine.pcap", 0, "ok    up within 5s resends=0 main esp=both\n"},
           {"--expect 'up within 1ms' fine.pcap", 1, "expected up within 1ms; it took"},
           {"-e 'stalled with psk-mismatch at MM_WAIT_MSG6' stuck.pcap", 0, "1 expectation holds"},
           {"-e up -e 'not aggressive' stuck.pcap", 1, "1 of 2 expectations failed"},
           {"-e '10.0.0.1 <-> 10.0.0.2 up' fine.pcap", 1, "expected up; no IKE was seen between these peers"},
           {"-e '10.0.0.1 <-> 10.0.0.2 never' fine.pcap", 0, "ok"},
           {"--expect-file two.toml stuck.pcap", 1, "ok    tunnels=1\nFAIL  branch 7\n"},
           {"empty.pcap", 3, "nothing to judge: no IKE traffic was seen"},
           {"-e never empty.pcap", 0, "ok    never"},
           {"--format tap stuck.pcap", 1, "TAP version 13\n1..1\nnot ok 1 - every tunnel is healthy\n"},
           {"--format json fine.pcap", 0, "{\"schema\":\"ikescope.assert/1\""},
           {"--format github stuck.pcap", 1, "::error title=ikescope%3A every tunnel is healthy::"},
           {"--format junit stuck.pcap", 1, "<failure type=\"psk-mismatch\""},
           {"fine.pcap missing.pcap", 2, "ok    every tunnel is healthy"},
       }) {
    CAPTURE(row.arguments);
    const Outcome outcome = scratch.run("assert " + row.arguments);
    CAPTURE(outcome.out);
    CHECK(outcome.status == row.status);
    CHECK(has(outcome.out, row.says));
  }
}

TEST_CASE("what can't be understood is refused with its place; nothing is judged") {
  struct Row {
    std::string arguments;
    std::string_view says;
  };
  const Scratch scratch;
  spill(scratch / "wrong.toml", "[[tunnel]]\npeers = [\"198.51.100.41\", \"any\"]\nexpect = \"upp\"\n");
  for (const Row& row : std::initializer_list<Row>{
           {"", "no file and no interface given; write: ikescope assert FILE, or: ikescope assert -i IF"},
           {"-e 'up within five' fine.pcap", "--expect: expected a time such as 5s, 500ms or 2min in place of 'five'\n  up within five\n            ^\n"},
           {"--expect-file wrong.toml fine.pcap", "wrong.toml:3:10: expected a condition"},
           {"--expect-file missing.toml fine.pcap", "--expect-file: missing.toml: No such file or directory"},
           {"--within 5 fine.pcap", "--within: is for interfaces"},
           {"fine.pcap -- true", "a command needs an interface to watch"},
           {"-i lo fine.pcap", "'fine.pcap': either files or interfaces, not both"},
           {"-i lo --", "no command after --"},
           {"-i no-such-if0 --within 1", "no-such-if0: "},
           {"-i lo --within 0", "--within: '0' is not a number of seconds above 0"},
           {"--format xml fine.pcap", "--format: 'xml' is not one of text|junit|tap|json|github"},
           {"missing.pcap", "missing.pcap: "},
       }) {
    CAPTURE(row.arguments);
    const Outcome outcome = scratch.run("assert " + row.arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK_MESSAGE(has(outcome.error, row.says), outcome.error);
  }
}

TEST_CASE("the packets of what failed are kept, with what they prove") {
  const Scratch scratch;
  const Outcome outcome = scratch.run("assert --save-pcap kept stuck.pcap");
  CHECK(outcome.status == 1);
  CHECK(has(outcome.error, "kept the packets: kept/198.51.100.41-203.0.113.158.pcapng"));
  CHECK(has(scratch.run("read kept").out, "35 packets, 35 IKE"));  // of 43
  CHECK(has(slurp(scratch / "kept/198.51.100.41-203.0.113.158.pcapng"), "psk-mismatch: message 5"));
  CHECK(scratch.run("assert -e 'stalled with psk-mismatch' kept").status == 0);

  CHECK(scratch.run("assert --save-pcap none fine.pcap").status == 0);
  CHECK_FALSE(std::filesystem::exists(scratch / "none"));
  CHECK(scratch.run("assert --save-pcap /proc/none stuck.pcap").status == 2);
}

TEST_CASE("every capture of the collection passes or fails with its reason") {
  struct Row {
    std::string_view capture;
    std::string_view finding;  // empty: it passes
  };
  const Scratch scratch;
  for (const Row& row : {
           Row{"main-mode/strongswan-strongswan.pcap", ""},
           Row{"aggressive/strongswan-strongswan.pcap", ""},
           Row{"seeds/main-mode.pcap", ""},
           Row{"seeds/invalid-cookie.pcap", "invalid-cookie"},
           Row{"seeds/no-proposal-chosen.pcap", "no-proposal-chosen"},
           Row{"seeds/payload-malformed.pcap", "psk-mismatch"},
           Row{"stalls/psk-mismatch/libreswan-strongswan.pcap", "psk-mismatch"},
           Row{"stalls/refused-msg3/libreswan-strongswan.pcap", "refused-msg3"},
           Row{"stalls/reply-lost/strongswan-libreswan.pcap", "reply-lost"},
           Row{"stalls/nat-t-blocked/strongswan-libreswan.pcap", "nat-t-blocked"},
           Row{"stalls/no-proposal-chosen/libreswan-strongswan.pcap", "no-proposal-chosen"},
       }) {
    CAPTURE(row.capture);
    const std::string path = "'" IKE_PCAPS "/" + std::string{row.capture} + "'";
    const Outcome outcome = scratch.run("assert --format junit " + path);
    CHECK(outcome.status == (row.finding.empty() ? 0 : 1));
    CHECK(has(outcome.out, "<failure") == !row.finding.empty());
    if (!row.finding.empty()) {
      CHECK_MESSAGE(has(outcome.out, "<failure type=\"" + std::string{row.finding} + "\""), outcome.out);
      CHECK(scratch.run("assert -e 'stalled with " + std::string{row.finding} + "' " + path).status == 0);
    }
  }
}
