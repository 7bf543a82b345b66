#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "ike/base/frame.hpp"

namespace ike::capture {

/// A capture that cannot be opened or read at all. what() names the file and what to do.
class CaptureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is to be said of a file besides its frames: where it was cut or damaged.
struct Remark {
  std::uint64_t packet = 0;  ///< the last frame read before it
  std::uint64_t offset = 0;  ///< in octets from the start of the (decompressed) file
  std::string text;          ///< one line, such as "cut short inside packet 12"
};

/// Called while nothing can be read and more may come, every fifth of a second or so; false: read no further.
using Waiting = std::function<bool()>;

/// Frames one after another from a file or from standard input ("-"): pcap in both byte orders,
/// micro- and nanoseconds, pcapng, either of them compressed with gzip or zstd (told by content).
class FileSource {
 public:
  /// Opens `path`; throws CaptureError when it cannot be read or is no capture.
  FileSource(const std::string& path, std::uint16_t index) : FileSource{path, index, {}, false} {}
  /// Tells `waiting` when standard input or a FIFO has nothing yet. With `follow`, also at the end of a file: it
  /// may still be written, and is read until `waiting` says no.
  FileSource(const std::string& path, std::uint16_t index, Waiting waiting, bool follow);
  ~FileSource();
  FileSource(FileSource&&) noexcept;
  FileSource& operator=(FileSource&&) noexcept;

  /// The next frame, or null at the end. The pointer and the octets stay valid until the next call.
  const Frame* next();

  [[nodiscard]] const std::vector<Remark>& remarks() const noexcept;
  [[nodiscard]] const std::string& format() const noexcept;  ///< "pcap", "pcapng", "pcap, gzip" ...
  [[nodiscard]] std::vector<LinkType> link_types() const;    ///< those of the frames read so far
  [[nodiscard]] std::uint64_t drops() const noexcept;        ///< kernel drops that a pcapng file states
  [[nodiscard]] bool nanoseconds() const noexcept;           ///< times are finer than a microsecond

  struct Impl;  // one per container, beside source.cpp

 private:
  std::unique_ptr<Impl> impl_;
};

/// "EN10MB", "LINUX_SLL2" ...: libpcap's name of a link type, or its number.
std::string link_name(LinkType link);

}  // namespace ike::capture
