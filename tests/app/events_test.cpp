#include "program.hpp"

namespace ike::test {
namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("--format ndjson: a line for every exchange, message and resend, then verdicts and totals") {
  const Scratch scratch;
  const Outcome outcome = scratch.run("read --format ndjson stuck.pcap");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with("{\"type\":\"capture\",\"event\":\"start\",\"schema\":\"ikescope.report/1\"}\n"));
  const std::string report = scratch.run("read --format json stuck.pcap").out;
  CHECK(has(report, "\"ike_packets\":" + std::to_string(count(outcome.out, "{\"type\":\"message\""))));
  CHECK(has(outcome.out, "{\"type\":\"exchange\",\"time\":"));
  CHECK(has(outcome.out, "\"number\":1,\"length\":204,\"encrypted\":false,\"payloads\":[\"SA\",\"VID\""));
  CHECK(has(outcome.out, "\"position\":\"MM_WAIT_MSG6\""));
  CHECK(has(outcome.out, "\"times_sent\":6"));
  CHECK(has(outcome.out, "{\"type\":\"tunnel\",\"id\":\"t1\","));
  CHECK(has(outcome.out, "\"verdict\":\"stalled\",\"refused\":true"));
  CHECK(has(outcome.out, "{\"type\":\"finding\",\"id\":\"psk-mismatch\",\"tunnel\":\"t1\",\"exchange\":\"t1.a2\",\"certainty\":\"likely\",\"severity\":\"stall\""));
  CHECK(outcome.out.substr(outcome.out.rfind("{\"type\"")).starts_with("{\"type\":\"capture\",\"event\":\"complete\",\"files\":["));
}

TEST_CASE("each tunnel of a report has an id of its own, in order of the first packets, and findings name it") {
  const Scratch scratch;
  const std::string report = scratch.run("read --format json stuck.pcap fine.pcap").out;
  const std::size_t first = report.find("\"tunnels\":[{\"id\":\"t1\"");
  const std::size_t second = report.find("{\"id\":\"t2\",\"peers\"");
  CHECK(first != std::string::npos);
  CHECK((second != std::string::npos && second > first));
  CHECK_FALSE(has(report, "{\"id\":\"t3\",\"peers\""));
  CHECK(has(report, "\"tunnel\":\"t2\",\"exchange\":\"t2.a"));
}

TEST_CASE("lines of ndjson hold the objects of the JSON report") {
  const Scratch scratch;
  const std::string report = scratch.run("read --format json stuck.pcap").out;
  const std::string out = scratch.run("read --format ndjson stuck.pcap").out;
  std::size_t compared = 0;
  for (const std::string begin : {"{\"type\":\"tunnel\",", "{\"type\":\"exchange\",\"id\":\"t", "{\"type\":\"finding\",", "{\"type\":\"capture\",\"event\":\"complete\","}) {
    for (std::size_t at = out.find(begin); at != std::string::npos; at = out.find(begin, at + 1), ++compared) {
      const std::string line = out.substr(at, out.find('\n', at) - at);
      const std::size_t members = line.find(begin.ends_with("complete\",") ? "\"files\"" : "\"id\"");
      CAPTURE(line);
      CHECK(has(report, "{" + line.substr(members)));
    }
  }
  CHECK(compared >= 4);
  for (std::size_t at = 0; at < out.size(); at = out.find('\n', at) + 1) CHECK(out.compare(at, 9, "{\"type\":\"") == 0);
}

TEST_CASE("a message that a mirror shows twice is a copy, one that was sent again a resend") {
  const Scratch scratch;
  const Bytes message = isakmp({}, {sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}})});
  const auto at = [&](std::int64_t milliseconds, std::uint32_t id) { return Record{.nanoseconds = milliseconds * 1'000'000, .octets = ethernet(udp({.id = id}, 500, 500, message))}; };
  spill(scratch / "twice.pcap", pcap({at(1000, 7), at(1001, 7), at(9000, 8), at(9001, 8)}));
  const std::string out = scratch.run("read --format ndjson twice.pcap").out;
  const std::string passing = out.substr(0, out.find("{\"type\":\"tunnel\""));
  CHECK(count(passing, "{\"type\":\"message\"") == 4);
  CHECK(count(passing, "\"mirror_of\":{") == 2);
  CHECK(count(passing, "\"resend_of\":{") == 1);
  CHECK(has(passing, "\"resend_of\":{\"file\":0,\"packet\":1},\"mirror_of\":null"));
  CHECK(has(passing, "\"seconds\":8.000000,"));
}

