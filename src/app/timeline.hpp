#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/capture/source.hpp"
#include "ike/report/report.hpp"

namespace ike::app {

/// Told of every input that cannot be read; the others are read all the same.
using OnError = std::function<void(std::string_view line)>;

/// The files that `paths` name: a directory stands for the captures in it, sorted by name and told by content.
std::vector<std::string> capture_files(const std::vector<std::string>& paths, const OnError& on_error);

/// Whether a file gives its octets a second time: standard input and pipes don't.
bool can_open_again(const std::string& path);
/// UsageError where one of `files` passes only once; `who` reads them more than once.
void want_again(std::string_view who, const std::vector<std::string>& files);

/// The frames of several captures as one, merged by packet time. Of many files only those whose times overlap
/// are open at once.
class Timeline {
 public:
  /// `waiting` and `follow` as FileSource takes them; `shifts`, one for each file or none, are added to its times.
  Timeline(const std::vector<std::string>& files, OnError on_error, capture::Waiting waiting = {}, bool follow = false, std::vector<Duration> shifts = {});

  /// The next frame, or null at the end. It and its octets stay valid until the next call. Inside one file
  /// frames come as they stand there, even where its times go back.
  const Frame* next() { return only_ != nullptr ? next_of_only() : next_of_all(); }

  /// What is known of the files by now: names, formats, packets, remarks. Counts and times are left empty.
  [[nodiscard]] const report::CaptureInfo& info() const noexcept { return info_; }

 private:
  /// Files kept open between the look at their first frame and their turn. Others are opened again, so that
  /// a directory of thousands needs no thousands of descriptors.
  static constexpr std::size_t max_waiting_open = 16;

  struct Input {
    Time first{};                                 // while waiting: of its first frame
    std::unique_ptr<capture::FileSource> source;  // null: not open (yet, or any more)
    const Frame* head = nullptr;                  // the frame not given yet
    Frame shifted{};                              // that frame, its time set
  };
  struct Turn {
    Time time;
    std::uint16_t input;
    friend bool operator>(const Turn& a, const Turn& b) noexcept {
      return a.time != b.time ? a.time > b.time : a.input > b.input;
    }
  };

  const Frame* next_of_only();
  const Frame* next_of_all();
  bool open(std::uint16_t index);
  void advance(std::uint16_t index);
  void close(std::uint16_t index);
  void fail(std::uint16_t index, const std::exception& why);

  OnError on_error_;
  capture::Waiting wait_;
  bool follow_;
  std::vector<Duration> shifts_;
  std::vector<Input> inputs_;
  std::vector<Turn> waiting_;  // sorted, the earliest last
  std::vector<Turn> turns_;    // heap of the open ones, the earliest in front
  bool given_ = false;         // the front's head was given and must be replaced
  Input* only_ = nullptr;      // the one file left, when there is nothing to merge or to shift any more
  std::uint64_t* only_packets_ = nullptr;
  report::CaptureInfo info_;
};

}  // namespace ike::app
