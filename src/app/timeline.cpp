#include "timeline.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <system_error>

#include "ike/net/link.hpp"
#include "options.hpp"
#include "output.hpp"

namespace ike::app {
namespace {

namespace fs = std::filesystem;

/// Does `path`, found in a directory, begin like a capture, be it a compressed one? What cannot be opened counts as
/// one, so that it is reported, and so does what can't be unpacked and calls itself one.
bool looks_like_capture(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return true;
  std::array<char, 4> start{};
  if (!file.read(start.data(), start.size())) return false;
  const std::string_view magic{start.data(), start.size()};
  using namespace std::string_view_literals;
  for (const auto known : {"\xa1\xb2\xc3\xd4"sv, "\xd4\xc3\xb2\xa1"sv, "\xa1\xb2\x3c\x4d"sv, "\x4d\x3c\xb2\xa1"sv, "\xa1\xb2\xcd\x34"sv, "\x34\xcd\xb2\xa1"sv, "\x0a\x0d\x0d\x0a"sv}) {
    if (magic == known) return true;
  }
  const bool skippable = magic.substr(1) == "\x2a\x4d\x18"sv && (magic[0] & 0xf0) == 0x50;  // a zstd frame to pass over
  if (!magic.starts_with("\x1f\x8b"sv) && magic != "\x28\xb5\x2f\xfd"sv && !skippable) return false;
  if (path.filename().string().find("cap") != std::string::npos) return true;
  try {
    return capture::FileSource{path.string(), 0}.next() != nullptr;
  } catch (const std::exception&) {
    return false;
  }
}

std::vector<std::string> captures_in(const fs::path& directory) {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator{directory}) {
    std::error_code unreadable;
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.is_regular_file(unreadable) && looks_like_capture(entry.path())) found.push_back(entry.path().string());
  }
  std::ranges::sort(found);
  return found;
}

/// What a pattern stands for that no shell has expanded (a list in a script, a cron job); nothing when it is none.
std::vector<std::string> matches(const std::string& path) {
  std::vector<std::string> found;
  std::error_code unreadable;
  if (path.find_first_of("*?[") == std::string::npos || fs::exists(path, unreadable)) return found;
  ::glob_t list{};
  if (::glob(path.c_str(), 0, nullptr, &list) == 0) found.assign(list.gl_pathv, list.gl_pathv + list.gl_pathc);
  ::globfree(&list);
  return found;
}

}  // namespace

bool can_open_again(const std::string& path) {
  struct stat status{};
  return path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

void want_again(std::string_view who, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    std::error_code not_there;
    if (file != "-" && (can_open_again(file) || !fs::exists(file, not_there))) continue;
    throw UsageError{fmt::format("{} more than once, which {} can't be; save it first: cat > FILE", who, file == "-" ? "standard input" : printable(file))};
  }
}

std::vector<std::string> capture_files(const std::vector<std::string>& paths, const OnError& on_error) {
  std::vector<std::string> files;
  std::vector<std::string> named;
  for (const std::string& path : paths) {
    const std::vector<std::string> expanded = matches(path);
    named.insert(named.end(), expanded.begin(), expanded.end());
    if (expanded.empty()) named.push_back(path);
  }
  for (const std::string& path : named) {
    std::error_code not_there;
    if (path == "-" || !fs::is_directory(path, not_there)) {
      files.push_back(path);
      continue;
    }
    try {
      const std::vector<std::string> found = captures_in(path);
      if (found.empty()) on_error(fmt::format("{}: no capture file in this directory", path));
      files.insert(files.end(), found.begin(), found.end());
    } catch (const fs::filesystem_error& why) {
      on_error(fmt::format("{}: {}", path, why.code().message()));
    }
  }
  return files;
}

Timeline::Timeline(const std::vector<std::string>& files, OnError on_error, capture::Waiting waiting, bool follow, std::vector<Duration> shifts)
    : on_error_{std::move(on_error)}, wait_{std::move(waiting)}, follow_{follow}, shifts_{std::move(shifts)} {
  constexpr std::size_t most = std::numeric_limits<std::uint16_t>::max();  // Frame::file counts that far
  if (files.size() > most) on_error_(fmt::format("{} files are too many at once; only the first {} are read", files.size(), most));
  for (const std::string& name : std::span{files}.first(std::min(files.size(), most))) info_.files.push_back({.name = name, .format = {}, .packets = 0, .error = {}});
  inputs_.resize(info_.files.size());

  std::size_t kept = 0;
  for (std::uint16_t index = 0; index < inputs_.size(); ++index) {
    if (!open(index)) continue;
    Input& input = inputs_[index];
    waiting_.push_back({input.first, index});
    if (kept < max_waiting_open || !can_open_again(info_.files[index].name)) {
      ++kept;
    } else {
      input.source.reset();
    }
  }
  std::ranges::sort(waiting_, std::greater{});
}

