#include "child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace ike::app {
namespace {

using namespace std::chrono_literals;
constexpr auto term_patience = 2s;
constexpr auto kill_patience = 5s;

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    const bool plain = !word.empty() && word.find_first_of(" \t\n\"'\\$`*?;&|<>()") == std::string::npos;
    line += plain ? word : "'" + word + "'";
  }
  return line;
}

/// Every process below us, from /proc.
std::vector<pid_t> descendants() {
  std::multimap<pid_t, pid_t> children;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", gone}) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    if (const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid); error != std::errc{} || end != name.data() + name.size()) continue;
    std::ifstream file{entry.path() / "stat"};
    std::string stat;
    if (!std::getline(file, stat)) continue;
    const std::size_t name_end = stat.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos || name_end + 4 > stat.size()) continue;
    pid_t parent = 0;
    std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
    children.emplace(parent, pid);
  }
  std::vector<pid_t> found{::getpid()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [begin, end] = children.equal_range(found[i]);
    for (auto child = begin; child != end; ++child) found.push_back(child->second);
  }
  found.erase(found.begin());
  return found;
}

[[noreturn]] void become(const std::vector<std::string>& words, bool keep_stdout, pid_t parent, int error_pipe) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  if (!keep_stdout) ::dup2(STDERR_FILENO, STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  const int why = errno;
  [[maybe_unused]] const auto written = ::write(error_pipe, &why, sizeof why);
  ::_exit(127);
}

}  // namespace

Child::Child(const std::vector<std::string>& words, bool keep_stdout) {
  result_.line = line_of(words);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  int error_pipe[2];
  if (::pipe2(error_pipe, O_CLOEXEC) != 0) throw std::runtime_error{fmt::format("cannot run '{}': {}", words.front(), std::strerror(errno))};
  foreground_ = ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(words, keep_stdout, parent, error_pipe[1]);
  const int fork_error = errno;
  ::close(error_pipe[1]);
  int why = pid_ < 0 ? fork_error : 0;
  if (pid_ > 0) {
    ::setpgid(pid_, pid_);
    if (foreground_) {  // it may read from the terminal, and ^C is its
      std::signal(SIGTTOU, SIG_IGN);
      ::tcsetpgrp(STDIN_FILENO, pid_);
    }
    if (::read(error_pipe[0], &why, sizeof why) != sizeof why) why = 0;
  }
  ::close(error_pipe[0]);
  if (why == 0) return;
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  if (foreground_) ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  throw std::runtime_error{fmt::format("cannot run '{}': {}", words.front(), std::strerror(why))};
}

Child::~Child() { stop(); }

/// Takes every child that ended; false once there is none left.
bool Child::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != pid_) continue;
    ended_ = true;
    if (WIFEXITED(status)) result_.status = WEXITSTATUS(status);
    else result_.signal = WTERMSIG(status);
  }
  return pid == 0;
}

bool Child::ended() {
  reap();
  return ended_;
}

void Child::forward(int signal) const {
  if (!ended_) ::kill(-pid_, signal);
}

void Child::stop() {
  reap();
  if (!ended_) result_.stopped = true;
  const auto end = [&](int signal, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    bool left = reap();
    bool told = false;
    while (left && std::chrono::steady_clock::now() < until) {
      // A process that starts others can outrun one look: SIGKILL is sent until nobody is left.
      if (!told || signal == SIGKILL) {
        for (const pid_t pid : descendants()) ::kill(pid, signal), ::kill(pid, SIGCONT);
      }
      told = true;
      std::this_thread::sleep_for(5ms);
      left = reap();
    }
    return left;
  };
  if (end(SIGTERM, term_patience)) end(SIGKILL, kill_patience);
  if (foreground_) ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  foreground_ = false;
}

}  // namespace ike::app
