#include "helper.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "helper_messages.hpp"
#include "helper_process.hpp"

namespace ike::app {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 8s;              // at the end, for commands that still run
constexpr int socket_buffer = 4 << 20;

}  // namespace

Helper::Helper(const HelperOptions& options) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error{"no helper process can be started"};
  if (::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &socket_buffer, sizeof socket_buffer) != 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &socket_buffer, sizeof socket_buffer);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    ::_exit(run_helper(options, ends[1]));
  }
  ::close(ends[1]);
  socket_ = ends[0];
  if (pid_ < 0) throw std::runtime_error{"no helper process can be started"};
}

Helper::~Helper() {
  if (socket_ >= 0) ::close(socket_);
  if (pid_ <= 0) return;
  for (const auto end = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(10ms)) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
  }
}

void Helper::await() {
  char word[1024];
  const auto length = ::recv(socket_, word, sizeof word, 0);
  const std::string_view said{word, length > 0 ? static_cast<std::size_t>(length) : 0};
  if (said != "ready") throw std::runtime_error{said.empty() ? "the helper process ended" : std::string{said}};
}

void Helper::send(const std::string& message) {
  if (socket_ < 0) return;
  if (message.size() <= max_helper_message && ::send(socket_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return;
  ++lost_;
  if (errno != EPIPE && errno != ECONNRESET) return;
  ::close(socket_);
  socket_ = -1;
}

void Helper::packet(const Frame& frame, std::string_view interface, std::string_view comment) {
  MessageWriter message{HelperMessage::packet};
  message.number(frame.time.time_since_epoch().count()).number(frame.wire_length).number(static_cast<std::uint16_t>(frame.link));
  message.text(interface).text(comment.substr(0, 16 * 1024)).text({reinterpret_cast<const char*>(frame.octets.data()), frame.octets.size()});
  send(message.octets());
}

void Helper::finding(std::string_view json) { send(MessageWriter{HelperMessage::finding}.text(json).octets()); }
void Helper::log(int priority, std::string_view line) { send(MessageWriter{HelperMessage::log}.number(priority).text(line).octets()); }
void Helper::metrics(const Metrics& values) { send(MessageWriter{HelperMessage::metrics}.number(values).octets()); }

}  // namespace ike::app
