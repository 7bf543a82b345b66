#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "ike/analyzer.hpp"
#include "ike/capture/source.hpp"
#include "matrix/matrix.hpp"

namespace ike::test {
namespace {

/// What is said of a capture, its name, format and wrapping aside.
std::string report_of(const std::string& path) {
  capture::FileSource source{path, 0};
  Analyzer analyzer;
  while (const Frame* frame = source.next()) analyzer.feed(*frame);
  for (const auto& remark : source.remarks()) FAIL_CHECK(remark.text);
  report::Report report = analyzer.report({});
  report.capture.remarks.clear();
  return report::to_json(report);
}

/// A file in memory.
class File {
 public:
  explicit File(const Bytes& octets) : fd_{::memfd_create("capture", MFD_CLOEXEC)} {
    REQUIRE(::pwrite(fd_, octets.data(), octets.size(), 0) == static_cast<::ssize_t>(octets.size()));
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int descriptor() const { return fd_; }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

std::string report_of(const Bytes& octets) { return report_of(File{octets}.path()); }

/// The same octets from a pipe on standard input.
std::string report_from_stdin(const Bytes& octets) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(octets.size() < 65536);  // what a pipe holds
  REQUIRE(::write(ends[1], octets.data(), octets.size()) == static_cast<::ssize_t>(octets.size()));
  ::close(ends[1]);
  const int kept = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  std::string text = report_of("-");
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  return text;
}

std::string plain_report(bool v6) { return report_of(containers().front().file(records(v6, links().front(), tunnels().front()), LinkType::ethernet)); }

}  // namespace

TEST_CASE("the plain conversation of the matrix stalls after message 4, with fragments, an ICMP error and ESP seen") {
  for (const bool v6 : {false, true}) {
    const std::string plain = plain_report(v6);
    CAPTURE(plain);
    CHECK(plain.find("MM_WAIT_MSG6") != std::string::npos);
    CHECK(plain.find("\"fragment-loss\"") != std::string::npos);
    CHECK(plain.find("\"ike_packets\":7") != std::string::npos);
    CHECK(plain.find("\"esp_packets\":2") != std::string::npos);
    CHECK(plain.find("\"icmp_errors\":1") != std::string::npos);
  }
}

TEST_CASE("every container on every link with every wrapping gives the report of the plain capture") {
  std::size_t files = 0;
  for (const bool v6 : {false, true}) {
    const std::string plain = plain_report(v6);
    for (const Link& link : links()) {
      for (const Tunnel& tunnel : tunnels()) {
        if (!fits(v6, link, tunnel)) continue;
        const auto frames = records(v6, link, tunnel);
        for (const Container& container : containers()) {
          CAPTURE(v6);
          CAPTURE(link.name);
          CAPTURE(tunnel.name);
          CAPTURE(container.name);
          CHECK((report_of(container.file(frames, link.type)) == plain));
          ++files;
        }
      }
    }
  }
  MESSAGE(files << " captures");
  CHECK(files > 10000);
}

TEST_CASE("the report names every wrapping, from the outside in, and the outer pair") {
  for (const Link& link : links()) {
    for (const Tunnel& tunnel : tunnels()) {
      if (!fits(false, link, tunnel)) continue;
      CAPTURE(link.name);
      CAPTURE(tunnel.name);
      const File file{containers().front().file(records(false, link, tunnel), link.type)};
      capture::FileSource source{file.path(), 0};
      Analyzer analyzer;
      while (const Frame* frame = source.next()) analyzer.feed(*frame);
      const auto remarks = analyzer.report({}).capture.remarks;
      const std::string between = link.wrapped.empty() || tunnel.wrapped.empty() ? "" : ", ";
      const std::string inside = " packets inside " + link.wrapped + between + tunnel.wrapped;
      if (std::ranges::count(inside, ',') >= 8) continue;  // of more than eight the outermost are forgotten
      const bool wrapped = !link.wrapped.empty() || !tunnel.wrapped.empty();
      const std::string outer = tunnel.wrapped.empty() ? "" : tunnel.outer_v6 ? ", between 2001:db8:ff::1 and 2001:db8:ff::2 (" : ", between 10.255.0.1 and 10.255.0.2 (";
      REQUIRE(remarks.size() == (wrapped ? 1 : 0));
      if (wrapped) CHECK(remarks[0].find(inside + outer) != std::string::npos);
      if (wrapped) CHECK(remarks[0].find(inside) + inside.size() == (outer.empty() ? remarks[0].size() : remarks[0].find(outer)));
    }
  }
}

TEST_CASE("every container can come by standard input") {
  const std::string plain = plain_report(false);
  const auto frames = records(false, links().front(), tunnels().front());
  for (const Container& container : containers()) {
    CAPTURE(container.name);
    CHECK((report_from_stdin(container.file(frames, LinkType::ethernet)) == plain));
  }
}

}  // namespace ike::test
