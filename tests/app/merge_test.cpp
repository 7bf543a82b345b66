#include "program.hpp"

namespace ike::test {
namespace {

constexpr std::int64_t millisecond = 1'000'000;

/// What passes between two peers, taken at a point whose clock is `clock` milliseconds ahead; a packet from the
/// initiator comes there `from_left` milliseconds after the other point saw it, one from the responder as much before.
Bytes tap(std::int64_t clock, std::int64_t from_left, bool answers = true) {
  std::vector<Record> records;
  std::uint32_t id = 10;
  const auto add = [&](std::int64_t at, bool to_right, const Bytes& message) {
    const Ip way = to_right ? Ip{.id = ++id} : Ip{.source = "198.51.100.2", .destination = "192.0.2.1", .id = ++id};
    if (!to_right && !answers) return;
    records.push_back({.nanoseconds = (100'000 + at + clock + (to_right ? from_left : -from_left)) * millisecond, .octets = ethernet(udp(way, 500, 500, message))});
  };
  const Isakmp both{.responder_cookie = 0x22};
  const Part policy = sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}});
  add(0, true, isakmp({}, {policy}));
  add(100, false, isakmp(both, {policy}));
  add(200, true, isakmp(both, {ke(), nonce()}));
  add(300, false, isakmp(both, {ke(128, 3), nonce(20, 4)}));
  add(400, true, isakmp_encrypted(both, 5, 76));
  add(20'000, true, udp({}, 1, 1, {}));  // no IKE: time goes on
  return pcap(records);
}

}  // namespace

TEST_CASE("--merge sets the second clock by the packets that both captures have, the way between them left out") {
  const Scratch scratch;
  spill(scratch / "left.pcap", tap(0, 0));
  spill(scratch / "right.pcap", tap(-5000, 20));
  const Outcome outcome = scratch.run("read --merge --format json left.pcap right.pcap");
  CHECK(outcome.status == 0);
  CHECK(has(outcome.out, "right.pcap: its clock was set 5.000000 s forward, by 6 packets that are also in left.pcap (half of them agree to 0.020000 s)"));
  CHECK(has(outcome.out, "\"mirror_of\":{\"file\":0,\"packet\":5}"));
  CHECK(has(outcome.out, "\"resends\":0"));
  CHECK_FALSE(has(scratch.run("read --format json left.pcap right.pcap").out, "its clock"));
}

TEST_CASE("--merge tells resends of one message from each other by the identification of IPv4") {
  const Scratch scratch;
  const auto waits = [](std::int64_t clock) {
    std::vector<Record> records;
    std::uint16_t id = 7;
    for (const std::int64_t at : {0, 4'000, 11'200, 24'000}) {
      records.push_back({.nanoseconds = (100'000 + at + clock) * millisecond, .octets = ethernet(udp({.id = ++id}, 500, 500, isakmp({}, {sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}})})))});
    }
    return pcap(records);
  };
  spill(scratch / "left.pcap", waits(0));
  spill(scratch / "right.pcap", waits(-9'000));
  const std::string out = scratch.run("read --merge --format json left.pcap right.pcap").out;
  CHECK(has(out, "right.pcap: its clock was set 9.000000 s forward, by 4 packets that are also in left.pcap"));
  CHECK(has(out, "\"resends\":3"));
}

TEST_CASE("--merge says where packets of one direction only, or none, were shared") {
  const Scratch scratch;
  spill(scratch / "left.pcap", tap(0, 0));
  spill(scratch / "right.pcap", tap(7000, 30, false));
  CHECK(has(scratch.run("read --merge left.pcap right.pcap --format json").out, "set 7.030000 s back, by 4 packets that are also in left.pcap (half of them agree to 0.000000 s); they go one way only"));
  CHECK(has(scratch.run("read --merge stuck.pcap fine.pcap --format json").out, "fine.pcap: shares no packet with the others"));
  const Outcome refused = scratch.run("read --merge stuck.pcap -");
  CHECK(refused.status == 2);
  CHECK(has(refused.error, "--merge: reads its files twice"));
}

TEST_CASE("a pattern that no shell expanded stands for the files that fit") {
  const Scratch scratch;
  spill(scratch / "ring_1.pcap", tap(0, 0));
  spill(scratch / "ring_2.pcap", tap(60'000, 0));
  CHECK(has(scratch.run("read 'ring_*.pcap'").out, "2 files: 12 packets"));
  CHECK(has(scratch.run("read 'none_*.pcap'").error, "none_*.pcap: no such file"));
}

TEST_CASE("hours between two files are said, minutes are not") {
  const Scratch scratch;
  spill(scratch / "monday.pcap", tap(0, 0));
  spill(scratch / "thursday.pcap", tap(72 * 3600 * 1000, 0));
  spill(scratch / "soon.pcap", tap(600 * 1000, 0));
  CHECK(has(scratch.run("read --format json monday.pcap thursday.pcap").out, "nothing was captured for 71 h between monday.pcap and thursday.pcap"));
  CHECK_FALSE(has(scratch.run("read --format json monday.pcap soon.pcap").out, "nothing was captured"));
}

TEST_CASE("of several files the ladder says in which one its packets are counted") {
  const Scratch scratch;
  spill(scratch / "left.pcap", tap(0, 0));
  spill(scratch / "right.pcap", tap(0, 1));
  CHECK_FALSE(has(scratch.run("read stuck.pcap").out, "counted in"));
  CHECK(has(scratch.run("read fine.pcap stuck.pcap").out, "Packets are counted in stuck.pcap."));
  const std::string both = scratch.run("read left.pcap right.pcap").out;
  CHECK(has(both, "File 1 is left.pcap. File 2 is right.pcap."));
  CHECK(has(both, "  1:1  "));
  CHECK(has(both, "  2:1  "));
}

}  // namespace ike::test
