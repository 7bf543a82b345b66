#include "sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace ike::app {
namespace {

[[noreturn]] void fail(std::string_view what, int error) { throw std::runtime_error{fmt::format("{}: {}", what, std::strerror(error))}; }

/// What a program that we become could have again; needs CAP_SETPCAP, which few have.
void bound_capabilities() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) ::prctl(PR_CAPBSET_DROP, capability);
}

void become(const std::string& name) {
  errno = 0;
  const passwd* const user = ::getpwnam(name.c_str());
  if (user == nullptr) throw std::runtime_error{fmt::format("--user: there is no user '{}'", name)};
  const uid_t uid = user->pw_uid;
  const gid_t gid = user->pw_gid;
  bound_capabilities();
  if (uid == 0) return;
  if (::setgroups(0, nullptr) != 0 || ::setresgid(gid, gid, gid) != 0 || ::setresuid(uid, uid, uid) != 0) fail("--user: can't become " + name, errno);
  if (::setuid(0) == 0) throw std::runtime_error{"--user: root can be had back"};
}

void drop_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) fail("can't drop capabilities", errno);
}

// What reading, judging and writing needs, and how it ends.
constexpr std::array allowed{
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(setsockopt), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek), SCMP_SYS(shutdown),
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep), SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield), SCMP_SYS(getrandom), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(wait4), SCMP_SYS(fcntl), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getppid), SCMP_SYS(time), SCMP_SYS(clock_getres), SCMP_SYS(getcpu),
};
// libpcap, Botan and the C library try these and live without.
constexpr std::array refused{SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(sysinfo), SCMP_SYS(prlimit64),
                             SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(uname), SCMP_SYS(getcwd), SCMP_SYS(sched_getaffinity)};
constexpr std::array requests{static_cast<unsigned long>(SIOCGIFFLAGS), static_cast<unsigned long>(SIOCGIFNAME), static_cast<unsigned long>(SIOCGIFINDEX), static_cast<unsigned long>(SIOCGIFMTU),
                              static_cast<unsigned long>(TCGETS), static_cast<unsigned long>(TCSETS), static_cast<unsigned long>(TCSETSW), static_cast<unsigned long>(TCSETSF),
                              static_cast<unsigned long>(TIOCGWINSZ), static_cast<unsigned long>(FIONREAD)};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool instrumented = true;  // looks for leaks at the end, by means that are closed here
#else
constexpr bool instrumented = false;
#endif

struct Release {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

}  // namespace

void drop_rights(const std::string& user) {
  const bool root = ::geteuid() == 0;
  if (!root && !user.empty()) throw std::runtime_error{"--user: only root can become another user"};
  if (root) become(user.empty() ? "nobody" : user);
  drop_capabilities();
}

void confine() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs can't be set", errno);
  ::prctl(PR_SET_DUMPABLE, 0);
  const std::unique_ptr<void, Release> filter{seccomp_init(instrumented ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS)};
  if (filter == nullptr) throw std::runtime_error{"no seccomp filter can be made"};
  int wrong = 0;
  const auto add = [&](std::uint32_t action, int call, auto... conditions) {
    const int status = seccomp_rule_add(filter.get(), action, call, sizeof...(conditions), conditions...);
    if (status < 0 && wrong == 0) wrong = status;
  };
  if (instrumented) {
    for (const int call : {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(unlink), SCMP_SYS(kill)}) add(SCMP_ACT_KILL_PROCESS, call);
    for (const int call : {SCMP_SYS(open), SCMP_SYS(openat)}) add(SCMP_ACT_ERRNO(EACCES), call);
  } else {
    for (const int call : allowed) add(SCMP_ACT_ALLOW, call);
    for (const int call : refused) add(SCMP_ACT_ERRNO(EACCES), call);
    for (const unsigned long request : requests) add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, request));
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) add(SCMP_ACT_ALLOW, call, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    add(SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));  // of what is open
    add(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH));
    const auto self = static_cast<unsigned long>(::getpid());
    add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, self));  // abort()
  }
  if (wrong == 0) wrong = seccomp_load(filter.get());
  if (wrong != 0) fail("seccomp can't be set up", -wrong);
}

}  // namespace ike::app
