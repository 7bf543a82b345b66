#include "helper_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <optional>
#include <vector>

#include "helper_messages.hpp"
#include "helper_metrics.hpp"
#include "output.hpp"
#include "sandbox.hpp"

namespace ike::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_running = 4;
constexpr std::size_t most_queued = 100;
constexpr auto longest = 60s;      // a command may run
constexpr auto last_words = 5s;    // for commands when all is over
constexpr int look_again = 200;    // milliseconds

/// Runs one command, `/bin/sh -c LINE`, for each finding: few at a time, and none for ever.
class Commands {
 public:
  explicit Commands(std::string line) : line_{std::move(line)} {}

  void add(std::string_view json) {
    if (queue_.size() == most_queued) {
      if (left_out_++ == 0) complain("--on-stall: findings come faster than the command ends; some are left out");
      return;
    }
    queue_.emplace_back(json);
    look();
  }

  /// Takes leave of those that ended, and starts others.
  void look() {
    std::erase_if(running_, [](const Running& one) { return ::waitpid(one.pid, nullptr, WNOHANG) != 0; });
    for (const Running& one : running_) {
      if (Clock::now() - one.begun > longest) ::kill(-one.pid, SIGKILL);
    }
    while (running_.size() < most_running && !queue_.empty()) {
      start(queue_.front());
      queue_.pop_front();
    }
  }
  [[nodiscard]] bool busy() const { return !running_.empty() || !queue_.empty(); }

 private:
  struct Running {
    pid_t pid;
    Clock::time_point begun;
  };

  void start(const std::string& json) {
    const int input = ::memfd_create("finding", MFD_CLOEXEC);
    if (input < 0 || ::write(input, json.data(), json.size()) != static_cast<ssize_t>(json.size()) || ::lseek(input, 0, SEEK_SET) != 0) {
      if (input >= 0) ::close(input);
      return complain("--on-stall: no memory for the finding");
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::setpgid(0, 0);
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE}) std::signal(signal, SIG_DFL);
      ::dup2(input, STDIN_FILENO);
      ::dup2(STDERR_FILENO, STDOUT_FILENO);  // standard output is for events
      ::execl("/bin/sh", "sh", "-c", line_.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input);
    if (pid > 0) running_.push_back({pid, Clock::now()});
  }

  std::string line_;
  std::deque<std::string> queue_;
  std::vector<Running> running_;
  std::uint64_t left_out_ = 0;
};

class Process {
 public:
  explicit Process(const HelperOptions& options) {
    drop_rights(options.user);
    ::umask(027);  // captures are not for everybody
    if (!options.write.empty()) open_file(options);
    if (!options.on_stall.empty()) commands_.emplace(options.on_stall);
    if (!options.metrics.empty()) metrics_.emplace(options.metrics);
    if (options.syslog) ::openlog("ikescope", LOG_PID | LOG_NDELAY, LOG_DAEMON);
    message_.resize(max_helper_message);
  }

  void run(int socket) {
    for (bool open = true; open;) {
      pollfd waiting{socket, POLLIN, 0};
      const bool busy = commands_ && commands_->busy();
      if (::poll(&waiting, 1, busy ? look_again : dirty_ ? 0 : -1) == 0 && dirty_) flush();
      if (waiting.revents != 0) open = take(socket);
      if (commands_) commands_->look();
    }
    flush();
    for (const auto end = Clock::now() + last_words; commands_ && commands_->busy() && Clock::now() < end; ::usleep(20'000)) commands_->look();
  }

 private:
  void open_file(const HelperOptions& options) try {
    file_.emplace(options.write, options.write_size << 20U, options.write_files);
  } catch (const std::exception& why) {
    const passwd* const user = ::getpwuid(::getuid());
    throw std::runtime_error{fmt::format("--write {} (as user {}; see --user)", why.what(), user != nullptr ? user->pw_name : std::to_string(::getuid()))};
  }

  bool take(int socket) {
    const auto length = ::recv(socket, message_.data(), message_.size(), 0);
    if (length <= 0) return false;
    MessageReader in{{message_.data(), static_cast<std::size_t>(length)}};
    switch (in.number<HelperMessage>()) {
      case HelperMessage::packet: packet(in); break;
      case HelperMessage::finding:
        if (const auto json = in.text(); in.ok() && commands_) commands_->add(json);
        break;
      case HelperMessage::log: {
        const auto priority = in.number<int>();
        if (const auto line = in.text(); in.ok()) ::syslog(priority & LOG_PRIMASK, "%.*s", static_cast<int>(line.size()), line.data());
        break;
      }
      case HelperMessage::metrics:
        if (const auto values = in.number<Metrics>(); in.ok() && metrics_) metrics_->set(values);
        break;
    }
    return true;
  }

  void packet(MessageReader& in) {
    Frame frame;
    frame.time = Time{Duration{in.number<std::int64_t>()}};
    frame.wire_length = in.number<std::uint32_t>();
    frame.link = LinkType{in.number<std::uint16_t>()};
    const std::string_view interface = in.text();
    const std::string_view comment = in.text();
    const std::string_view octets = in.text();
    frame.octets = ByteView{reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()};
    if (!in.ok() || !file_) return;
    try {
      file_->write(frame, interface, comment);
      dirty_ = true;
    } catch (const std::exception& why) {  // a full disk, say: others are served on
      complain(why.what());
    }
  }

  void flush() {
    if (file_ && dirty_) file_->flush();
    dirty_ = false;
  }

  std::optional<RotatedFile> file_;
  std::optional<Commands> commands_;
  std::optional<MetricsServer> metrics_;
  std::vector<char> message_;
  bool dirty_ = false;
};

}  // namespace

int run_helper(const HelperOptions& options, int socket) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE}) std::signal(signal, SIG_IGN);  // it ends when the other one does
  std::string word = "ready";
  std::optional<Process> process;
  try {
    process.emplace(options);
  } catch (const std::exception& why) {
    word = why.what();
  }
  ::send(socket, word.data(), std::min<std::size_t>(word.size(), 1000), MSG_NOSIGNAL);
  if (!process) return 1;
  process->run(socket);
  return 0;
}

}  // namespace ike::app
