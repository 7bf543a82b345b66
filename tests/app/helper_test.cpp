#include "app/helper.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "app/helper_messages.hpp"
#include "app/helper_process.hpp"
#include "app/packet_store.hpp"
#include "ike/capture/source.hpp"
#include "program.hpp"

using namespace ike;
using namespace ike::test;
using namespace ike::app;

namespace {

HelperOptions options() {
  HelperOptions made;
  if (::geteuid() == 0) made.user = "root";  // nobody may not write into the scratch folder
  return made;
}

bool comes(const std::function<bool()>& condition) {
  for (int i = 0; i < 200; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{25});
  }
  return false;
}

std::size_t packets_in(const fs::path& path) try {
  capture::FileSource source{path.string(), 0};
  std::size_t count = 0;
  while (source.next() != nullptr) ++count;
  return count;
} catch (const capture::CaptureError&) {  // none yet
  return 0;
}

/// A port of ours that nobody listens on.
std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t length = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(socket);
  return ntohs(address.sin_port);
}

std::string get(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string_view request = "GET /metrics HTTP/1.0\r\n\r\n";
    [[maybe_unused]] const auto sent = ::write(socket, request.data(), request.size());
    char piece[4096];
    for (ssize_t length = 0; (length = ::read(socket, piece, sizeof piece)) > 0;) answer.append(piece, static_cast<std::size_t>(length));
  }
  ::close(socket);
  return answer;
}

}  // namespace

TEST_CASE("the helper writes packets with their comments and runs the command with the finding on its standard input") {
  const Scratch scratch;
  HelperOptions wanted = options();
  wanted.write = (scratch / "kept.pcapng").string();
  wanted.on_stall = "cat >" + (scratch / "finding").string();
  const Bytes octets = ethernet(udp({}, 500, 500, test::isakmp({}, {nonce()})));
  {
    Helper helper{wanted};
    helper.await();
    helper.packet(frame_of(octets), "eth1", "the proof");
    helper.packet(frame_of(octets), "eth1", {});
    helper.finding("{\"x\":1}\n");
    CHECK(comes([&] { return slurp(scratch / "finding") == "{\"x\":1}\n"; }));
    CHECK(comes([&] { return packets_in(scratch / "kept.pcapng") == 2; }));  // before the end, too
    CHECK(helper.lost() == 0);
  }
  CHECK(has(slurp(scratch / "kept.pcapng"), "the proof"));
  CHECK(has(slurp(scratch / "kept.pcapng"), "eth1"));
}

TEST_CASE("a helper that can't open its file says so") {
  HelperOptions wanted = options();
  wanted.write = "/nowhere/at/all.pcapng";
  Helper helper{wanted};
  try {
    helper.await();
    FAIL("it was opened");
  } catch (const std::exception& why) {
    CHECK(has(why.what(), "--write /nowhere/at/all.pcapng: "));
    CHECK(has(why.what(), "see --user"));
  }
}

TEST_CASE("metrics are served while they change") {
  HelperOptions wanted = options();
  const std::uint16_t port = free_port();
  wanted.metrics = "127.0.0.1:" + std::to_string(port);
  Helper helper{wanted};
  helper.await();
  Metrics values;
  values.messages = 7;
  values.tunnels[static_cast<std::size_t>(diagnose::Verdict::stalled)] = 2;
  values.troubled[static_cast<std::size_t>(diagnose::FindingId::psk_mismatch)] = 1;
  helper.metrics(values);
  CHECK(comes([&] { return has(get(port), "ikescope_ike_messages_total 7"); }));
  const std::string text = get(port);
  CHECK(has(text, "ikescope_tunnels{verdict=\"stalled\"} 2"));
  CHECK(has(text, "ikescope_tunnels_with_finding{finding=\"psk-mismatch\"} 1"));
  values.messages = 9;
  helper.metrics(values);
  CHECK(comes([&] { return has(get(port), "ikescope_ike_messages_total 9"); }));
}

TEST_CASE("files are rotated, and no more are kept than asked for") {
  const Scratch scratch;
  const Bytes octets(1000, 7);
  {
    RotatedFile file{(scratch / "ring.pcapng").string(), 2500, 3};
    for (int i = 0; i < 10; ++i) file.write(frame_of(octets), "eth1", {});
  }
  CHECK(packets_in(scratch / "ring.pcapng") == 2);
  CHECK(packets_in(scratch / "ring.pcapng.1") == 2);
  CHECK(packets_in(scratch / "ring.pcapng.2") == 2);
  CHECK_FALSE(fs::exists(scratch / "ring.pcapng.3"));
}

TEST_CASE("a message for the helper that is cut anywhere is seen to be so") {
  MessageWriter message{HelperMessage::log};
  message.number(4).text("hello");
  for (std::size_t keep = 0; keep < message.octets().size(); ++keep) {
    MessageReader in{std::string_view{message.octets()}.substr(0, keep)};
    in.number<HelperMessage>();
    in.number<int>();
    in.text();
    CHECK_FALSE(in.ok());
  }
  MessageReader whole{message.octets()};
  CHECK(whole.number<HelperMessage>() == HelperMessage::log);
  CHECK(whole.number<int>() == 4);
  CHECK(whole.text() == "hello");
  CHECK(whole.ok());
}

TEST_CASE("of packets that are kept, those of spoofed tunnels push out only one another") {
  const auto a = *net::parse_address("192.0.2.1");
  const auto b = *net::parse_address("198.51.100.2");
  const Bytes octets(200, 7);
  PacketStore store{100'000};
  store.add(frame_of(octets, LinkType::ethernet, 1, 1), a, b, true);
  for (std::uint64_t i = 0; i < 10'000; ++i) store.add(frame_of(octets, LinkType::ethernet, 2 + i, 2), *net::parse_address("203.0.113.1"), b, false);
  store.add(frame_of(octets, LinkType::ethernet, 3, 3), b, a, false);
  CHECK(store.octets() <= 100'000);
  std::vector<std::uint64_t> given;
  const auto take = [&](const Frame& frame) {
    CHECK(frame.octets.size() == 200);
    given.push_back(frame.number);
  };
  store.take(b, a, take);
  CHECK(given == std::vector<std::uint64_t>{1, 3});
  store.take(a, b, take);
  CHECK(given.size() == 2);  // once only
}
