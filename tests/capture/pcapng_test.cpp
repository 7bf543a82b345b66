#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "files.hpp"

using namespace ike;
using namespace ike::capture;
using namespace ike::capture::test;

TEST_CASE("sections of either byte order with interfaces of several links are read") {
  Pcapng file{false};
  file.interface(1).interface(276).enhanced(1, 5'000'001, packet(1, 33)).enhanced(0, 5'000'002, packet(2, 64), 1500);
  file.section(true).interface(101).enhanced(0, 6'000'000, packet(3, 7));
  file.section(false).interface(1).enhanced(0, 7'000'000, packet(4, 8));
  const Reading got{file.octets};
  REQUIRE(got.frames.size() == 4);
  struct Row {
    unsigned link;
    std::int64_t nanoseconds;
    std::uint32_t sent;
    std::size_t size;
  };
  const Row rows[] = {
      {276, 5'000'001'000, 33, 33}, {1, 5'000'002'000, 1500, 64}, {101, 6'000'000'000, 7, 7}, {1, 7'000'000'000, 8, 8}};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(got.frames[i].number == i + 1);
    CHECK(got.frames[i].link == rows[i].link);
    CHECK(got.frames[i].nanoseconds == rows[i].nanoseconds);
    CHECK(got.frames[i].sent == rows[i].sent);
    CHECK(got.frames[i].octets == packet(i + 1, rows[i].size));
  }
  CHECK(got.source.format() == "pcapng");
  CHECK(got.source.link_types() == std::vector{LinkType::linux_sll2, LinkType::ethernet, LinkType::raw});
  CHECK(got.source.remarks().empty());
  CHECK_FALSE(got.source.nanoseconds());
}

