// A capture file, from its first octet to the reports.
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/input.hpp"
#include "ike/analyzer.hpp"
#include "ike/capture/source.hpp"

using namespace ike;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("capture", 0);
  static const auto path = "/dev/fd/" + std::to_string(file);
  fuzz::require(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  Analyzer analyzer;
  report::CaptureInfo capture;
  try {
    capture::FileSource source{path, 0};
    while (const auto* frame = source.next()) analyzer.feed(*frame);
    for (const auto& remark : source.remarks()) capture.remarks.push_back(remark.text);
    for (const auto link : source.link_types()) capture.link_types.push_back(capture::link_name(link));
    capture.files.push_back({"capture", source.format(), 0, {}});
    capture.kernel_drops = source.drops();
    capture.nanoseconds = source.nanoseconds();
  } catch (const capture::CaptureError& error) {
    capture.files.push_back({"capture", {}, 0, error.what()});
  }
  const auto report = analyzer.report(capture);
  fuzz::require(fuzz::presentable(report::to_text(report, {.all = true, .verbose = 1})));
  fuzz::require(fuzz::presentable(report::to_json(report)));
  return 0;
}
