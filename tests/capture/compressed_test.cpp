#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "files.hpp"

using namespace ike;
using namespace ike::capture;
using namespace ike::capture::test;

namespace {

Octets gzip(const Octets& plain) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Octets packed(deflateBound(&stream, plain.size()) + 32);
  Octets from = plain;
  stream.next_in = from.data();
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

Octets zstd(const Octets& plain) {
  Octets packed(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3);
  REQUIRE_FALSE(ZSTD_isError(size));
  packed.resize(size);
  return packed;
}

struct Packing {
  const char* name;
  Octets (*pack)(const Octets&);
};
const Packing packings[] = {{"gzip", gzip}, {"zstd", zstd}};

Octets many_records(std::uint32_t count, std::size_t size) {
  Pcap file;
  for (std::uint32_t i = 1; i <= count; ++i) file.record(1'700'000'000, i, packet(i, size));
  return file.octets;
}

Octets joined(const Octets& one, const Octets& other) {
  Octets both = one;
  both.insert(both.end(), other.begin(), other.end());
  return both;
}

}  // namespace

TEST_CASE("a compressed capture is told by content and reads like the plain one") {
  const Octets plain = many_records(3000, 200);  // several read buffers
  for (const Packing& packing : packings) {
    CAPTURE(packing.name);
    const Reading got{packing.pack(plain)};
    REQUIRE(got.frames.size() == 3000);
    for (const Seen& frame : got.frames) REQUIRE(frame.octets == packet(frame.number, 200));
    CHECK(got.source.format() == std::string{"pcap, "} + packing.name);
    CHECK(got.source.remarks().empty());
    CHECK(got.ended_for_good);
  }
  CHECK(Reading{gzip(Pcapng{}.interface(1).enhanced(0, 1, packet(1, 5)).octets)}.source.format() == "pcapng, gzip");
}

TEST_CASE("concatenated members are one file, wherever they part") {
  const Octets plain = many_records(20, 50);
  for (const Packing& packing : packings) {
    for (const std::size_t part : {std::size_t{0}, std::size_t{3}, std::size_t{24}, std::size_t{100}, plain.size()}) {
      CAPTURE(packing.name);
      CAPTURE(part);
      const auto middle = plain.begin() + static_cast<std::ptrdiff_t>(part);
      const Reading got{joined(packing.pack({plain.begin(), middle}), packing.pack({middle, plain.end()}))};
      CHECK(got.frames.size() == 20);
      CHECK(got.source.remarks().empty());
    }
  }
}

TEST_CASE("what follows the last gzip member is remarked unless it is padding") {
  const Octets packed = gzip(many_records(5, 50));
  CHECK(Reading{joined(packed, Octets(512, 0))}.source.remarks().empty());
  const Reading got{joined(packed, packet(1, 40))};
  CHECK(got.frames.size() == 5);
  CHECK(got.remark() == "ends after packet 5: what follows the gzip data is not gzip");
}

TEST_CASE("a zstd file may begin with a skippable frame") {
  const Octets skippable{0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3};
  CHECK(Reading{joined(skippable, zstd(many_records(5, 50)))}.frames.size() == 5);
}

TEST_CASE("every cut of compressed data gives what could be unpacked and says so") {
  const Octets plain = many_records(40, 50);
  for (const Packing& packing : packings) {
    const Octets packed = packing.pack(plain);
    std::size_t most = 0;
    for (std::size_t keep = 4; keep < packed.size(); ++keep) {
      CAPTURE(packing.name);
      CAPTURE(keep);
      try {
        const Reading got{Octets{packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(keep)}};
        most = std::max(most, got.frames.size());
        REQUIRE(got.source.remarks().size() == 1);
        CHECK(has(got.remark(), "data are cut short"));
      } catch (const CaptureError& error) {
        CHECK(has(error.what(), std::string{packing.name} + " data are cut short"));
      }
    }
    if (packing.name == std::string{"gzip"}) CHECK(most == 40);  // only the check value was lost
  }
}

TEST_CASE("damaged compressed data give what came before and the reason") {
  for (const Packing& packing : packings) {
    CAPTURE(packing.name);
    Octets packed = packing.pack(many_records(3000, 200));
    for (std::size_t at = packed.size() / 2; at < packed.size() / 2 + 40; ++at) packed[at] ^= 0xa5;
    try {
      const Reading got{packed};
      CHECK(got.frames.size() < 3000);
      CHECK(has(got.remark(got.source.remarks().size() - 1), "damaged"));
    } catch (const CaptureError& error) {
      CHECK(has(error.what(), std::string{packing.name} + " data are damaged"));
    }
  }
}

TEST_CASE("what is compressed but no capture is refused by what it holds") {
  for (const Packing& packing : packings) {
    CAPTURE(packing.name);
    const std::string text = "Nov 21 10:40:12 gw charon: 05[IKE] initiating Main Mode\n";
    const File file{packing.pack({text.begin(), text.end()})};
    CHECK_THROWS_WITH_AS(
        FileSource(file.path(), 0),
        (file.path() + ": what " + packing.name + " holds is text; give a capture file, as tcpdump -w writes it")
            .c_str(),
        CaptureError);
  }
}
