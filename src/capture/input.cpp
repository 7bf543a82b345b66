#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "reader.hpp"

namespace ike::capture {

namespace {

constexpr std::chrono::milliseconds wait_step{200};

std::string why_not_opened(const std::string& path, int error) {
  const std::string name = printable(path);
  if (error == ENOENT || error == ENOTDIR) return name + ": no such file; check the path";
  if (error == EACCES || error == EPERM) return name + ": permission denied; read it as a user who may, or copy it";
  return name + ": cannot be opened (" + std::strerror(error) + "); give a capture file that can be read";
}

}  // namespace

std::string printable(const std::string& path) {
  if (path == "-") return "standard input";
  std::string name = path;
  std::ranges::replace_if(
      name, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return name;
}

Descriptor::Descriptor(const std::string& path, Waiting waiting, bool follow) : path_{path}, waiting_{std::move(waiting)} {
  if (path == "-") {
    fd_ = STDIN_FILENO;
    if (::isatty(fd_)) throw CaptureError("standard input is a terminal; pipe a capture into it, as from tcpdump -w -");
  } else {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw CaptureError(why_not_opened(path, errno));
  }
  struct stat status {};
  const bool known = ::fstat(fd_, &status) == 0;
  follow_ = follow && waiting_ && known && S_ISREG(status.st_mode);
  at_hand_ = known && S_ISREG(status.st_mode) && !follow_;
  streams_ = waiting_ && known && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
  if (known && S_ISDIR(status.st_mode)) {
    if (fd_ != STDIN_FILENO) ::close(fd_);
    throw CaptureError(printable(path) + ": is a directory; name the capture files in it");
  }
  while (head_size_ < sizeof head_) {
    const std::size_t got = read_some(head_ + head_size_, sizeof head_ - head_size_);
    if (got == 0) break;
    head_size_ += got;
  }
}

Descriptor::~Descriptor() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

/// Until there is something to read, be it the end; false when nobody wants to wait for it.
bool Descriptor::wait_for_more() {
  ::pollfd state{fd_, POLLIN, 0};
  if (::poll(&state, 1, 0) != 0) return true;
  while (waiting_()) {
    if (::poll(&state, 1, static_cast<int>(wait_step.count())) > 0) return true;
  }
  return false;
}

/// Whether the file that we follow was emptied, or another stands under its name: more will not come. Says so.
bool Descriptor::is_rewritten() {
  struct stat ours {};
  struct stat named {};
  if (::fstat(fd_, &ours) != 0) return false;
  if (static_cast<std::uint64_t>(ours.st_size) < read_) {
    fault_ = "the file became shorter while it was read; start again to read what it holds now";
  } else if (path_ != "-" && ::stat(path_.c_str(), &named) == 0 && (named.st_dev != ours.st_dev || named.st_ino != ours.st_ino)) {
    fault_ = "another file has taken its name; start again to read that one";
  }
  return !fault_.empty();
}

std::size_t Descriptor::read_some(std::uint8_t* to, std::size_t room) {
  for (;;) {
    if (streams_ && !wait_for_more()) return 0;
    const ::ssize_t got = ::read(fd_, to, room);
    if (got == 0 && follow_ && waiting_() && !is_rewritten()) {
      std::this_thread::sleep_for(wait_step);
      continue;
    }
    if (got >= 0) {
      read_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno == EINTR) continue;
    fault_ = std::string{"reading failed ("} + std::strerror(errno) + ")";
    return 0;
  }
}

std::size_t Descriptor::read(std::uint8_t* to, std::size_t room) {
  if (head_given_ == head_size_) return read_some(to, room);
  const std::size_t count = std::min(room, head_size_ - head_given_);
  std::memcpy(to, head_ + head_given_, count);
  head_given_ += count;
  return count;
}

Window::Window(std::unique_ptr<Input> input)
    : input_{std::move(input)},
      buffer_{std::make_unique_for_overwrite<std::uint8_t[]>(capacity_)},
      at_{buffer_.get()},
      end_{buffer_.get()} {}

bool Window::fill(std::size_t count) {
  if (ended_) return false;
  const std::size_t kept = left();
  if (count > capacity_) {
    const std::size_t capacity = std::bit_ceil(count + count / 2);  // room to move on before octets are moved again
    auto bigger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    std::memcpy(bigger.get(), at_, kept);
    buffer_ = std::move(bigger);
    capacity_ = capacity;
  } else {
    std::memmove(buffer_.get(), at_, kept);
  }
  at_ = buffer_.get();
  end_ = at_ + kept;
  while (!ended_ && left() < count) {
    const std::size_t got = input_->read(end_, capacity_ - left());
    ended_ = got == 0;
    end_ += got;
    read_ += got;
  }
  return left() >= count;
}

}  // namespace ike::capture