TEST_CASE("every time resolution and offset gives nanoseconds") {
  constexpr std::int64_t latest = std::int64_t{1} << 62;
  constexpr std::uint64_t all = ~std::uint64_t{0};
  struct Row {
    unsigned resolution;
    std::int64_t offset;
    std::uint64_t ticks;
    std::int64_t nanoseconds;
    bool fine;
  };
  const Row rows[] = {
      {6, 0, 1'700'000'000'123'456, 1'700'000'000'123'456'000, false},
      {9, 0, 1'700'000'000'123'456'789, 1'700'000'000'123'456'789, true},
      {0, 0, 1'700'000'000, 1'700'000'000'000'000'000, false},
      {3, 0, 1'700'000'000'123, 1'700'000'000'123'000'000, false},
      {12, 0, 1'700'000'123'456'789'999, 1'700'000'123'456'789, true},  // picoseconds
      {19, 0, 15'000'000'000'000'000'000U, 1'500'000'000, true},
      {20, 0, 10'000'000'000'000'000'000U, 100'000'000, true},
      {127, 0, all, 0, true},
      {0x80, 0, 1'700'000'000, 1'700'000'000'000'000'000, false},
      {0x80 | 10, 0, 1536, 1'500'000'000, false},
      {0x80 | 32, 0, (std::uint64_t{1'700'000'000} << 32) | 0x80000000, 1'700'000'000'500'000'000, true},
      {0x80 | 63, 0, std::uint64_t{3} << 62, 1'500'000'000, true},
      {0x80 | 64, 0, std::uint64_t{1} << 63, 500'000'000, true},
      {0x80 | 127, 0, all, 0, true},
      {6, 1'700'000'000, 1'000'001, 1'700'000'001'000'001'000, false},
      {6, -10, 15'000'000, 5'000'000'000, false},
      {6, latest, all, latest, false},  // beyond what times can be added to
      {0, 0, all, latest, false},
      {6, std::numeric_limits<std::int64_t>::min(), 0, -latest, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.resolution);
    CAPTURE(row.ticks);
    Pcapng file{true};
    Octets options = file.option(9, file.body().u8(row.resolution));
    const Octets offset = file.option(14, file.body().u64(static_cast<std::uint64_t>(row.offset)));
    if (row.offset != 0) options.insert(options.end(), offset.begin(), offset.end());
    const Reading got{file.interface(1, 0, options).enhanced(0, row.ticks, packet(1, 4)).octets};
    REQUIRE(got.frames.size() == 1);
    CHECK(got.frames[0].nanoseconds == row.nanoseconds);
    CHECK(got.source.nanoseconds() == row.fine);
  }
}

TEST_CASE("every packet block is read, others and options are skipped") {
  Pcapng file;
  file.block(0x0bad, file.body().raw(packet(9, 50)));
  file.interface(1, 20);
  file.block(4, file.body().raw(packet(9, 400'000)));  // name resolution, larger than the read buffer
  file.block(2, file.body().u16(0).u16(3).u32(0).u32(1000).u32(12).u32(90).raw(packet(1, 12)));
  file.block(3, file.body().u32(50).raw(packet(2, 20)));
  file.block(3, file.body().u32(10).raw(packet(3, 10)));
  Octets data = packet(4, 6);
  Writer with_options = file.body().u32(0).u32(0).u32(2000).u32(6).u32(6).raw(data).pad();
  file.block(6, with_options.raw(file.option(1, file.body().raw(packet(9, 11)))).u32(0));
  const Reading got{file.octets};
  REQUIRE(got.frames.size() == 4);
  CHECK(got.frames[0].octets == packet(1, 12));
  CHECK(got.frames[0].sent == 90);
  CHECK(got.frames[0].nanoseconds == 1'000'000);
  CHECK(got.frames[1].octets == packet(2, 20));
  CHECK(got.frames[1].sent == 50);
  CHECK(got.frames[1].nanoseconds == 1'000'000);  // a simple packet has no time of its own
  CHECK(got.frames[2].octets == packet(3, 10));
  CHECK(got.frames[3].octets == data);
  CHECK(got.source.remarks().empty());
}

TEST_CASE("drops are the last counters of each interface, summed") {
  Pcapng file;
  const auto statistics = [&](std::uint32_t interface, std::uint64_t by_interface, std::uint64_t by_system) {
    file.block(5, file.body()
                      .u32(interface)
                      .u64(0)
                      .raw(file.option(5, file.body().u64(by_interface)))
                      .raw(file.option(7, file.body().u64(by_system)))
                      .u32(0));
  };
  file.interface(1).interface(1);
  statistics(0, 3, 1);
  statistics(0, 10, 2);
  statistics(1, 5, 0);
  statistics(2, 1000, 0);  // not described
  file.section(false).interface(1);
  statistics(0, 100, 0);
  CHECK(Reading{file.octets}.source.drops() == 117);
  statistics(0, ~std::uint64_t{0}, 7);
  CHECK(Reading{file.octets}.source.drops() == ~std::uint64_t{0});
}

TEST_CASE("every cut of a pcapng gives the packets before it and says so") {
  Pcapng file;
  std::vector<std::size_t> blocks{file.octets.size()};
  std::vector<std::size_t> packets;
  const auto ended = [&] { blocks.push_back(file.octets.size()); };
  file.interface(1);
  ended();
  for (std::uint32_t i = 1; i <= 3; ++i) {
    file.enhanced(0, i, packet(i, 9 * i));
    ended();
    packets.push_back(file.octets.size());
  }
  file.block(0x0bad, file.body().raw(packet(9, 30)));
  ended();
  file.section(true).interface(1);
  for (std::size_t keep = blocks[0]; keep <= file.octets.size(); ++keep) {
    CAPTURE(keep);
    const Reading got{Octets{file.octets.begin(), file.octets.begin() + static_cast<std::ptrdiff_t>(keep)}};
    REQUIRE(got.frames.size() ==
            static_cast<std::size_t>(std::ranges::count_if(packets, [&](auto end) { return end <= keep; })));
    REQUIRE(got.ended_for_good);
    const bool at_block =
        std::ranges::count(blocks, keep) != 0 || keep == file.octets.size() || keep == blocks.back() + 28;
    REQUIRE(got.source.remarks().size() == (at_block ? 0 : 1));
    if (!at_block) {
      CHECK(has(got.remark(), "cut short inside "));
      CHECK(got.source.remarks()[0].packet == got.frames.size());
      CHECK(std::ranges::count(blocks, got.source.remarks()[0].offset) +
                (got.source.remarks()[0].offset == blocks.back() + 28) ==
            1);
    }
  }
}

TEST_CASE("a packet that contradicts itself is left out, and reading goes on") {
  Pcapng file;
  std::string expected;
  SUBCASE("unknown interface") {
    file.interface(1).enhanced(4, 1, packet(9, 10)).enhanced(0, 2, packet(1, 10));
    expected = "names an interface that is not described";
  }
  SUBCASE("longer than its block") {
    file.interface(1)
        .block(6, file.body().u32(0).u64(0).u32(5000).u32(5000).raw(packet(9, 10)))
        .enhanced(0, 2, packet(1, 10));
    expected = "is longer than its block";
  }
  SUBCASE("captured length of four gigabytes") {
    file.interface(1)
        .block(6, file.body().u32(0).u64(0).u32(0xffffffff).u32(0).raw(packet(9, 10)))
        .enhanced(0, 2, packet(1, 10));
    expected = "is longer than its block";
  }
  SUBCASE("simple packet without an interface") {
    file.block(3, file.body().u32(10).raw(packet(9, 10))).interface(1).enhanced(0, 2, packet(1, 10));
    expected = "comes before any interface";
  }
  SUBCASE("interfaces end with their section") {
    file.interface(1).section(true).enhanced(0, 1, packet(9, 10)).interface(1).enhanced(0, 2, packet(1, 10));
    expected = "names an interface that is not described";
  }
  SUBCASE("an interface description too short") {
    file.block(1, file.body().u32(1)).interface(1).enhanced(0, 2, packet(1, 10));
    expected = "an interface description cannot be read";
  }
  const Reading got{file.octets};
  REQUIRE(got.frames.size() == 1);
  CHECK(got.frames[0].octets == packet(1, 10));
  REQUIRE(got.source.remarks().size() == 1);
  CHECK(has(got.remark(), expected));
}

TEST_CASE("packet blocks too short for their fields are no packets") {
  Pcapng file;
  file.interface(1);
  for (const std::uint32_t type : {6U, 2U, 3U, 5U}) file.block(type, file.body());
  file.block(6, file.body().u64(0).u64(0)).enhanced(0, 2, packet(1, 10));
  CHECK(Reading{file.octets}.frames.size() == 1);
}

TEST_CASE("after a damaged block reading goes on at the next good one") {
  struct Row {
    std::uint32_t first;
    std::uint32_t last;
    const char* text;
  };
  for (const Row& row : {Row{0, 0, "a block whose length is 0"}, Row{8, 8, "a block whose length is 8"},
                         Row{29, 29, "a block whose length is 29"}, Row{36, 40, "a block whose two lengths differ"}}) {
    for (const std::uint32_t type : {6U, 0x0badU}) {
      CAPTURE(row.text);
      CAPTURE(type);
      Pcapng file;
      file.interface(1).enhanced(0, 1, packet(1, 10));
      const std::size_t damaged = file.octets.size();
      file.u32(type).u32(row.first).raw(packet(9, 20)).u32(row.last);
      for (const bool foreign : {false, true}) {  // octets lost, so that blocks are no longer where multiples of four are
        Pcapng whole = file;
        if (foreign) whole.raw(packet(8, 3));
        whole.enhanced(0, 2, packet(2, 10)).enhanced(0, 3, packet(3, 10));
        const Reading got{whole.octets};
        REQUIRE(got.frames.size() == 3);
        CHECK(got.frames[1].octets == packet(2, 10));
        CHECK(got.frames[2].number == 3);
        REQUIRE(got.source.remarks().size() == 1);
        CHECK(has(got.remark(), row.text));
        CHECK(has(got.remark(), " octets skipped, up to the next good block"));
        CHECK(got.source.remarks()[0].packet == 1);
        if (type == 6) CHECK(got.source.remarks()[0].offset == damaged);
        CHECK(got.ended_for_good);
      }
    }
  }
}

TEST_CASE("damage of pcapng that nothing good follows ends the file, and says how much is lost") {
  Pcapng file;
  file.interface(1).enhanced(0, 1, packet(1, 10)).u32(6).u32(33).raw(packet(9, 200));
  const Reading got{file.octets};
  CHECK(got.frames.size() == 1);
  REQUIRE(got.source.remarks().size() == 1);
  CHECK(has(got.remark(), "a block whose length is 33; no good block follows, the last 208 octets are not read"));
  CHECK(got.ended_for_good);
}

TEST_CASE("a length that passes the end of the file does not end the reading while good blocks follow") {
  for (const std::uint32_t length : {32U + 1'000'000U, 15'000'000U, 17'000'000U, 0xfffffffcU}) {
    for (const std::uint32_t type : {6U, 3U, 5U, 0x0badU, 0x40000badU}) {
      CAPTURE(length);
      CAPTURE(type);
      Pcapng file;
      file.interface(1).enhanced(0, 1, packet(1, 10));
      const std::size_t begin = file.octets.size();
      file.u32(type).u32(length).raw(packet(9, 40)).u32(0);
      file.enhanced(0, 2, packet(2, 10)).enhanced(0, 3, packet(3, 10));
      const Reading got{file.octets};
      REQUIRE(got.frames.size() == 3);
      CHECK(got.frames[1].octets == packet(2, 10));
      REQUIRE(got.source.remarks().size() == 1);
      CHECK(has(got.remark(), "up to the next good block"));
      CHECK(has(got.remark(), length > 16'842'752 ? "larger than any should be" : "passes the end of the file"));
      CHECK(got.source.remarks()[0].offset == begin);
      CHECK(got.ended_for_good);
    }
  }
}

TEST_CASE("a block of which one length is damaged is read by the other") {
  for (const bool first : {false, true}) {
    for (std::size_t hit = 0; hit < 6; ++hit) {
      CAPTURE(first);
      CAPTURE(hit);
      Pcapng file{true};
      std::vector<std::size_t> begins{0, file.octets.size()};
      file.interface(1, 0, file.option(9, file.body().u8(9)));
      for (std::uint32_t i = 1; i <= 4; ++i) {
        begins.push_back(file.octets.size());
        file.enhanced(0, i, packet(i, 40));
      }
      begins.push_back(file.octets.size());
      Octets octets = file.octets;
      const std::size_t place = first ? begins[hit] + 4 : begins[hit + 1] - 4;
      octets[place + 3] ^= 0x08;
      const Reading got{octets};
      // The last block's end is known by its first length only when nothing is wrong with the second.
      const bool last = hit == 5;
      REQUIRE(got.frames.size() == (last ? 3 : 4));
      for (std::size_t i = 0; i < got.frames.size(); ++i) {
        CHECK(got.frames[i].octets == packet(i + 1, 40));
        CHECK(got.frames[i].nanoseconds == static_cast<std::int64_t>(i) + 1);
      }
      REQUIRE(got.source.remarks().size() == 1);
      if (!last) CHECK(has(got.remark(), "octets up to the next good block"));
    }
  }
}

TEST_CASE("where the description of an interface is lost, none takes its place") {
  for (const std::uint32_t type : {1U, 0x0badU}) {
    CAPTURE(type);
    Pcapng lost;
    lost.u32(type).u32(28).u32(113).u32(0).u32(16);  // both lengths are wrong
    lost.interface(1).enhanced(0, 1, packet(9, 10)).enhanced(0, 1, packet(9, 10));
    lost.section(true).interface(113).enhanced(0, 2, packet(1, 10));
    const Reading got{lost.octets};
    REQUIRE(got.frames.size() == 1);
    CHECK(got.frames[0].octets == packet(1, 10));
    CHECK(got.frames[0].link == 113);
    REQUIRE(got.source.remarks().size() == 3);
    CHECK(has(got.remark(1), "names an interface that is not described"));
  }
}

TEST_CASE("interfaces described before the damage keep their packets") {
  for (const std::size_t more : {1U, 4U, 40U}) {
    CAPTURE(more);
    Pcapng file;
    file.interface(113).raw(packet(8, more));
    file.enhanced(0, 1, packet(1, 10)).enhanced(0, 2, packet(2, 10)).enhanced(0, 3, packet(3, 10));
    const Reading got{file.octets};
    REQUIRE(got.frames.size() == 3);
    CHECK(got.frames[0].link == 113);
    CHECK(got.source.remarks().size() == 1);
  }
}

TEST_CASE("a packet that looks like blocks is no way out of the damage before it unless it names what there is") {
  Pcapng inside;
  inside.octets.clear();
  inside.enhanced(7, 1, packet(9, 10)).enhanced(7, 2, packet(9, 10));  // an interface that is not described
  Pcapng file;
  file.interface(1).enhanced(0, 1, packet(1, 10)).u32(6).u32(3);
  file.enhanced(0, 2, inside.octets).enhanced(0, 3, packet(3, 10));
  const Reading got{file.octets};
  REQUIRE(got.frames.size() == 3);
  CHECK(got.frames[1].octets == inside.octets);
}

TEST_CASE("no length makes the reader hold more than its limit") {
  for (const std::uint32_t type : {6U, 3U, 2U, 1U, 5U, 0x0a0d0d0aU, 0x0badU}) {
    CAPTURE(type);
    Pcapng file;
    file.interface(1).enhanced(0, 1, packet(1, 10)).u32(type).u32(0xfffffffc).u32(0x1a2b3c4d).raw(packet(9, 40));
    const Reading got{file.octets};
    CHECK(got.frames.size() == 1);
    CHECK(has(got.remark(), "larger than any should be; no good block follows"));
  }
}

TEST_CASE("a later section of a version that cannot be read ends the file there, one whose header is damaged does not") {
  Pcapng file;
  file.interface(1).enhanced(0, 1, packet(1, 10));
  std::string expected;
  SUBCASE("version") {
    file.block(0x0a0d0d0a, file.body().u32(0x1a2b3c4d).u16(2).u16(0).u64(0)).interface(1).enhanced(0, 2, packet(2, 10));
    expected = "a section of version 2";
  }
  SUBCASE("byte order") {
    file.block(0x0a0d0d0a, file.body().u32(0x1a2b3c4e).u16(1).u16(0).u64(0)).interface(1).enhanced(0, 2, packet(2, 10));
    expected = "without byte-order magic; ";
  }
  const Reading got{file.octets};
  CHECK(got.frames.size() == (expected.ends_with("; ") ? 2 : 1));
  REQUIRE(got.source.remarks().size() == 1);
  CHECK(has(got.remark(), expected));
}
