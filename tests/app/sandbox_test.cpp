#include "app/sandbox.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace {

constexpr int unavailable = 77;

/// How a confined child ends that does `what`: its exit status, or the signal behind 128.
int end_of(const std::function<int()>& what) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    try {
      ike::app::confine();
    } catch (const std::exception&) {
      ::_exit(unavailable);
    }
    ::_exit(what());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("a confined process that does what it has no business to do is ended; what it needs goes on") {
  if (end_of([] { return 0; }) == unavailable) {
    MESSAGE("skipped: seccomp is not to be had here");
    return;
  }
  struct Row {
    std::string_view what;
    std::function<int()> act;
    int end;
  };
  constexpr int killed = 128 + SIGSYS;
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  std::vector<Row> rows{
      {"run a program", [] { return ::execl("/bin/true", "true", nullptr); }, killed},
      {"open a socket", [] { return ::socket(AF_INET, SOCK_DGRAM, 0); }, killed},
      {"connect", [] { return ::connect(0, nullptr, 0); }, killed},
      {"delete a file", [] { return ::unlink("/nowhere/at/all"); }, killed},
      {"read a file: refused", [] { return ::open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 3 : 4; }, 3},
      {"write to what is open", [&] { return ::write(pipe[1], "x", 1) == 1 ? 5 : 6; }, 5},
      {"allocate", [] { return std::vector<char>(64 << 20, 'x').back() == 'x' ? 7 : 8; }, 7},
  };
#if !defined(__SANITIZE_ADDRESS__)  // which itself does these
  rows.push_back({"start a process", [] { return ::fork(); }, killed});
  rows.push_back({"make memory executable", [] { return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED; }, killed});
  rows.push_back({"kill another", [] { return ::kill(1, 0); }, killed});
#endif
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(end_of(row.act) == row.end);
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_CASE("rights are dropped for good") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    CHECK_THROWS_AS(ike::app::drop_rights("somebody"), std::runtime_error);
    return;
  }
  CHECK_THROWS_AS(ike::app::drop_rights("no-such-user-here"), std::runtime_error);
  const pid_t pid = ::fork();
  if (pid == 0) {
    try {
      ike::app::drop_rights("nobody");
    } catch (const std::exception&) {
      ::_exit(unavailable);
    }
    if (::getuid() == 0 || ::geteuid() == 0 || ::getgid() == 0) ::_exit(1);
    if (::seteuid(0) == 0) ::_exit(2);
    if (::socket(AF_PACKET, SOCK_RAW, 0) >= 0) ::_exit(3);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == unavailable) MESSAGE("skipped: rights to change the user are missing");
  else CHECK(WEXITSTATUS(status) == 0);
}
