#include "ike/capture/live.hpp"

#include <doctest/doctest.h>
#include <pcap/pcap.h>

#include <string>
#include <string_view>

#include "support/packets.hpp"

using namespace ike;
using namespace ike::test;

namespace {

/// Whether the kernel's filter would pass `octets`, told by libpcap's own interpreter.
class Filter {
 public:
  Filter(bool esp, int link, bool vlans = true) : Filter{capture::filter_expression({4789}, esp, vlans), link} {}
  Filter(const capture::LiveOptions& options, int link) : Filter{capture::filter_expression(options), link} {}
  Filter(const std::string& expression, int link) : handle_{pcap_open_dead(link, 2048)} {
    REQUIRE_MESSAGE(pcap_compile(handle_, &program_, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0, pcap_geterr(handle_));
  }
  ~Filter() {
    pcap_freecode(&program_);
    pcap_close(handle_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  bool passes(const Bytes& octets) const {
    pcap_pkthdr header{};
    header.caplen = header.len = static_cast<bpf_u_int32>(octets.size());
    return pcap_offline_filter(&program_, &header, octets.data()) != 0;
  }
  unsigned size() const { return program_.bf_len; }

 private:
  pcap_t* handle_;
  bpf_program program_{};
};

}  // namespace

TEST_CASE("the kernel's filter passes what is ours, with none, one and two VLAN tags, and nothing else") {
  const Ip v4;
  const Ip v6{.source = "2001:db8::1", .destination = "2001:db8::2"};
  Ip with_options = v4;
  with_options.options = {1, 1, 1, 0};
  const Bytes message = isakmp({}, {sa({{1, {}, {{1, phase1(7, 256, 4, 1, 14)}}}})});
  const Bytes large = message + Bytes(3000, 0);
  const Bytes quoted = udp(v4, 500, 500, message);
  struct Row {
    std::string_view what;
    Bytes packet;
    bool passes;
    bool passes_with_esp;
  };
  const std::vector<Row> rows{
      {"IKE on 500", udp(v4, 500, 500, message), true, true},
      {"IKE on 500 from another port", udp(v4, 1024, 500, message), true, true},
      {"IKE on 500, IPv6", udp(v6, 500, 500, message), true, true},
      {"IKE on 4500", udp(v4, 4500, 4500, with_marker(message)), true, true},
      {"IKE on 4500 with IPv4 options", udp(with_options, 4500, 4500, with_marker(message)), true, true},
      {"IKE on 4500, IPv6", udp(v6, 4500, 4500, with_marker(message)), true, true},
      {"IKE on a port of the user's", udp(v4, 4789, 4789, message), true, true},
      {"ESP in UDP", udp(v4, 4500, 4500, esp_payload(0x11223344, 1)), false, true},
      {"ESP in UDP, IPv6", udp(v6, 4500, 4500, esp_payload(0x11223344, 1)), false, true},
      {"ESP", esp(v4, 0x11223344, 1), false, true},
      {"ESP, IPv6", esp(v6, 0x11223344, 1), false, true},
      {"DNS", udp(v4, 1024, 53, message), false, false},
      {"ICMP port unreachable", icmp_error(v4, 3, 3, quoted), true, true},
      {"ICMP time exceeded", icmp_error(v4, 11, 0, quoted), true, true},
      {"ICMP echo", icmp_error(v4, 8, 0, quoted), false, false},
      {"ICMPv6 port unreachable", icmp_error(v6, 1, 4, udp(v6, 500, 500, message)), true, true},
      {"ICMPv6 packet too big", icmp_error(v6, 2, 0, udp(v6, 500, 500, message)), true, true},
      {"ICMPv6 echo", icmp_error(v6, 128, 0, udp(v6, 500, 500, message)), false, false},
      {"first IPv4 fragment", fragments(udp(v4, 500, 500, large), 3)[0], true, true},
      {"middle IPv4 fragment", fragments(udp(v4, 500, 500, large), 3)[1], true, true},
      {"last IPv4 fragment", fragments(udp(v4, 500, 500, large), 3)[2], true, true},
      {"first IPv6 fragment", fragments(udp(v6, 500, 500, large), 3)[0], true, true},
      {"last IPv6 fragment", fragments(udp(v6, 500, 500, large), 3)[2], true, true},
  };
  const Filter usual{false, DLT_EN10MB};
  const Filter with_esp{true, DLT_EN10MB};
  for (const Row& row : rows) {
    for (const auto& tags : {std::vector<Tag>{}, std::vector<Tag>{{0x8100, 42}}, std::vector<Tag>{{0x88a8, 7}, {0x8100, 42}}, std::vector<Tag>{{0x8100, 7}, {0x8100, 42}}}) {
      CAPTURE(row.what);
      CAPTURE(tags.size());
      const Bytes frame = ethernet(row.packet, tags);
      CHECK(usual.passes(frame) == row.passes);
      CHECK(with_esp.passes(frame) == row.passes_with_esp);
    }
  }
  CHECK_FALSE(usual.passes(ethernet(udp(v4, 4500, 4500, Bytes{0xff}))));  // a keepalive
  const Filter raw{false, DLT_RAW, false};
  CHECK(raw.passes(udp(v4, 4500, 4500, with_marker(message))));
  CHECK_FALSE(raw.passes(udp(v4, 4500, 4500, esp_payload(0x11223344, 1))));
}

TEST_CASE("what travels in a tunnel passes where it is asked for, and the user's own expression holds besides, whatever the tags") {
  const Ip v4;
  const Bytes message = isakmp({}, {sa({{1, {}, {{1, phase1(7, 256, 4, 1, 14)}}}})});
  const Bytes inner = udp({.source = "10.0.0.1", .destination = "10.0.0.2"}, 500, 500, message);
  capture::LiveOptions wide;
  wide.decap = true;
  capture::LiveOptions narrow = wide;
  narrow.only = "host 192.0.2.1";
  struct Row {
    std::string_view what;
    Bytes packet;
    bool wide;
    bool narrow;
  };
  for (const Row& row : {Row{"GRE", gre(v4, inner), true, true}, Row{"VXLAN", vxlan(v4, ethernet(inner)), true, true}, Row{"Geneve", geneve(v4, ethernet(inner)), true, true},
                         Row{"between others", udp({.source = "203.0.113.1", .destination = "203.0.113.2"}, 500, 500, message), true, false},
                         Row{"no IKE", udp(v4, 53, 53, message), false, false}}) {
    for (const auto& tags : {std::vector<Tag>{}, std::vector<Tag>{{0x8100, 42}}, std::vector<Tag>{{0x88a8, 7}, {0x8100, 42}}}) {
      CAPTURE(row.what);
      CAPTURE(tags.size());
      CHECK(Filter{wide, DLT_EN10MB}.passes(ethernet(row.packet, tags)) == row.wide);
      CHECK(Filter{narrow, DLT_EN10MB}.passes(ethernet(row.packet, tags)) == row.narrow);
    }
  }
  CHECK_THROWS_AS(capture::check_filter("host 192.0.2.1 and"), capture::CaptureError);
  CHECK_NOTHROW(capture::check_filter("host 192.0.2.1"));
}

TEST_CASE("the filter is small enough for the kernel") {
  for (const bool esp : {false, true}) CHECK(Filter{esp, DLT_EN10MB}.size() < 4096);
}

TEST_CASE("an interface that is not there is refused, with what to do about it") {
  try {
    capture::LiveSource source{{.interfaces = {"no-such-if0"}}};
    FAIL("it was opened");
  } catch (const capture::CaptureError& why) {
    const std::string text = why.what();
    CAPTURE(text);
    CHECK(text.starts_with("no-such-if0: "));
    CHECK((text.find("ip link") != std::string::npos || text.find("setcap") != std::string::npos));
  }
}