/// Opens an input and reads its first frame. False when there is none.
bool Timeline::open(std::uint16_t index) {
  Input& input = inputs_[index];
  try {
    input.source = std::make_unique<capture::FileSource>(info_.files[index].name, index, wait_, follow_);
  } catch (const std::exception& why) {
    fail(index, why);
    return false;
  }
  info_.files[index].format = input.source->format();
  info_.nanoseconds = info_.nanoseconds || input.source->nanoseconds();
  advance(index);
  if (input.head == nullptr) return false;
  input.first = input.head->time;
  return true;
}

void Timeline::advance(std::uint16_t index) {
  Input& input = inputs_[index];
  try {
    input.head = input.source->next();
  } catch (const std::exception& why) {  // the medium fails in the middle
    fail(index, why);
  }
  if (input.head == nullptr) close(index);
  if (input.head == nullptr || shifts_.empty()) return;
  input.shifted = *input.head;
  std::int64_t time = input.shifted.time.time_since_epoch().count();
  constexpr std::int64_t most = latest_time.time_since_epoch().count();
  if (!__builtin_add_overflow(time, shifts_[index].count(), &time)) input.shifted.time = Time{Duration{std::clamp(time, -most, most)}};
  input.head = &input.shifted;
}

void Timeline::close(std::uint16_t index) {
  const capture::FileSource& source = *inputs_[index].source;
  for (const capture::Remark& remark : source.remarks()) {
    info_.remarks.push_back(fmt::format("{}: {}", info_.files[index].name, remark.text));
  }
  for (const LinkType link : source.link_types()) {
    std::string name = capture::link_name(link);
    if (net::open_link(link, {}).inside == net::Inside::unknown_link) {
      info_.remarks.push_back(fmt::format("{}: link type {} cannot be read; capture where Ethernet or IP passes, or with tcpdump -i any", info_.files[index].name, name));
    }
    if (std::ranges::find(info_.link_types, name) == info_.link_types.end()) info_.link_types.push_back(std::move(name));
  }
  info_.kernel_drops += source.drops();
  inputs_[index].source.reset();
}

void Timeline::fail(std::uint16_t index, const std::exception& why) {
  report::CaptureInfo::File& file = info_.files[index];
  const std::string_view line = why.what();
  const bool named = line.starts_with(file.name + ": ");
  file.error = line.substr(named ? file.name.size() + 2 : 0);  // the report names the file itself
  inputs_[index].head = nullptr;
  on_error_(line);
}

const Frame* Timeline::next_of_only() {
  try {
    if (const Frame* frame = only_->source->next(); frame != nullptr) [[likely]] {
      *only_packets_ = frame->number;
      return frame;
    }
  } catch (const std::exception& why) {  // the medium fails in the middle
    fail(turns_.front().input, why);
  }
  close(turns_.front().input);
  turns_.clear();
  only_ = nullptr;
  given_ = false;
  return nullptr;
}

const Frame* Timeline::next_of_all() {
  if (given_) {
    const std::uint16_t index = turns_.front().input;
    advance(index);
    std::ranges::pop_heap(turns_, std::greater{});
    if (const Frame* head = inputs_[index].head; head != nullptr) {
      turns_.back().time = head->time;
      std::ranges::push_heap(turns_, std::greater{});
    } else {
      turns_.pop_back();
    }
  }
  while (!waiting_.empty() && (turns_.empty() || !(waiting_.back() > turns_.front()))) {
    const Turn turn = waiting_.back();
    waiting_.pop_back();
    if (inputs_[turn.input].source == nullptr && !open(turn.input)) continue;
    turns_.push_back(turn);
    std::ranges::push_heap(turns_, std::greater{});
  }
  given_ = !turns_.empty();
  if (!given_) return nullptr;
  const std::uint16_t index = turns_.front().input;
  const Frame* head = inputs_[index].head;
  info_.files[index].packets = head->number;
  if (turns_.size() == 1 && waiting_.empty() && shifts_.empty()) {
    only_ = &inputs_[index];
    only_packets_ = &info_.files[index].packets;
  }
  return head;
}

}  // namespace ike::app
