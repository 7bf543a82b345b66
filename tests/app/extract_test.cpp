#include "program.hpp"

namespace ike::test {
namespace {

/// The part of a JSON report that findings and tunnels make, without what depends on addresses.
std::string findings_of(const Scratch& scratch, std::string_view file) {
  const Outcome outcome = scratch.run("read --format json " + std::string{file});
  CHECK(outcome.status == 0);
  std::string found;
  for (const std::string_view word : {"\"id\":\"", "\"certainty\":\"", "\"severity\":\"", "\"verdict\":\"", "\"count\":"}) {
    for (std::size_t at = outcome.out.find(word); at != std::string::npos; at = outcome.out.find(word, at + 1)) {
      found += outcome.out.substr(at, outcome.out.find_first_of(",}", at) - at) + '\n';
    }
  }
  return found;
}

}  // namespace

TEST_CASE("extract keeps what matters, gives the same findings, and says on the packets what they prove") {
  const Scratch scratch;
  for (const std::string_view input : {"stuck.pcap", "fine.pcap"}) {
    for (const std::string_view how : {"", " --anonymise"}) {
      CAPTURE(input);
      CAPTURE(how);
      const Outcome outcome = scratch.run("extract " + std::string{input} + " -w out.pcapng" + std::string{how});
      CHECK(outcome.status == 0);
      CHECK(outcome.error.empty());
      CHECK(findings_of(scratch, "out.pcapng") == findings_of(scratch, input));
    }
  }
  REQUIRE(scratch.run("extract stuck.pcap -w out.pcapng").status == 0);
  const std::string file = slurp(scratch / "out.pcapng");
  CHECK(has(file, "taken out by ikescope extract"));
  CHECK(has(file, "stall psk-mismatch (likely)"));
  CHECK(has(file, "stuck.pcap"));
}

TEST_CASE("extract --anonymise leaves no address behind") {
  const Scratch scratch;
  REQUIRE(scratch.run("extract stuck.pcap -w plain.pcapng").status == 0);
  REQUIRE(scratch.run("extract stuck.pcap -w other.pcapng --anonymise").status == 0);
  using namespace std::string_view_literals;
  for (const std::string_view secret : {"\xc6\x33\x64\x29"sv, "\xcb\x00\x71\x9e"sv, "198.51.100.41"sv}) {  // the peers
    CHECK((has(slurp(scratch / "plain.pcapng"), secret) || secret.size() > 4));
    CHECK_FALSE(has(slurp(scratch / "other.pcapng"), secret));
  }
  CHECK_FALSE(has(slurp(scratch / "other.pcapng"), "stuck.pcap"));
}

TEST_CASE("fragments of a message in clear are rewritten as the whole that they are") {
  const Scratch scratch;
  const Bytes message = isakmp({.exchange = 4}, {sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}}), ke(), nonce(), identification(2, Bytes(700, 'q')), vid(Bytes(600, 'z'))});
  std::vector<Record> records;
  for (int i = 0; i < 3; ++i) {
    for (const Bytes& piece : fragments(udp({.id = 40U + static_cast<unsigned>(i)}, 500, 500, message), 3)) records.push_back({.nanoseconds = 1'000'000'000LL * (1 + 8 * i), .octets = ethernet(piece)});
  }
  records.push_back({.nanoseconds = 60'000'000'000, .octets = ethernet(udp({}, 53, 53, Bytes(600, 'q')))});
  spill(scratch / "clear.pcap", pcap(records));
  CHECK(scratch.run("extract clear.pcap -w out.pcapng --anonymise").error.empty());
  CHECK(findings_of(scratch, "out.pcapng") == findings_of(scratch, "clear.pcap"));
  CHECK_FALSE(has(slurp(scratch / "out.pcapng"), "qqqq"));
  CHECK_FALSE(has(slurp(scratch / "out.pcapng"), "zzzz"));
  CHECK(has(scratch.run("read --format json out.pcapng").out, "\"resends\":2"));
}

TEST_CASE("pieces of IKE fragmentation are rewritten as the whole that they are, a piece alone as far as it goes") {
  const Scratch scratch;
  const Isakmp header{.responder_cookie = 0x22, .exchange = 4};
  const Bytes message = isakmp(header, {sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}}), ke(), nonce(), identification(2, Bytes(700, 'q')), vid(Bytes(600, 'z')), hash()});
  const auto piece = [&](std::size_t number, std::uint16_t id, const Bytes& whole) {
    constexpr std::size_t size = 500;
    const std::size_t begin = (number - 1) * size;
    const std::size_t end = std::min(begin + size, whole.size());
    const Bytes data{whole.begin() + static_cast<std::ptrdiff_t>(begin), whole.begin() + static_cast<std::ptrdiff_t>(end)};
    return isakmp(header, {{132, be16(id) + Bytes{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(end == whole.size() ? 1 : 0)} + data}});
  };
  std::vector<Record> records;
  std::uint16_t id = 0;
  const auto add = [&](std::int64_t seconds, const Bytes& octets) {
    records.push_back({.nanoseconds = seconds * 1'000'000'000, .octets = ethernet(udp({.source = "198.51.100.2", .destination = "192.0.2.1", .id = ++id}, 500, 500, octets))});
  };
  records.push_back({.nanoseconds = 500'000'000, .octets = ethernet(udp({}, 500, 500, isakmp({.exchange = 4}, {sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}}), ke(), nonce(), identification(2, Bytes(9, 'q'))})))});
  REQUIRE(message.size() > 1500);
  for (const std::int64_t second : {1, 9, 17}) {
    for (std::size_t number = 1; number <= 4; ++number) add(second, piece(number, 7, message));
  }
  // Of another one the first and the third piece only.
  Bytes other = message;
  other[40] = 2;
  add(18, piece(1, 8, other));
  add(18, piece(3, 8, Bytes(1000, 0) + Bytes(500, 'q')));
  records.push_back({.nanoseconds = 60'000'000'000, .octets = ethernet(udp({}, 53, 53, Bytes(600, 'q')))});
  spill(scratch / "pieces.pcap", pcap(records));

  CHECK(scratch.run("extract pieces.pcap -w out.pcapng --anonymise").error.empty());
  const std::string made = slurp(scratch / "out.pcapng");
  for (const std::string_view secret : {"qqqq", "zzzz"}) CHECK_FALSE(has(made, secret));
  CHECK_FALSE(has(made, std::string_view{reinterpret_cast<const char*>(hash().body.data()), 20}));
  CHECK(findings_of(scratch, "out.pcapng") == findings_of(scratch, "pieces.pcap"));
  CHECK(has(scratch.run("read --format json pieces.pcap").out, "\"resends\":2"));
  CHECK(has(scratch.run("read --format json out.pcapng").out, "\"resends\":2"));
}

TEST_CASE("of much ESP only the ends are kept, and silence still ends where the capture did") {
  const Scratch scratch;
  std::vector<Record> records;
  const auto add = [&](std::int64_t second, const Bytes& packet) { records.push_back({.nanoseconds = second * 1'000'000'000, .octets = ethernet(packet)}); };
  add(1, udp({}, 500, 500, isakmp({}, {sa({{.transforms = {{.attributes = phase1(7, 128, 2, 1, 2)}}}})})));
  for (std::uint32_t i = 0; i < 500; ++i) add(2 + i, esp({.source = "192.0.2.9", .destination = "198.51.100.9"}, 0xabcd0001, i));
  add(600, udp({}, 53, 53, Bytes(40, 's')));
  spill(scratch / "esp.pcap", pcap(records));
  const Outcome outcome = scratch.run("extract esp.pcap -w out.pcapng");
  CHECK(has(outcome.out, "26 of 502 packets"));
  CHECK(outcome.error.empty());
  CHECK(findings_of(scratch, "out.pcapng") == findings_of(scratch, "esp.pcap"));
  CHECK_FALSE(has(slurp(scratch / "out.pcapng"), "ssss"));
}

TEST_CASE("extract -w - writes to standard output, and what it says of it to standard error") {
  const Scratch scratch;
  REQUIRE(scratch.run("extract stuck.pcap -w out.pcapng").status == 0);
  const Outcome outcome = scratch.shell("\"$IKESCOPE\" extract stuck.pcap -w - >piped.pcapng");
  CHECK(outcome.status == 0);
  CHECK(lines(outcome.error) == 1);
  CHECK(has(outcome.error, "taken out by ikescope extract"));
  CHECK(slurp(scratch / "piped.pcapng") == slurp(scratch / "out.pcapng"));
  CHECK_FALSE(std::filesystem::exists(scratch / "-"));
}

TEST_CASE("extract says in one line what it cannot do") {
  const Scratch scratch;
  const auto refused = [&](const std::string& arguments, std::string_view part) {
    const Outcome outcome = scratch.run("extract " + arguments);
    CAPTURE(arguments);
    CHECK(outcome.status == 2);
    CHECK(lines(outcome.error) == 1);
    CHECK(has(outcome.error, part));
  };
  refused("stuck.pcap", "no file to write");
  refused("-w out.pcapng", "no file given");
  refused("- -w out.pcapng", "more than once");
  refused("stuck.pcap -w stuck.pcap", "one of the files to read");
  refused("stuck.pcap -w /nowhere/out.pcapng", "cannot be written");
  refused("missing.pcap -w out.pcapng", "no such file");
}

}  // namespace ike::test
