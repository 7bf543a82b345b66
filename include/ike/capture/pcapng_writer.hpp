#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ike/base/frame.hpp"
#include "ike/capture/source.hpp"

namespace ike::capture {

/// A pcapng file of frames, with a comment on those that deserve one. Times to the nanosecond.
class PcapngWriter {
 public:
  /// Creates (or empties) the file, or takes standard output for `-`; throws CaptureError. `about` is a comment on the whole file, or empty.
  explicit PcapngWriter(const std::string& path, std::string_view about = {});

  /// Adds a frame that came from `interface` (its name in the file; may be empty). `comment` may be empty.
  void write(const Frame& frame, std::string_view interface, std::string_view comment = {});
  /// Writes what is buffered, for who reads the file while it grows.
  void flush() { std::fflush(file_.get()); }
  /// Writes what is buffered and closes the file; throws CaptureError when anything could not be written.
  void close();

  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  std::uint32_t interface_of(LinkType link, std::string_view name);
  void block(std::uint32_t type, const std::string& body);

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::map<std::pair<LinkType, std::string>, std::uint32_t> interfaces_;
  std::uint64_t frames_ = 0;
};

}  // namespace ike::capture
