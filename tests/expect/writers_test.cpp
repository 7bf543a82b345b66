#include <doctest/doctest.h>

#include <string>

#include "expect/judged.hpp"
#include "ike/expect/writers.hpp"

using namespace ike;
using namespace ike::expect;
using ike::test::Judged;

namespace {

constexpr std::string_view up = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R6@0.5 IQ1@0.6 RQ2@0.7 IQ3@0.8 END@1";
constexpr std::string_view wrong_key = "I1@0 R2@0.1 I3@0.2 R4@0.3 I5@0.4 R-info@0.5 END@20";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

const Run lab{.source = "lab.pcap", .took = std::nullopt, .early = false, .command = std::nullopt};

}  // namespace

TEST_CASE("text: what holds is a line, what fails shows why, the finding, what to check and the ladder") {
  Judged good;
  good.add(up);
  CHECK(to_text(good.judge("up within 5s"), good.report(), lab) ==
        "ok    up within 5s\n"
        "1 expectation holds; lab.pcap: 9 packets, 9 IKE.\n");

  Judged bad;
  bad.add(wrong_key);
  const std::string text = to_text(bad.judge("192.0.2.1 <-> 198.51.100.2 up within 5s"), bad.report(), lab);
  CAPTURE(text);
  CHECK(text.starts_with("FAIL  192.0.2.1 <-> 198.51.100.2 up within 5s\n      192.0.2.1 -> 198.51.100.2: expected up within 5s; it is stalled:\n        psk-mismatch: "));
  CHECK(has(text, "\n192.0.2.1 -> 198.51.100.2\n  STALLED: "));
  CHECK(has(text, "  Check, in this order\n"));
  CHECK(has(text, "<-- INF encrypted (76)\n"));
  CHECK(has(text, "1 of 1 expectation failed; lab.pcap: 6 packets, 6 IKE.\n"));
}

TEST_CASE("text: lines stay within 80 columns") {
  Judged bad;
  bad.add(wrong_key);
  Run run = lab;
  run.command = CommandResult{"./bring-up.sh " + std::string(90, 'x') + " y", 3, 0, false};
  const std::string text = to_text(bad.judge("192.0.2.1 <-> 198.51.100.2 up within 5s resends<=1 phase2 mode=main encryption=AES-256 group>=14 esp=both"), bad.report(), run);
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) CHECK(text.find('\n', begin) - begin <= 80);
}

TEST_CASE("nothing to judge is said, and asked about") {
  Judged empty;
  const std::string text = to_text(empty.judge("healthy"), empty.report(), lab);
  CHECK(has(text, "nothing to judge: no IKE traffic was seen; lab.pcap: 0 packets, 0 IKE."));
  CHECK(has(text, "Does IKE pass where the capture was taken"));
}

TEST_CASE("TAP: numbered, with a YAML block below what failed") {
  Judged bad;
  bad.add(wrong_key);
  Run run = lab;
  run.command = CommandResult{"./bring-up.sh #1", 3, 0, false};
  const std::string tap = to_tap(bad.judge("up"), bad.report(), run);
  CAPTURE(tap);
  CHECK(tap.starts_with("TAP version 13\n1..2\nnot ok 1 - up\n  ---\n  message: |\n    192.0.2.1 -> 198.51.100.2: expected up; it is stalled: psk-mismatch: "));
  CHECK(has(tap, "\n  finding: psk-mismatch\n  tunnels: |\n    192.0.2.1 -> 198.51.100.2\n"));
  CHECK_MESSAGE(!has(tap, "\n\n"), "Perl's reader ends a block at an empty line");
  CHECK(has(tap, "\n  ...\nnot ok 2 - command: ./bring-up.sh \\#1\n"));
  Judged good;
  good.add(up);
  CHECK(to_tap(good.judge("up"), good.report(), lab) == "TAP version 13\n1..1\nok 1 - up\n# 1 expectation holds; lab.pcap: 9 packets, 9 IKE\n");
}

TEST_CASE("GitHub: one annotation a failure, line ends and property separators escaped") {
  Judged bad;
  bad.add(wrong_key);
  const std::string text = to_github(bad.judge("any <-> 198.51.100.2 up"), bad.report(), lab);
  CAPTURE(text);
  CHECK(text.starts_with("::error title=ikescope%3A any <-> 198.51.100.2 up::192.0.2.1 -> 198.51.100.2: expected up; it is stalled: psk-mismatch: "));
  CHECK(has(text, "%0A"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("JUnit: a failure has its finding as type; names from outside can't break out") {
  Judged bad;
  bad.add(wrong_key);
  Run run = lab;
  run.source = "a\"<b>&\x01\xff.pcap";
  run.command = CommandResult{"sh -c 'exit 3'", 3, 0, false};
  const std::string xml = to_junit(bad.judge("up"), bad.report(), run);
  CAPTURE(xml);
  CHECK(has(xml, "<testsuites name=\"ikescope\" tests=\"2\" failures=\"2\" errors=\"0\" time=\"20.000\">"));
  CHECK(has(xml, "classname=\"ikescope.a&quot;&lt;b&gt;&amp;\\x01\\xff.pcap\""));
  CHECK(has(xml, "<failure type=\"psk-mismatch\" message=\"192.0.2.1 -&gt; 198.51.100.2: expected up; it is stalled: psk-mismatch: "));
  CHECK(has(xml, "<failure type=\"command\" message=\"the command exited with status 3: sh -c 'exit 3'\"/>"));
}

TEST_CASE("JSON: the verdict, its reasons and the whole report") {
  Judged bad;
  bad.add(wrong_key);
  const std::string json = to_json(bad.judge("up"), bad.report(), lab);
  CAPTURE(json);
  CHECK(json.starts_with("{\"schema\":\"ikescope.assert/1\",\"version\":\"0.1.0\",\"result\":\"failed\",\"summary\":\"1 of 1 expectation failed; lab.pcap: 6 packets, 6 IKE\",\"seconds\":null,\"early\":false,\"command\":null,"
                         "\"expectations\":[{\"name\":null,\"expectation\":\"up\",\"result\":\"failed\",\"tunnels\":1,\"reasons\":[{\"initiator\":\"192.0.2.1\",\"responder\":\"198.51.100.2\",\"expected\":\"up\",\"saw\":\"it is stalled: psk-mismatch: "));
  CHECK(has(json, "\"finding\":\"psk-mismatch\"}],\"reasons_left_out\":0}],\"report\":{\"schema\":\"ikescope.report/1\""));
  CHECK(json.ends_with("}}\n"));
}

TEST_CASE("what an early end left open is neither passed nor failed") {
  Judged young;
  young.add("I1@0 R2@0.1 END@1");
  const Verdict open = young.judge("up", false);
  CHECK(has(to_text(open, young.report(), lab), "open  up\n      not decided"));
  CHECK(has(to_tap(open, young.report(), lab), "ok 1 - up # SKIP not decided"));
  CHECK(has(to_junit(open, young.report(), lab), "<skipped message=\"not decided when all was over\"/>"));
  CHECK(has(to_json(open, young.report(), lab), "\"result\":\"undecided\""));
}
