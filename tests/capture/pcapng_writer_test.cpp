#include "ike/capture/pcapng_writer.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/packets.hpp"

using namespace ike;

TEST_CASE("what the writer wrote is read back: octets, times, link types, cut lengths") {
  const std::string path = (std::filesystem::temp_directory_path() / ("ikescope-writer-" + std::to_string(::getpid()) + ".pcapng")).string();
  const test::Bytes first = test::pattern(61, 1);
  const test::Bytes second = test::pattern(40, 2);
  {
    capture::PcapngWriter writer{path};
    Frame frame = test::frame_of(first, LinkType::ethernet, 1, 1.5);
    frame.time += std::chrono::nanoseconds{7};
    writer.write(frame, "eth0", "no-reply-msg1: message 1");
    Frame cut = test::cut_frame(second, 33, LinkType::raw, 2);
    writer.write(cut, "");
    writer.close();
    CHECK(writer.frames() == 2);
  }
  capture::FileSource source{path, 0};
  const Frame* frame = source.next();
  REQUIRE(frame);
  CHECK(test::Bytes(frame->octets.begin(), frame->octets.end()) == first);
  CHECK(frame->time == Time{std::chrono::nanoseconds{1'500'000'007}});
  CHECK(frame->link == LinkType::ethernet);
  frame = source.next();
  REQUIRE(frame);
  CHECK(frame->octets.size() == 33);
  CHECK(frame->wire_length == 40);
  CHECK(frame->link == LinkType::raw);
  CHECK(source.next() == nullptr);
  CHECK(source.remarks().empty());
  std::filesystem::remove(path);
}

TEST_CASE("a file that cannot be created, or a full disk, is told") {
  CHECK_THROWS_AS(capture::PcapngWriter{"/nonexistent/x.pcapng"}, capture::CaptureError);
  capture::PcapngWriter full{"/dev/full"};
  full.write(test::frame_of(test::pattern(60)), "");
  CHECK_THROWS_AS(full.close(), capture::CaptureError);
}
