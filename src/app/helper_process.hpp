#pragma once

#include <memory>
#include <string>

#include "helper.hpp"

namespace ike::app {

/// Life of the helper process: opens what `options` ask for, says "ready" (or why not) on `socket`, does what it is told
/// there, and ends when nobody can tell any more. Gives its exit status.
int run_helper(const HelperOptions& options, int socket);

/// A pcapng file that is followed by another one when it is large enough; of the older ones some are kept.
class RotatedFile {
 public:
  /// Begins with a file of its own: one that is there is the first to be moved on. Throws CaptureError.
  RotatedFile(std::string path, std::uint64_t max_octets, unsigned files);
  ~RotatedFile();
  RotatedFile(RotatedFile&&) noexcept;
  RotatedFile& operator=(RotatedFile&&) noexcept;

  void write(const Frame& frame, std::string_view interface, std::string_view comment);
  /// What was written can be read.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::app
