#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "ike/expect/writers.hpp"

namespace ike::app {

/// A command that runs beside us, in a process group of its own. Whatever it starts becomes our child when its
/// parent ends, so that nothing is left behind.
class Child {
 public:
  /// Starts `words`; throws std::runtime_error when it can't be run. `keep_stdout`: its standard output stays ours,
  /// else it goes to our standard error.
  Child(const std::vector<std::string>& words, bool keep_stdout);
  /// Ends everything it left.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Takes notice of processes that ended. True once the command itself has.
  bool ended();
  void forward(int signal) const;
  /// Ends the command and whatever it started: SIGTERM, and two seconds later SIGKILL.
  void stop();

  /// How it ended; `stopped` when stop() had to end it.
  [[nodiscard]] const expect::CommandResult& result() const noexcept { return result_; }

 private:
  bool reap();

  pid_t pid_ = -1;
  bool ended_ = false;
  bool foreground_ = false;
  expect::CommandResult result_;
};

}  // namespace ike::app
