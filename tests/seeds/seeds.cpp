#include "seeds/seeds.hpp"

#include <string>
#include <utility>

namespace ike::test {
namespace {

constexpr std::uint64_t initiator_cookie = 0x5b1e0c7a94d2f836;
constexpr std::uint64_t responder_cookie = 0xc8a3417de6095bf2;
constexpr std::int64_t one_second = 1'000'000'000;

// 3DES, SHA, pre-shared key, MODP-1024, a day: with these an SA payload has the 56 octets that every length in
// the logs leaves for it.
Part sa_of_one_transform() {
  return sa({{.protocol = 1, .spi = {}, .transforms = {{.id = 1, .attributes = phase1(5, 0, 2, 1, 2)}}}});
}

Part natt_02() { return vid(hex("90cb80913ebb696e086381b5ec427b1f")); }
Part natt_03() { return vid(hex("7d9419a65310ca6f2c179d9215529d56")); }
Part natt_rfc() { return vid(hex("4a131c81070358455c5728f20e95452f")); }
Part fragmentation(std::uint32_t capabilities = 0xc0000000) {
  return vid(hex("4048b7d56ebce88525e7de7f00d6c2d3") + be32(capabilities));
}
Part unity() { return vid(hex("12f5f28c457168a9702d9fe274cc0100")); }
Part xauth_v6() { return vid(hex("09002689dfd6b712")); }
// Bound to the sender's cookie; only the first eight octets are known to be.
Part spoofed_ios() { return vid(be64(initiator_cookie ^ 0xf5c7a71d00010000) + be64(0x2000000100000000)); }
Part altiga() { return vid(hex("1f07f70eaa6514d3b0fa96542a500100")); }

/// An exchange between two peers, message after message.
class Trace {
 public:
  /// `start`: seconds since the epoch of the log's first line.
  explicit Trace(std::int64_t start) : start_{start} {}

  void from_initiator(double at, const Bytes& message) {
    add(at, {.source = left, .destination = right, .id = 0x4a00 + count_}, message);
  }
  void from_responder(double at, const Bytes& message) {
    add(at, {.source = right, .destination = left, .id = 0x9c00 + count_, .ttl = 250}, message);
  }

  void message1(double at, std::vector<Part> payloads) {
    payloads.insert(payloads.begin(), sa_of_one_transform());
    from_initiator(at, isakmp({.initiator_cookie = initiator_cookie}, payloads));
  }
  void message2(double at, const Part& vendor) { from_responder(at, isakmp(both(), {sa_of_one_transform(), vendor})); }
  void message3(double at) {
    from_initiator(at, isakmp(both(), {ke(128, 1), nonce(20, 2), unity(), xauth_v6(), spoofed_ios(), altiga()}));
  }
  void message4(double at) { from_responder(at, isakmp(both(), {ke(128, 3), nonce(64, 4)})); }
  void message5(double at) { from_initiator(at, isakmp_encrypted(both(), 5, 84, 5)); }
  // The log counts 64 before padding: 36 octets of ID and HASH make 40 with 3DES's block of 8.
  void message6(double at) { from_responder(at, isakmp_encrypted(both(), 5, 68, 6)); }
  /// A notify in clear; its SPI are the two cookies.
  void notify_from_responder(double at, std::uint32_t message_id, std::uint16_t type, std::size_t data) {
    Isakmp header = both();
    header.exchange = 5;
    header.message_id = message_id;
    from_responder(at, isakmp(header, {notify(type, Bytes(data), 1, be64(initiator_cookie) + be64(responder_cookie))}));
  }

  [[nodiscard]] Bytes file() const { return pcap(records_); }

 private:
  static constexpr const char* left = "192.0.2.1";
  static constexpr const char* right = "198.51.100.7";

  static Isakmp both() { return {.initiator_cookie = initiator_cookie, .responder_cookie = responder_cookie}; }

  void add(double at, const Ip& header, const Bytes& message) {
    ++count_;
    const auto microseconds = static_cast<std::int64_t>(at * 1e6 + 0.5);
    records_.push_back(
        {.nanoseconds = start_ * one_second + microseconds * 1000, .octets = ethernet(udp(header, 500, 500, message))});
  }

  std::int64_t start_;
  std::uint32_t count_ = 0;
  std::vector<Record> records_;
};

Bytes invalid_cookie() {
  Trace trace{1'276'191'365};  // 2010-06-10 17:36:05
  trace.message1(0.000, {natt_02(), natt_03(), fragmentation()});
  trace.message2(0.081, fragmentation(0x80000000));  // the log: Main Mode and Aggressive Mode
  trace.message3(0.112);
  trace.message3(8.112);
  trace.notify_from_responder(8.190, 0, 4, 12);
  trace.notify_from_responder(8.191, 0, 4, 12);
  return trace.file();
}

Bytes no_proposal_chosen() {
  Trace trace{1'270'133'328};  // 04-01 14:48:48; the log has no year
  trace.message1(0.000, {natt_02(), natt_03(), natt_rfc(), fragmentation()});
  trace.notify_from_responder(0.081, 0xce4a3ffe, 14, 0);
  return trace.file();
}

/// Messages 1 to 5 as where it went well: 51 seconds after the minute, then 52.
void up_to_message5(Trace& trace) {
  trace.message1(0.900, {natt_02(), natt_03(), natt_rfc(), fragmentation()});
  trace.message2(1.010, vid(pattern(29, 8)));  // unknown: what the length leaves
  trace.message3(1.060);
  trace.message4(1.190);
  trace.message5(1.240);
}

Bytes payload_malformed() {
  Trace trace{1'270'134'705};  // 04-01 15:11:45, so that the notify comes at :47
  up_to_message5(trace);
  trace.notify_from_responder(2.020, 0x5456d64e, 16, 0);
  return trace.file();
}

Bytes main_mode() {
  Trace trace{1'270'121'931};  // 04-01 11:38:51
  up_to_message5(trace);
  trace.message6(2.020);
  return trace.file();
}

}  // namespace

std::vector<Seed> seeds() {
  return {{"invalid-cookie", invalid_cookie()},
          {"no-proposal-chosen", no_proposal_chosen()},
          {"payload-malformed", payload_malformed()},
          {"main-mode", main_mode()}};
}

}  // namespace ike::test
