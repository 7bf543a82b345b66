#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/frame.hpp"
#include "ike/diagnose/finding.hpp"

namespace ike::app {

/// What happens outside of the process that reads packets.
struct HelperOptions {
  std::string write;                 ///< pcapng file of stalled exchanges; empty: none
  std::uint64_t write_size = 10;     ///< MiB until a new one is begun
  unsigned write_files = 10;         ///< that are kept: FILE, FILE.1 ...
  std::string on_stall;              ///< run with a finding as JSON on standard input; empty: nothing
  bool syslog = false;
  std::string metrics;               ///< "127.0.0.1:9800"; empty: none
  std::string user;

  [[nodiscard]] bool any() const { return !write.empty() || !on_stall.empty() || syslog || !metrics.empty(); }
};

/// What `--metrics` shows.
struct Metrics {
  std::uint64_t frames = 0;
  std::uint64_t messages = 0;
  std::uint64_t resends = 0;
  std::uint64_t malformed = 0;
  std::uint64_t attempts = 0;
  std::uint64_t evicted = 0;
  std::uint64_t kernel_drops = 0;
  std::uint64_t interface_drops = 0;
  std::uint64_t stalls = 0;                                            ///< ever told
  std::array<std::uint64_t, 7> tunnels{};                              ///< by verdict
  std::array<std::uint64_t, diagnose::finding_count> troubled{};       ///< tunnels whose first finding it is
};

/// A process of its own for what has to open files, run commands and be connected to, so that the one that parses hostile
/// octets needs none of that. Nothing waits for it: what it can't take at once is dropped and counted.
class Helper {
 public:
  /// Forks: before a right is used that it must not have.
  explicit Helper(const HelperOptions& options);
  /// Lets it finish, for a few seconds at most.
  ~Helper();
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  /// Waits until it has opened everything. Throws std::runtime_error with its words when it could not.
  void await();

  void packet(const Frame& frame, std::string_view interface, std::string_view comment);
  void finding(std::string_view json);
  void log(int priority, std::string_view line);
  void metrics(const Metrics& values);

  [[nodiscard]] bool alive() const noexcept { return socket_ >= 0; }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  void send(const std::string& message);

  int socket_ = -1;
  pid_t pid_ = -1;
  std::uint64_t lost_ = 0;
};

}  // namespace ike::app
