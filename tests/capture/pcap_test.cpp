#include <doctest/doctest.h>

#include <algorithm>

#include "files.hpp"

using namespace ike;
using namespace ike::capture;
using namespace ike::capture::test;

namespace {

Pcap twelve_records(std::size_t size = 60) {
  Pcap made;
  for (std::uint32_t i = 1; i <= 12; ++i) made.record(1'700'000'000 + i, i, packet(i, size));
  return made;
}

/// Where record `number` of twelve_records(size) begins.
std::size_t begin_of(std::size_t number, std::size_t size = 60) { return 24 + (number - 1) * (16 + size); }

void overwrite(Octets& octets, std::size_t at, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) octets[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace

TEST_CASE("every pcap magic is read in both byte orders") {
  struct Row {
    std::uint32_t magic;
    std::int64_t unit;
  };
  for (const Row& row : {Row{0xa1b2c3d4, 1000}, Row{0xa1b23c4d, 1}, Row{0xa1b2cd34, 1000}}) {
    for (const bool big : {false, true}) {
      CAPTURE(row.magic);
      CAPTURE(big);
      Pcap file{row.magic, big, 113};
      file.record(1'700'000'000, 123'456, packet(1, 60));
      file.header(1'700'000'001, 999'999, 40, 1500).raw(packet(2, 40));
      file.record(4'294'967'295, 0, {});
      const Reading got{file.octets};
      REQUIRE(got.frames.size() == 3);
      CHECK(got.frames[0].number == 1);
      CHECK(got.frames[0].nanoseconds == 1'700'000'000'000'000'000 + 123'456 * row.unit);
      CHECK(got.frames[0].octets == packet(1, 60));
      CHECK(got.frames[1].sent == 1500);
      CHECK(got.frames[1].octets == packet(2, 40));
      CHECK(got.frames[2].nanoseconds == 4'294'967'295'000'000'000);
      CHECK(got.frames[2].link == 113);
      CHECK(got.source.nanoseconds() == (row.unit == 1));
      CHECK(got.source.format() == "pcap");
      CHECK(got.source.link_types() == std::vector{LinkType::linux_sll});
      CHECK(got.source.remarks().empty());
      CHECK(got.ended_for_good);
    }
  }
}

TEST_CASE("a record header longer than the magic says is told by the first records") {
  struct Row {
    std::uint32_t magic;
    std::size_t more;  // octets in each record's header beside the usual 16
  };
  // Nokia's IPSO, Red Hat 6.1, SuSE 6.3; a magic that promises more than there is.
  for (const Row& row : {Row{0xa1b2c3d4, 4}, Row{0xa1b2c3d4, 8}, Row{0xa1b2cd34, 12}, Row{0xa1b2cd34, 0}}) {
    for (const bool big : {false, true}) {
      for (const std::size_t records : {2U, 3U, 40U}) {
        CAPTURE(row.magic);
        CAPTURE(row.more);
        CAPTURE(records);
        Pcap file{0xa1b2c3d4, big, 1};
        for (std::uint32_t i = 1; i <= records; ++i) file.header(1'700'000'000 + i, i, 60, 60).raw(Octets(row.more, 0)).raw(packet(i, 60));
        const std::uint32_t magic = row.magic;
        for (unsigned i = 0; i < 4; ++i) file.octets[i] = static_cast<std::uint8_t>(magic >> 8 * (big ? 3 - i : i));
        const Reading got{file.octets};
        REQUIRE(got.frames.size() == records);
        CHECK(got.frames[0].octets == packet(1, 60));
        CHECK(got.frames[records - 1].octets == packet(static_cast<std::uint32_t>(records), 60));
        CHECK(got.source.remarks().empty());
      }
    }
  }
}

TEST_CASE("FCS bits above the link type are masked") {
  const Reading got{Pcap{0xa1b2c3d4, false, 0x44000000 | 276}.record(1, 0, packet(1, 4)).octets};
  REQUIRE(got.frames.size() == 1);
  CHECK(got.frames[0].link == 276);
}

TEST_CASE("a pcap without packets is a capture of nothing") {
  const Reading got{Pcap{}.octets};
  CHECK(got.frames.empty());
  CHECK(got.source.remarks().empty());
  CHECK(got.source.link_types().empty());
}

TEST_CASE("sub-seconds of a second and more are added") {
  const Reading got{Pcap{}.record(10, 2'500'000, packet(1, 4)).octets};
  REQUIRE(got.frames.size() == 1);
  CHECK(got.frames[0].nanoseconds == 12'500'000'000);
}

TEST_CASE("lengths that writers get wrong are survived") {
  SUBCASE("captured above the snap length of the header") {
    const Reading got{Pcap{0xa1b2c3d4, false, 1, 64}.record(1, 0, packet(1, 200)).record(2, 0, packet(2, 90)).octets};
    REQUIRE(got.frames.size() == 2);
    CHECK(got.frames[0].octets == packet(1, 200));
    CHECK(got.source.remarks().empty());
  }
  SUBCASE("sent below captured") {
    Pcap file;
    file.header(1, 0, 50, 0).raw(packet(1, 50));
    file.header(2, 0, 50, 0).raw(packet(2, 50));
    const Reading got{file.octets};
    REQUIRE(got.frames.size() == 2);
    CHECK(got.frames[0].sent == 50);
    CHECK(got.frames[1].octets == packet(2, 50));
  }
  SUBCASE("the two lengths the other way round, version 2.2") {
    Pcap file{0xa1b2c3d4, false, 1, 68, 2};
    file.header(1, 0, 900, 68).raw(packet(1, 68));
    file.header(2, 0, 40, 40).raw(packet(2, 40));
    const Reading got{file.octets};
    REQUIRE(got.frames.size() == 2);
    CHECK(got.frames[0].octets == packet(1, 68));
    CHECK(got.frames[0].sent == 900);
    CHECK(got.frames[1].octets == packet(2, 40));
  }
  SUBCASE("a snap length of zero is none") {
    CHECK(Reading{Pcap{0xa1b2c3d4, false, 1, 0}.record(1, 0, packet(1, 9000)).octets}.frames.size() == 1);
  }
}

TEST_CASE("records across the edge of the read buffer come whole") {
  for (const std::size_t size : {std::size_t{1400}, std::size_t{65'535}, std::size_t{262'144}}) {
    CAPTURE(size);
    Pcap file{0xa1b2c3d4, false, 1, 262'144};
    for (std::uint32_t i = 1; i <= 700'000 / size + 2; ++i) file.record(i, 0, packet(i, size));
    const Reading got{file.octets};
    REQUIRE(got.frames.size() == 700'000 / size + 2);
    for (const Seen& frame : got.frames) REQUIRE(frame.octets == packet(frame.number, size));
  }
}

TEST_CASE("a snap length above the usual is believed up to our limit") {
  Pcap file{0xa1b2c3d4, false, 1, 1'000'000};
  file.record(1, 0, packet(1, 900'000)).record(2, 0, packet(2, 60));
  CHECK(Reading{file.octets}.frames.size() == 2);
}

TEST_CASE("every cut of a pcap gives the packets before it and says so") {
  Pcap file;
  std::vector<std::size_t> ends{file.octets.size()};
  for (std::uint32_t i = 1; i <= 4; ++i)
    ends.push_back(file.record(1'700'000'000 + i, 0, packet(i, 10 * i)).octets.size());
  for (std::size_t keep = 24; keep <= file.octets.size(); ++keep) {
    CAPTURE(keep);
    const Reading got{Octets{file.octets.begin(), file.octets.begin() + static_cast<std::ptrdiff_t>(keep)}};
    const auto whole = static_cast<std::size_t>(std::ranges::count_if(ends, [&](auto end) { return end <= keep; })) - 1;
    REQUIRE(got.frames.size() == whole);
    REQUIRE(got.ended_for_good);
    if (keep == ends[whole]) {
      CHECK(got.source.remarks().empty());
      continue;
    }
    REQUIRE(got.source.remarks().size() == 1);
    CHECK(got.source.remarks()[0].packet == whole);
    CHECK(got.source.remarks()[0].offset == ends[whole]);
    CHECK(has(got.remark(), "cut short inside "));
    CHECK(has(got.remark(), "packet " + std::to_string(whole + 1)));
  }
}

TEST_CASE("after a damaged record header reading goes on at the next good record") {
  for (const std::uint32_t length : {0xffffffffU, 0x80000000U, 300'000U, 70'000U}) {
    for (const std::size_t hit : {std::size_t{1}, std::size_t{5}, std::size_t{11}}) {
      CAPTURE(length);
      CAPTURE(hit);
      Octets octets = twelve_records().octets;
      overwrite(octets, begin_of(hit) + 8, length);
      const Reading mended{octets};  // by the sent length
      REQUIRE(mended.frames.size() == 12);
      CHECK(mended.frames[hit - 1].octets == packet(hit, 60));
      CHECK(mended.remark() ==
            "the header of packet " + std::to_string(hit) + " is damaged: it is taken to be the 76 octets up to the next good one");
      overwrite(octets, begin_of(hit) + 12, length);
      const Reading got{octets};
      REQUIRE(got.frames.size() == 11);
      CHECK(got.frames[hit - 1].octets == packet(hit + 1, 60));
      REQUIRE(got.source.remarks().size() == 1);
      CHECK(got.source.remarks()[0].packet == hit - 1);
      CHECK(got.source.remarks()[0].offset == begin_of(hit));
      CHECK(got.remark() ==
            "the header of packet " + std::to_string(hit) + " is damaged: 76 octets skipped, up to the next good one");
    }
  }
}

TEST_CASE("a length that takes in the records behind it is damaged") {
  Pcap file;
  for (std::uint32_t i = 1; i <= 600; ++i) file.record(1'700'000'000 + i, 0, packet(i, 60));
  for (const std::size_t hit : {std::size_t{1}, std::size_t{200}, std::size_t{300}}) {
    for (const std::uint32_t length : {10'000U, 12'345U, 20'000U}) {
      CAPTURE(hit);
      CAPTURE(length);
      Octets octets = file.octets;
      overwrite(octets, begin_of(hit) + 8, length);
      overwrite(octets, begin_of(hit) + 12, length);
      const Reading got{octets};
      REQUIRE(got.frames.size() == 599);
      CHECK(got.frames[hit - 1].octets == packet(hit + 1, 60));
      CHECK(got.remark() == "the header of packet " + std::to_string(hit) + " is damaged: 76 octets skipped, up to the next good one");
    }
  }
}

TEST_CASE("captures one behind the other are all read, whatever their kind of pcap") {
  Pcap file = twelve_records();
  for (const bool big : {false, true}) {
    Pcap second{0xa1b23c4d, big, 101};
    for (std::uint32_t i = 1; i <= 3; ++i) second.record(1'800'000'000 + i, 0, packet(20 + i, 60));
    Octets octets = file.octets;
    octets.insert(octets.end(), second.octets.begin(), second.octets.end());
    const Reading got{octets};
    REQUIRE(got.frames.size() == 15);
    CHECK(got.frames[11].link == 1);
    CHECK(got.frames[12].link == 101);
    CHECK(got.frames[14].octets == packet(23, 60));
    CHECK(got.remark() == "another capture begins after packet 12; it is read, too");
    CHECK(got.source.remarks().size() == 1);
  }
}

TEST_CASE("four octets lost inside a record do not shift all that follow") {
  Octets octets = twelve_records().octets;
  const auto from = octets.begin() + static_cast<std::ptrdiff_t>(begin_of(3) + 30);
  octets.erase(from, from + 4);
  const Reading got{octets};
  CHECK(got.frames.size() >= 10);
  CHECK(got.frames.back().octets == packet(12, 60));
}

TEST_CASE("after damage records of another day are found, too") {
  Pcap file = twelve_records();
  for (std::uint32_t i = 13; i <= 20; ++i) file.record(1'700'500'000 + i, 0, packet(i, 60));
  Octets octets = file.octets;
  overwrite(octets, begin_of(13) + 8, 0xffffffff);
  overwrite(octets, begin_of(13) + 12, 0xffffffff);
  const Reading got{octets};
  CHECK(got.frames.size() == 19);
  CHECK(got.frames.back().octets == packet(20, 60));
}

TEST_CASE("a capture cut inside a packet that holds a capture is cut, and no more") {
  Pcap inside;
  for (std::uint32_t i = 1; i <= 40; ++i) inside.record(1'700'000'000 + i, 0, packet(i, 60));
  Pcap file = twelve_records();
  file.record(1'700'000'020, 0, inside.octets);
  Octets octets = file.octets;
  octets.resize(octets.size() - 500);
  const Reading got{octets};
  CHECK(got.frames.size() == 12);
  CHECK(has(got.remark(), "cut short inside packet 13"));
}

TEST_CASE("a large packet is none that takes in others") {
  Pcap file = twelve_records();
  file.record(1'700'000'020, 0, packet(13, 30'000)).record(1'700'000'021, 0, packet(14, 60'000));
  const Reading got{file.octets};
  REQUIRE(got.frames.size() == 14);
  CHECK(got.frames[12].octets == packet(13, 30'000));
  CHECK(got.frames[13].octets == packet(14, 60'000));
  CHECK(got.source.remarks().empty());
}

TEST_CASE("octets lost or foreign between records are skipped") {
  Octets octets = twelve_records().octets;
  SUBCASE("foreign") { octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(begin_of(4)), 5000, 0xee); }
  SUBCASE("lost") {
    const auto from = octets.begin() + static_cast<std::ptrdiff_t>(begin_of(4) + 30);
    octets.erase(from, from + 13);
  }
  const Reading got{octets};
  CHECK(got.frames.size() >= 10);
  CHECK(got.frames.back().octets == packet(12, 60));
  CHECK(got.source.remarks().size() == 1);
}

TEST_CASE("a damaged length that leads into zeros is not believed") {
  Octets octets = twelve_records().octets;
  overwrite(octets, begin_of(6) + 8, 70'000);
  octets.insert(octets.end(), 100'000, 0);
  CHECK(Reading{octets}.frames.size() == 12);  // the sent length tells
}

TEST_CASE("zeros behind the last record are no packets, a packet without octets is one") {
  Pcap file = twelve_records();
  file.header(1'700'000'020, 0, 0, 60).header(1'700'000'021, 0, 0, 0);
  file.octets.insert(file.octets.end(), 4096, 0);
  const Reading got{file.octets};
  CHECK(got.frames.size() == 14);
  CHECK(got.remark() == "the header of packet 15 is damaged: no good one follows, the last 4096 octets are not read");
}

TEST_CASE("damage that spans more than one look ahead is crossed") {
  Octets octets = twelve_records().octets;
  octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(begin_of(7)), 5'000'000, 0xff);
  const Reading got{octets};
  CHECK(got.frames.size() == 12);
  CHECK(has(got.remark(), "5000000 octets skipped"));
}

TEST_CASE("damage without a good record behind it ends the file, and zeros are no records") {
  for (const std::uint8_t filler : {std::uint8_t{0xff}, std::uint8_t{0xee}}) {
    Octets octets = twelve_records().octets;
    octets.insert(octets.end(), 3000, filler);
    const Reading got{octets};
    CHECK(got.frames.size() == 12);
    REQUIRE(got.source.remarks().size() == 1);
    CHECK(has(got.remark(), "no good one follows, the last 3000 octets are not read"));
    CHECK(got.ended_for_good);
  }
  Octets octets = twelve_records().octets;
  overwrite(octets, begin_of(12) + 8, 0xffffffff);
  octets.insert(octets.end(), 3000, 0);
  CHECK(Reading{octets}.frames.size() == 11);
}

TEST_CASE("a file damaged everywhere is not listed at length") {
  Pcap file;
  for (std::uint32_t i = 0; i < 400; ++i) {
    for (int good = 0; good < 4; ++good) file.record(1'700'000'000, 0, packet(1, 20));
    file.header(1'700'000'000, 0, 0xfffffff0, 20);
  }
  const Reading got{file.octets};
  CHECK(got.frames.size() == 1600);
  CHECK(got.source.remarks().size() == 33);
  CHECK(got.source.remarks().back().text == "there is more of this kind, which is not listed");
}
