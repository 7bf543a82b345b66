#include <sstream>
#include <vector>

#include "program.hpp"

using namespace ike::test;

namespace {

/// The records of a little-endian pcap file, as octets.
struct Parts {
  std::string header;
  std::vector<std::string> records;
};
Parts parts_of(const std::string& file) {
  Parts parts{file.substr(0, 24), {}};
  for (std::size_t at = 24; at < file.size();) {
    std::size_t length = 16;
    for (std::size_t i = 0; i < 4; ++i) length += static_cast<std::size_t>(static_cast<unsigned char>(file[at + 8 + i])) << (8 * i);
    parts.records.push_back(file.substr(at, length));
    at += length;
  }
  return parts;
}

/// Time, direction and length of every message that `decode` printed: its headings without file and packet.
std::string headings(const Outcome& outcome) {
  CHECK(outcome.status == 0);
  CHECK(outcome.error.empty());
  std::istringstream in{outcome.out};
  std::string found;
  for (std::string line; std::getline(in, line);) {
    const std::size_t packet = line.starts_with(' ') ? std::string::npos : line.find("packet ");
    if (packet != std::string::npos) found += line.substr(line.find("  ", packet)) + '\n';
  }
  return found;
}

}  // namespace

TEST_CASE("several files are one timeline, in whatever order they are named") {
  const Scratch scratch;
  const Parts stuck = parts_of(slurp(scratch / "stuck.pcap"));
  REQUIRE(stuck.records.size() == 43);
  const std::string whole = headings(scratch.run("decode stuck.pcap"));
  REQUIRE(lines(whole) > 30);

  struct Row {
    std::string_view label;
    std::size_t files;
    std::size_t run;  // records that go to one file before the next gets some
  };
  for (const Row& row : {Row{"one after another", 2, 22}, Row{"turn by turn", 2, 1}, Row{"three that overlap", 3, 5}, Row{"more than stay open, one record each", 43, 1},
                         Row{"more than stay open, all overlap", 20, 1}}) {
    CAPTURE(row.label);
    std::vector<std::string> files(row.files, stuck.header);
    for (std::size_t i = 0; i < stuck.records.size(); ++i) files[i / row.run % row.files] += stuck.records[i];
    std::string names;
    fs::remove_all(scratch / "parts");
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string name = "parts/" + std::to_string(100 + i) + ".pcap";
      spill(scratch / name, files[i]);
      names = name + " " + names;  // the last one first
    }
    CHECK(headings(scratch.run("decode " + names)) == whole);
    CHECK(headings(scratch.run("decode parts")) == whole);
  }
}

TEST_CASE("a file without frames has no turn and is no error") {
  const Scratch scratch;
  spill(scratch / "none.pcap", slurp(scratch / "stuck.pcap").substr(0, 24));
  CHECK(headings(scratch.run("decode none.pcap stuck.pcap")) == headings(scratch.run("decode stuck.pcap")));
}

TEST_CASE("packets are named by the file they are in") {
  const Scratch scratch;
  const Outcome outcome = scratch.run("decode --packet 3 fine.pcap stuck.pcap");
  CHECK(outcome.status == 0);
  CHECK(has(outcome.out, "fine.pcap packet 3  "));
  CHECK(has(outcome.out, "stuck.pcap packet 3  "));
  CHECK_FALSE(has(outcome.out, "packet 4"));
}

TEST_CASE("a packet that holds no message is one line and exit status 2") {
  const Scratch scratch;
  const Outcome outcome = scratch.run("decode --packet 9999 stuck.pcap");
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.error == "ikescope: packet 9999 holds no ISAKMP message\n");
}

TEST_CASE("a directory stands for the captures in it, told by content whatever they are called") {
  const Scratch scratch;
  const std::string stuck = slurp(scratch / "stuck.pcap");
  spill(scratch / "day/one", stuck);
  spill(scratch / "day/modified", "\x34\xcd\xb2\xa1" + stuck.substr(4));
  spill(scratch / "day/log", "nothing of that kind\n");
  REQUIRE(scratch.shell("gzip -c stuck.pcap >day/packed.gz; gzip -c day/log >day/log.gz; gzip -c day/log >day/broken.pcap.gz").status == 0);
  const Outcome outcome = scratch.run("read --format json day");
  for (const std::string_view read : {"\"day/one\"", "\"day/modified\"", "\"day/packed.gz\""}) CHECK_MESSAGE(has(outcome.out, read), read);
  CHECK_FALSE(has(outcome.out, "day/log"));
  CHECK(outcome.error == "ikescope: day/broken.pcap.gz: what gzip holds is text; give a capture file, as tcpdump -w writes it\n");
}

TEST_CASE("a link type that can't be read is named, with what to do") {
  const Scratch scratch;
  std::string air = slurp(scratch / "stuck.pcap");
  air[20] = 127;
  spill(scratch / "air.pcap", air);
  const Outcome outcome = scratch.run("read air.pcap");
  CHECK(outcome.status == 0);
  CHECK_MESSAGE(has(outcome.out, "Note: air.pcap: link type IEEE802_11_RADIO cannot be read; capture where\n"), outcome.out);
  air[20] = static_cast<char>(250), air[21] = 3;
  spill(scratch / "unknown.pcap", air);
  CHECK(has(scratch.run("read --format json unknown.pcap").out, "link type 1018 cannot be read; capture where Ethernet or IP passes, or with tcpdump -i any"));
}