TEST_CASE("of thousands of exchanges at once every resend is known, and events keep the order of their packets") {
  const Scratch scratch;
  constexpr unsigned many = 5000;
  std::vector<Record> records;
  const Part policy = sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}});
  std::uint32_t packet = 0;
  for (const std::int64_t second : {1, 9}) {
    for (unsigned i = 1; i <= many; ++i) {
      const std::uint64_t cookie = i * 0x9e3779b97f4a7c15U;
      ++packet;
      records.push_back({.nanoseconds = second * 1'000'000'000 + i, .octets = ethernet(udp({.id = packet}, 500, 500, isakmp({.initiator_cookie = cookie}, {policy})))});
    }
  }
  spill(scratch / "many.pcap", pcap(records, {.nanoseconds = true}));
  const std::string out = scratch.run("read --format ndjson many.pcap").out;
  const std::string passing = out.substr(0, out.find("{\"type\":\"tunnel\""));
  CHECK(count(passing, "{\"type\":\"exchange\"") == many);
  CHECK(count(passing, "{\"type\":\"message\"") == 2 * many);
  CHECK(count(passing, "\"resend_of\":{") == many);
  std::size_t last = 0;
  bool ordered = true;
  constexpr std::string_view named = "\"file\":0,\"packet\":";
  for (std::size_t line = out.find('\n') + 1; out.compare(line, 15, "{\"type\":\"tunnel") != 0; line = out.find('\n', line) + 1) {
    const std::size_t number = std::stoul(out.substr(out.find(named, line) + named.size(), 8));
    ordered = ordered && number >= last;
    last = number;
  }
  CHECK(ordered);
  CHECK(last == 2 * many);
}

TEST_CASE("events leave as they come: a line is there while the pipe is still open") {
  const Scratch scratch;
  const Outcome outcome = scratch.shell(
      "mkfifo pipe; \"$IKESCOPE\" read --format ndjson - <pipe >events & reader=$!; exec 3>pipe; head -c 900 stuck.pcap >&3; "
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -q '\"type\":\"message\"' events && break; sleep 0.1; done; "
      "grep -c '\"type\":\"message\"' events; grep -c '\"event\":\"complete\"' events; "
      "tail -c +901 stuck.pcap >&3; exec 3>&-; wait $reader; echo \"status $?\"; grep -c '\"event\":\"complete\"' events");
  CHECK(outcome.out.find_first_of("123456789") == 0);
  CHECK(has(outcome.out, "\n0\nstatus 0\n1\n"));
}

TEST_CASE("--follow reads what is written to the file meanwhile, and reports when it is interrupted") {
  const Scratch scratch;
  const Outcome outcome = scratch.shell(
      "head -c 1000 stuck.pcap >growing.pcap; \"$IKESCOPE\" read --follow --format ndjson growing.pcap >events & reader=$!; "
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -q '\"type\":\"message\"' events && break; sleep 0.1; done; "
      "tail -c +1001 stuck.pcap >>growing.pcap; "
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -q '\"times_sent\":6' events && break; sleep 0.1; done; "
      "grep -c '\"event\":\"complete\"' events; kill -INT $reader; wait $reader; echo \"status $?\"; grep '\"event\":\"complete\"' events");
  CHECK(has(outcome.out, "0\nstatus 0\n"));
  CHECK(has(outcome.out, "\"event\":\"complete\",\"files\":["));
  CHECK(has(outcome.out, "],\"packets\":43,"));
}

TEST_CASE("--follow ends, and says why, where the file is written anew or another takes its name") {
  for (const auto& [change, said] : {std::pair{"head -c 100 stuck.pcap >growing.pcap", "became shorter while it was read"},
                                     std::pair{"cp stuck.pcap other && mv other growing.pcap", "another file has taken its name"}}) {
    CAPTURE(change);
    const Scratch scratch;
    const Outcome outcome = scratch.shell(
        "cp stuck.pcap growing.pcap; \"$IKESCOPE\" read --follow --format ndjson growing.pcap >events & reader=$!; "
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do grep -q '\"type\":\"message\"' events && break; sleep 0.1; done; " +
        std::string{change} + "; wait $reader; echo \"status $?\"; cat events");
    CHECK(has(outcome.out, "status 0\n"));
    CHECK(has(outcome.out, said));
    CHECK(has(outcome.out, "],\"packets\":43,"));
  }
}

TEST_CASE("what --follow and ndjson do not go with is refused in one line") {
  const Scratch scratch;
  for (const std::string arguments : {"read --follow stuck.pcap fine.pcap", "read --follow .", "read --format ndjson --peer 192.0.2.1 stuck.pcap"}) {
    CAPTURE(arguments);
    const Outcome outcome = scratch.run(arguments);
    CHECK(outcome.status == 2);
    CHECK(lines(outcome.error) == 1);
  }
}

}  // namespace ike::test
