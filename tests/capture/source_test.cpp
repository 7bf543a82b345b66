#include "ike/capture/source.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "files.hpp"

using namespace ike;
using namespace ike::capture;
using namespace ike::capture::test;

namespace {

std::string refusal_of(const std::string& path) {
  try {
    FileSource source{path, 0};
  } catch (const CaptureError& error) {
    return error.what();
  }
  return "none";
}

Octets octets_of(const std::string& text) { return {text.begin(), text.end()}; }

Octets small_pcap() {
  Pcap file;
  for (std::uint32_t i = 1; i <= 8; ++i) file.record(1'700'000'000 + i, i, packet(i, 20 + i));
  return file.octets;
}

Octets small_pcapng() {
  Pcapng file;
  file.interface(1, 0, file.option(9, file.body().u8(9))).interface(113);
  for (std::uint32_t i = 1; i <= 6; ++i) file.enhanced(i % 2, i * 1000, packet(i, 20 + i));
  file.block(3, file.body().u32(9).raw(packet(7, 9)));
  return file.block(5, file.body().u32(0).u64(0).raw(file.option(5, file.body().u64(4)))).octets;
}

/// Standard input for as long as it lives.
class Stdin {
 public:
  explicit Stdin(int fd) : saved_{::dup(STDIN_FILENO)} { ::dup2(fd, STDIN_FILENO); }
  ~Stdin() {
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  Stdin(const Stdin&) = delete;
  Stdin& operator=(const Stdin&) = delete;

 private:
  int saved_;
};

/// Writes in pieces of `piece` octets, as slow writers do, and closes.
void feed(int fd, const Octets& octets, std::size_t piece) {
  for (std::size_t at = 0; at < octets.size(); at += piece) {
    const std::size_t count = std::min(piece, octets.size() - at);
    if (::write(fd, octets.data() + at, count) != static_cast<ssize_t>(count)) break;
  }
  ::close(fd);
}

}  // namespace

TEST_CASE("what is no capture is refused with what it is and what to do") {
  struct Row {
    std::string content;
    std::string text;
  };
  const Row rows[] = {
      {"", "is empty; nothing was captured or the copy failed"},
      {"\x01\x02", "holds only 2 octets; give a whole pcap or pcapng file"},
      {std::string{"snoop\0\0\0\0\0\0\2", 12}, "is a snoop capture; convert it with editcap -F pcap"},
      {"hostname gw\ncrypto isakmp policy 10\n", "is text; give a capture file, as tcpdump -w writes it"},
      {"\xfd"
       "7zXZ" +
           std::string(20, '\0'),
       "is compressed with xz; unpack it with xz -d"},
      {"\x7f"
       "ELF\2\1\1",
       "is a program; give the file that tcpdump -w wrote"},
      {std::string(64, '\0'),
       "begins with 00 00 00 00, which is neither pcap nor pcapng; convert it with editcap -F pcap"},
      {"\xd4\xc3\xb2\xa1\x02",
       "only 5 octets of a pcap file, whose header alone takes 24; capture again or copy the file again"},
      {std::string{"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1", 13},
       "only 13 octets of a pcapng file, too few for its header; capture again or copy the file again"},
      {std::string{"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\7\0\0\0", 16},
       "pcapng of version 7, but only version 1 is known; rewrite it with editcap -F pcap"},
      {std::string{"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1b\1\0\0\0", 16},
       "begins like pcapng, but its byte-order magic is damaged; copy the file again"},
      {std::string{"\xd4\xc3\xb2\xa1\x03", 5} + std::string(30, '\0'),
       "pcap of version 3, but only version 2 is known; rewrite it with editcap -F pcap"},
  };
  for (const Row& row : rows) {
    const File file{octets_of(row.content)};
    CHECK(refusal_of(file.path()) == file.path() + ": " + row.text);
  }
}

TEST_CASE("what cannot be opened is refused with the reason") {
  CHECK(refusal_of("/nowhere/at/all.pcap") == "/nowhere/at/all.pcap: no such file; check the path");
  CHECK(refusal_of("/") == "/: is a directory; name the capture files in it");
  CHECK(refusal_of("/two\nlines\x1b[1m") == "/two?lines?[1m: no such file; check the path");
  const File file{small_pcap()};
  ::chmod(file.path().c_str(), 0);
  if (::geteuid() != 0) CHECK(has(refusal_of(file.path()), "permission denied; "));
}

TEST_CASE("frames carry the index of their file, and a source can be moved") {
  const File file{small_pcap()};
  FileSource one{file.path(), 3};
  REQUIRE(one.next());
  FileSource other{std::move(one)};
  const Frame* frame = other.next();
  REQUIRE(frame);
  CHECK(frame->file == 3);
  CHECK(frame->number == 2);
}

TEST_CASE("standard input is read, from a file or a pipe, in pieces of any size") {
  for (const Octets& octets : {small_pcap(), small_pcapng()}) {
    const std::size_t expected = Reading{octets}.frames.size();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, octets.size()}) {
      CAPTURE(piece);
      int ends[2];
      REQUIRE(::pipe(ends) == 0);
      std::thread writer{feed, ends[1], octets, piece};
      {
        const Stdin input{ends[0]};
        ::close(ends[0]);
        const Reading got{std::string{"-"}};
        CHECK(got.frames.size() == expected);
        CHECK(got.source.remarks().empty());
      }
      writer.join();
    }
  }
  const File empty{{}};
  const int fd = ::open(empty.path().c_str(), O_RDONLY | O_CLOEXEC);
  const Stdin input{fd};
  ::close(fd);
  CHECK(refusal_of("-") == "standard input: is empty; nothing was captured or the copy failed");
}

