#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "ike/capture/source.hpp"

/// Capture files made octet by octet, damage included.
namespace ike::capture::test {

using Octets = std::vector<std::uint8_t>;

/// Appends numbers in one byte order.
struct Writer {
  bool big_endian = false;
  Octets octets;

  Writer& number(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned place = big_endian ? width - 1 - i : i;
      octets.push_back(static_cast<std::uint8_t>(value >> (8 * place)));
    }
    return *this;
  }
  Writer& u8(std::uint64_t value) { return number(value, 1); }
  Writer& u16(std::uint64_t value) { return number(value, 2); }
  Writer& u32(std::uint64_t value) { return number(value, 4); }
  Writer& u64(std::uint64_t value) { return number(value, 8); }
  Writer& raw(const Octets& more) {
    octets.insert(octets.end(), more.begin(), more.end());
    return *this;
  }
  Writer& pad() {
    while (octets.size() % 4 != 0) octets.push_back(0);
    return *this;
  }
};

/// `size` octets that tell packet `number`.
inline Octets packet(std::size_t number, std::size_t size) {
  Octets made(size);
  for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<std::uint8_t>(0x80 + number * 7 + i * 3);
  return made;
}

struct Pcap : Writer {
  explicit Pcap(std::uint32_t magic = 0xa1b2c3d4, bool big = false, std::uint32_t link = 1,
                std::uint32_t snap_length = 65535, std::uint16_t minor = 4)
      : Writer{big, {}} {
    u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(snap_length).u32(link);
    extra = magic == 0xa1b2cd34 ? 8 : 0;
  }
  Pcap& header(std::uint32_t seconds, std::uint32_t sub_seconds, std::uint32_t captured, std::uint32_t sent) {
    u32(seconds).u32(sub_seconds).u32(captured).u32(sent).number(0, extra);
    return *this;
  }
  Pcap& record(std::uint32_t seconds, std::uint32_t sub_seconds, const Octets& data) {
    const auto size = static_cast<std::uint32_t>(data.size());
    header(seconds, sub_seconds, size, size).raw(data);
    return *this;
  }
  unsigned extra = 0;
};

struct Pcapng : Writer {
  explicit Pcapng(bool big = false) { section(big); }
  Pcapng& block(std::uint32_t type, Writer body) {
    body.pad();
    const std::uint64_t length = body.octets.size() + 12;
    u32(type).u32(length).raw(body.octets).u32(length);
    return *this;
  }
  [[nodiscard]] Writer body() const { return Writer{big_endian, {}}; }
  Pcapng& section(bool big) {
    big_endian = big;
    return block(0x0a0d0d0a, body().u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0}));
  }
  /// `options` as they stand in the block.
  Pcapng& interface(std::uint16_t link, std::uint32_t snap_length = 0, const Octets& options = {}) {
    return block(1, body().u16(link).u16(0).u32(snap_length).raw(options));
  }
  [[nodiscard]] Octets option(std::uint16_t code, Writer value) const {
    const std::size_t size = value.octets.size();
    return body().u16(code).u16(size).raw(value.pad().octets).octets;
  }
  Pcapng& enhanced(std::uint32_t interface, std::uint64_t ticks, const Octets& data, std::uint32_t sent = 0) {
    return block(6, body()
                        .u32(interface)
                        .u32(ticks >> 32)
                        .u32(ticks)
                        .u32(data.size())
                        .u32(sent == 0 ? data.size() : sent)
                        .raw(data)
                        .pad());
  }
};

/// A file in memory that goes when the test ends: thousands of small ones on a disk take many seconds.
class File {
 public:
  explicit File(const Octets& octets) : fd_{::memfd_create("capture", MFD_CLOEXEC)} {
    path_ = "/proc/self/fd/" + std::to_string(fd_);
    write(octets);
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  void write(const Octets& octets) const {
    const bool written = ::ftruncate(fd_, 0) == 0 &&
                         ::pwrite(fd_, octets.data(), octets.size(), 0) == static_cast<::ssize_t>(octets.size());
    if (!written) throw std::runtime_error{"a test file cannot be written"};
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  int fd_;
  std::string path_;
};

struct Seen {
  std::uint64_t number;
  std::int64_t nanoseconds;
  std::uint32_t sent;
  unsigned link;
  Octets octets;
};

/// Everything that a source gives.
struct Reading {
  explicit Reading(const std::string& path) : source{path, 7} {
    while (const Frame* frame = source.next()) {
      frames.push_back({frame->number, frame->time.time_since_epoch().count(), frame->wire_length,
                        static_cast<unsigned>(frame->link), Octets{frame->octets.begin(), frame->octets.end()}});
    }
    ended_for_good = source.next() == nullptr && source.next() == nullptr;
  }
  explicit Reading(const Octets& octets) : Reading{File{octets}.path()} {}
  [[nodiscard]] std::string remark(std::size_t index = 0) const {
    return index < source.remarks().size() ? source.remarks()[index].text : "none";
  }

  FileSource source;
  std::vector<Seen> frames;
  bool ended_for_good = false;
};

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace ike::capture::test
