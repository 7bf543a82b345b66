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
           {"-e '' fine.pcap", "--expect: '' is not an expectation"},
           {"-e 'no no up' fine.pcap", "or a finding such as weak-crypto, in place of 'no'\n  no no up\n     ^\n"},
           {"-e encryption=AES-257 fine.pcap", "with a key length if wanted: AES-256 in place of 'AES-257'"},
           {"-e encryption!=3DES-CBC-168 fine.pcap", "in place of '3DES-CBC-168'"},
           {"--expect-file . fine.pcap", "--expect-file: .: is a directory"},
           {"--expect-file /dev/zero fine.pcap", "--expect-file: /dev/zero: is larger than 64 MiB"},
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
  CHECK(has(scratch.run("read kept").out, "36 packets, 35 IKE, 72.3 s\n\n"));  // of 43; one is but the time of the begin
  CHECK(has(slurp(scratch / "kept/198.51.100.41-203.0.113.158.pcapng"), "psk-mismatch: message 5"));
  CHECK(scratch.run("assert -e 'stalled with psk-mismatch' kept").status == 0);

  CHECK(scratch.run("assert --save-pcap none fine.pcap").status == 0);
  CHECK_FALSE(std::filesystem::exists(scratch / "none"));
  const Outcome refused = scratch.run("assert --save-pcap /proc/none stuck.pcap");
  CHECK(refused.status == 2);
  CHECK(has(refused.error, "--save-pcap: /proc/none: "));
}

TEST_CASE("packets are kept of what comes once, too: standard input and pipes") {
  const Scratch scratch;
  for (const std::string& input : {std::string{"- <stuck.pcap"}, std::string{"pipe & cat stuck.pcap >pipe; wait $!"}}) {
    CAPTURE(input);
    const Outcome outcome = scratch.shell("rm -rf pipe kept; mkfifo pipe; \"$IKESCOPE\" assert --save-pcap kept " + input);
    CHECK(outcome.status == 1);
    CHECK(scratch.run("assert -e 'stalled with psk-mismatch' kept").status == 0);
  }
}

TEST_CASE("a verdict that nobody reads to its end counts all the same") {
  const Scratch scratch;
  CHECK(scratch.shell("{ \"$IKESCOPE\" assert stuck.pcap; echo $? >status; } | true").status == 0);
  CHECK(slurp(scratch / "status") == "1\n");
  CHECK(scratch.shell("{ sleep 0.1; \"$IKESCOPE\" assert --format json stuck.pcap; echo $? >status; } | true").status == 0);
  CHECK(slurp(scratch / "status") == "1\n");
}

TEST_CASE("silence after the last message is kept as well: it is what proves the stall") {
  const Scratch scratch;
  const std::string whole = slurp(scratch / "fine.pcap");
  std::string silent = whole.substr(0, 24 + 2 * (16 + 42) + (16 + 222) + (16 + 202));  // up to message 2
  const auto add = [&](std::uint32_t word) {
    for (unsigned shift = 0; shift < 32; shift += 8) silent += static_cast<char>(word >> shift);
  };
  for (const std::uint32_t word : {1795249607U + 30U, 0U, 60U, 60U}) add(word);  // something else, half a minute later
  spill(scratch / "silent.pcap", silent + std::string(60, '\xff'));
  REQUIRE(has(scratch.run("assert --save-pcap kept silent.pcap").out, "it is stalled: no-msg3"));
  const Outcome kept = scratch.run("read kept");
  CHECK_MESSAGE(has(kept.out, "4 packets, 2 IKE, 29.9 s\n\n"), kept.out);
  CHECK(scratch.run("assert -e 'stalled with no-msg3' kept").status == 0);
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