TEST_CASE("a FIFO is read to its end") {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("ike-fifo-" + std::to_string(::getpid()))).string();
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer{[&] { feed(::open(path.c_str(), O_WRONLY | O_CLOEXEC), small_pcap(), 11); }};
  CHECK(Reading{path}.frames.size() == 8);
  writer.join();
  std::filesystem::remove(path);
}

TEST_CASE("a frame of a FIFO is given before the next one is written") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Octets octets = Pcap{}.record(1, 0, packet(1, 60)).octets;
  REQUIRE(::write(ends[1], octets.data(), octets.size()) == static_cast<ssize_t>(octets.size()));
  const Stdin input{ends[0]};
  ::close(ends[0]);
  FileSource source{"-", 0};
  CHECK(source.next());  // would block here if it asked for more than it needs
  ::close(ends[1]);
  CHECK_FALSE(source.next());
}

TEST_CASE("after damage in a pipe reading goes on as soon as good records came, not at its end") {
  for (const bool pcapng : {false, true}) {
    CAPTURE(pcapng);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Octets octets;
    if (pcapng) {
      Pcapng file;
      file.interface(1).enhanced(0, 1, packet(1, 60)).u32(6).u32(33).raw(packet(9, 84));
      for (std::uint32_t i = 2; i <= 8; ++i) file.enhanced(0, i, packet(i, 60));
      octets = file.octets;
    } else {
      Pcap file;
      file.record(1'700'000'001, 0, packet(1, 60)).header(1'700'000'002, 0, 0xffffffff, 0xffffffff).raw(packet(9, 60));
      for (std::uint32_t i = 2; i <= 8; ++i) file.record(1'700'000'000 + i, 0, packet(i, 60));
      octets = file.octets;
    }
    REQUIRE(::write(ends[1], octets.data(), octets.size()) == static_cast<ssize_t>(octets.size()));
    const Stdin input{ends[0]};
    ::close(ends[0]);
    FileSource source{"-", 0};
    for (std::size_t i = 1; i <= 4; ++i) {
      const Frame* frame = source.next();
      REQUIRE(frame != nullptr);
      CHECK(Octets{frame->octets.begin(), frame->octets.end()} == packet(i, 60));
    }
    ::close(ends[1]);
    while (source.next() != nullptr) {
    }
  }
}

TEST_CASE("mutated captures never give more than they hold") {
  std::mt19937 random{20260101};
  const File file{{}};
  for (const Octets& good : {small_pcap(), small_pcapng()}) {
    for (int round = 0; round < 2000; ++round) {
      Octets octets = good;
      for (std::size_t hits = 1 + random() % 4; hits != 0; --hits) {
        const std::size_t at = random() % octets.size();
        switch (random() % 4) {
          case 0:
            octets[at] = static_cast<std::uint8_t>(random());
            break;
          case 1:
            octets[at] ^= static_cast<std::uint8_t>(1U << random() % 8);
            break;
          case 2:
            octets.erase(octets.begin() + static_cast<std::ptrdiff_t>(at));
            break;
          default:
            octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(random()));
            break;
        }
      }
      file.write(octets);
      try {
        const Reading got{file.path()};
        std::size_t held = 0;
        for (const Seen& frame : got.frames) held += frame.octets.size();
        REQUIRE(held <= octets.size());
        REQUIRE(got.ended_for_good);
      } catch (const CaptureError& error) {
        REQUIRE(has(error.what(), file.path()));
      }
    }
  }
}

TEST_CASE("every capture of the project is read to its end") {
  const std::filesystem::path root = IKE_PCAPS;
  if (!std::filesystem::exists(root)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !has(name, ".pcap")) continue;
    CAPTURE(entry.path().string());
    const bool odd = has(entry.path().string(), "malformed");  // may be cut on purpose
    try {
      const Reading got{entry.path().string()};
      CHECK((odd || (!got.frames.empty() && got.source.remarks().empty())));
    } catch (const CaptureError& error) {
      CHECK_MESSAGE(odd, error.what());
    }
  }
}

TEST_CASE("link types have libpcap's names, or their number") {
  CHECK(link_name(LinkType::ethernet) == "EN10MB");
  CHECK(link_name(LinkType::raw) == "RAW");
  CHECK(link_name(LinkType::raw_openbsd) == "RAW");
  CHECK(link_name(LinkType::linux_sll2) == "LINUX_SLL2");
  CHECK(link_name(LinkType{60'000}) == "60000");
}
