#include "ike/capture/live.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace ike::capture {
namespace {

using Clock = std::chrono::steady_clock;

struct Closer {
  void operator()(pcap_t* handle) const noexcept { pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, Closer>;

constexpr auto reopen_after = std::chrono::milliseconds{500};
constexpr int burst = 4096;                         // frames of one interface at a time, so that the others have their turn
constexpr std::size_t most_held = 64U << 20U;       // octets that wait for their turn among several interfaces

std::string advice(const std::string& interface, int status) {
  if (status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED) {
    return "no right to capture; run it as root, or once: sudo setcap cap_net_raw+ep $(command -v ikescope)";
  }
  if (status == PCAP_ERROR_NO_SUCH_DEVICE) return "no such interface; `ip link` lists them";
  if (status == PCAP_ERROR_IFACE_NOT_UP) return "the interface is down; run: ip link set " + interface + " up";
  return {};
}

[[noreturn]] void fail(const std::string& interface, int status, const std::string& why) {
  const std::string known = advice(interface, status);
  throw CaptureError{interface + ": " + (known.empty() ? why : known)};
}

LinkType link_of(pcap_t* handle) noexcept {
  const int number = pcap_datalink(handle);
  return number == DLT_RAW ? LinkType::raw : LinkType{static_cast<std::uint16_t>(number)};
}

}  // namespace

std::string filter_expression(const LiveOptions& options, bool vlans) {
  // Loads past a packet's end end the program with "no", so the longer ones come later. `udp[...]` is IPv4 only.
  std::string ours = "udp port 500";
  for (const std::uint16_t port : options.ports) ours += " or udp port " + std::to_string(port);
  ours += " or (ip and icmp and (icmp[0] = 3 or icmp[0] = 11 or icmp[0] = 12))";
  ours += " or (icmp6 and ip6[40] < 128)";
  if (options.esp) ours += " or udp port 4500 or ip proto 50 or ip6 proto 50";
  if (options.decap) ours += " or ip proto 47 or ip6 proto 47 or udp port 4789 or udp port 6081";
  ours += " or (ip[6:2] & 0x1fff != 0 and ip proto 17)";
  ours += " or (ip6 and ip6[6] = 44 and ip6[40] = 17)";
  if (!options.esp) ours += " or (udp port 4500 and (udp[8:4] = 0 or ip6[48:4] = 0))";
  if (!options.only.empty()) ours = "(" + options.only + ") and (" + ours + ")";
  if (!vlans) return ours;
  return "(" + ours + ") or (vlan and (" + ours + ")) or (vlan and (" + ours + "))";  // a further `vlan` means one tag deeper
}

std::string filter_expression(const std::vector<std::uint16_t>& ports, bool esp, bool vlans) {
  LiveOptions options;
  options.ports = ports;
  options.esp = esp;
  return filter_expression(options, vlans);
}

void check_filter(const std::string& expression) {
  const Handle handle{pcap_open_dead(DLT_EN10MB, 2048)};
  bpf_program program{};
  if (pcap_compile(handle.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) throw CaptureError{pcap_geterr(handle.get())};
  pcap_freecode(&program);
}

namespace {

/// A number that the kernel shows in a file, kept open: where we are confined later it can still be read.
class Counter {
 public:
  Counter() = default;
  explicit Counter(const std::string& path) : descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}, begin_{now()} {}
  ~Counter() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Counter(Counter&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)}, begin_{other.begin_} {}
  Counter& operator=(Counter&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(begin_, other.begin_);
    return *this;
  }

  /// By how much it grew since it was opened.
  [[nodiscard]] std::uint64_t grown() const noexcept {
    const std::uint64_t value = now();
    return value > begin_ ? value - begin_ : 0;
  }

 private:
  [[nodiscard]] std::uint64_t now() const noexcept {
    std::array<char, 32> text{};
    const auto length = descriptor_ < 0 ? 0 : ::pread(descriptor_, text.data(), text.size(), 0);
    std::uint64_t value = 0;
    if (length > 0) std::from_chars(text.data(), text.data() + length, value);
    return value;
  }

  int descriptor_ = -1;
  std::uint64_t begin_ = 0;
};

}  // namespace

struct LiveSource::Impl {
  struct Interface {
    std::string name;
    std::uint16_t index = 0;
    Handle handle;
    LinkType link = LinkType::ethernet;
    std::uint64_t number = 0;        // of frames
    LiveCounts before;               // what handles counted
    std::uint32_t seen_received = 0; // of what the handle counts in 32 bits, as much as is in `before`
    std::uint32_t seen_dropped = 0;
    std::array<Counter, 2> card_drops;
    bool gone = false;
    Clock::time_point try_again{};
  };
  struct Held {
    Frame frame;
    std::vector<std::uint8_t> octets;
  };

  explicit Impl(const LiveOptions& wanted) : options{wanted} { asking = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }
  ~Impl() {
    if (asking >= 0) ::close(asking);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Handle open(const std::string& name) const;
  void set_filter(pcap_t* handle, const std::string& name) const;
  void lost(Interface& one);
  void count(Interface& one) const;
  bool is_down(const Interface& one) const;
  void try_again();
  std::size_t give(Interface& one);
  std::size_t release(bool all);
  bool several() const { return interfaces.size() > 1; }

  LiveOptions options;
  std::vector<Interface> interfaces;
  std::vector<Held> held;            // of several interfaces: waiting until nothing earlier can come
  std::size_t held_octets = 0;
  const std::function<void(const Frame&)>* take = nullptr;
  Interface* giving = nullptr;
  std::size_t given = 0;
  int asking = -1;                   // a socket to ask the kernel about interfaces
  bool final = false;                // none is opened any more
};

Handle LiveSource::Impl::open(const std::string& name) const {
  char error[PCAP_ERRBUF_SIZE] = "";
  Handle handle{pcap_create(name.c_str(), error)};
  if (handle == nullptr) throw CaptureError{name + ": " + error};
  pcap_set_snaplen(handle.get(), options.snap_length);
  pcap_set_buffer_size(handle.get(), options.buffer);
  pcap_set_timeout(handle.get(), static_cast<int>(options.timeout.count()));
  pcap_set_promisc(handle.get(), name == "any" ? 0 : 1);
  const bool nanoseconds = pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO) == 0;
  if (!nanoseconds) pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_MICRO);
  if (const int status = pcap_activate(handle.get()); status < 0) fail(name, status, pcap_geterr(handle.get()));
  set_filter(handle.get(), name);
  if (pcap_setnonblock(handle.get(), 1, error) != 0) throw CaptureError{name + ": " + error};
  return handle;
}

void LiveSource::Impl::set_filter(pcap_t* handle, const std::string& name) const {
  for (const bool vlans : {true, false}) {  // not every link type has VLAN tags
    bpf_program program{};
    if (pcap_compile(handle, &program, filter_expression(options, vlans).c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) continue;
    const int status = pcap_setfilter(handle, &program);
    pcap_freecode(&program);
    if (status == 0) return;
  }
  throw CaptureError{name + ": no filter can be set: " + pcap_geterr(handle)};
}

/// The interface went away: what its handle counted is kept, and it is tried again later.
void LiveSource::Impl::lost(Interface& one) {
  count(one);
  one.handle.reset();
  one.seen_received = one.seen_dropped = 0;
  one.gone = final;
  one.try_again = Clock::now() + reopen_after;
}

/// Adds what passed since it was last asked. A handle counts in 32 bits, which a busy link fills within hours.
void LiveSource::Impl::count(Interface& one) const {
  pcap_stat stat{};
  if (one.handle == nullptr || pcap_stats(one.handle.get(), &stat) != 0) return;
  one.before.received += static_cast<std::uint32_t>(stat.ps_recv - one.seen_received);
  one.before.kernel_drops += static_cast<std::uint32_t>(stat.ps_drop - one.seen_dropped);
  one.seen_received = stat.ps_recv;
  one.seen_dropped = stat.ps_drop;
}

bool LiveSource::Impl::is_down(const Interface& one) const {
  if (one.handle == nullptr) return true;
  if (asking < 0 || one.name == "any" || one.name.size() >= IFNAMSIZ) return false;
  ifreq request{};
  std::memcpy(request.ifr_name, one.name.data(), one.name.size());
  return ::ioctl(asking, SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) == 0;
}

void LiveSource::Impl::try_again() {
  for (Interface& one : interfaces) {
    if (one.handle != nullptr || final || Clock::now() < one.try_again) continue;
    try {
      one.handle = open(one.name);
      one.link = link_of(one.handle.get());
    } catch (const CaptureError&) {
      one.try_again = Clock::now() + reopen_after;
    }
  }
}

std::size_t LiveSource::Impl::give(Interface& one) {
  giving = &one;
  const auto each = [](u_char* self_octets, const pcap_pkthdr* header, const u_char* octets) {
    auto& self = *reinterpret_cast<Impl*>(self_octets);
    Frame frame;
    frame.number = ++self.giving->number;
    const bool nanoseconds = pcap_get_tstamp_precision(self.giving->handle.get()) == PCAP_TSTAMP_PRECISION_NANO;
    frame.time = Time{std::chrono::seconds{header->ts.tv_sec} + std::chrono::nanoseconds{header->ts.tv_usec * (nanoseconds ? 1 : 1000)}};
    frame.wire_length = header->len;
    frame.file = self.giving->index;
    frame.link = self.giving->link;
    frame.octets = ByteView{octets, header->caplen};
    if (!self.several()) {
      (*self.take)(frame);
      ++self.given;
      return;
    }
    self.held_octets += frame.octets.size();
    self.held.push_back({frame, {frame.octets.begin(), frame.octets.end()}});
  };
  const int count = pcap_dispatch(one.handle.get(), burst, each, reinterpret_cast<u_char*>(this));
  if (count < 0) {
    lost(one);
    return 0;
  }
  return static_cast<std::size_t>(count);
}

/// Gives the held frames, in order of time, that no frame still in a kernel's ring can precede.
std::size_t LiveSource::Impl::release(bool all) {
  if (held.empty()) return 0;
  std::ranges::stable_sort(held, {}, [](const Held& one) { return one.frame.time; });
  const Time now{std::chrono::system_clock::now().time_since_epoch()};
  const bool everything = all || held_octets > most_held;
  std::size_t count = 0;
  for (; count < held.size() && (everything || held[count].frame.time + 2 * options.timeout <= now); ++count) {
    Held& one = held[count];
    one.frame.octets = one.octets;
    (*take)(one.frame);
    held_octets -= one.octets.size();
  }
  held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(count));
  given += count;
  return count;
}

LiveSource::LiveSource(const LiveOptions& options) : impl_{std::make_unique<Impl>(options)} {
  for (const std::string& name : options.interfaces) {
    Impl::Interface one;
    one.name = name;
    one.index = static_cast<std::uint16_t>(impl_->interfaces.size());
    one.handle = impl_->open(name);
    one.link = link_of(one.handle.get());
    const std::string statistics = "/sys/class/net/" + name + "/statistics/";
    one.card_drops = {Counter{statistics + "rx_missed_errors"}, Counter{statistics + "rx_fifo_errors"}};
    impl_->interfaces.push_back(std::move(one));
  }
}
LiveSource::~LiveSource() = default;
LiveSource::LiveSource(LiveSource&&) noexcept = default;
LiveSource& LiveSource::operator=(LiveSource&&) noexcept = default;

std::size_t LiveSource::read(std::chrono::milliseconds wait, const std::function<void(const Frame&)>& take, int wake) {
  Impl& self = *impl_;
  self.take = &take;
  self.given = 0;
  self.try_again();
  std::vector<pollfd> waiting;
  for (const Impl::Interface& one : self.interfaces) waiting.push_back({one.handle ? pcap_get_selectable_fd(one.handle.get()) : -1, POLLIN, 0});
  waiting.push_back({wake, POLLIN, 0});
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count())) < 0 && errno != EINTR) throw CaptureError{"waiting for packets failed"};
  for (std::size_t i = 0; i < self.interfaces.size(); ++i) {
    pcap_t* const handle = self.interfaces[i].handle.get();
    if (handle == nullptr) continue;
    // Of one that went down libpcap finds out only when it is asked again whether it was removed.
    if (waiting[i].revents != 0 || pcap_get_required_select_timeout(handle) != nullptr) self.give(self.interfaces[i]);
  }
  if (self.several()) self.release(false);
  return self.given;
}

void LiveSource::drain(const std::function<void(const Frame&)>& take) {
  // A frame that came last lies in a block of the ring that the kernel hands over when its timeout has passed.
  const auto end = Clock::now() + 2 * impl_->options.timeout;
  for (auto left = 2 * impl_->options.timeout; left.count() > 0; left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now())) read(left, take);
  impl_->take = &take;
  impl_->release(true);
}

void LiveSource::open_no_more() { impl_->final = true; }

std::vector<LiveCounts> LiveSource::counts() {
  std::vector<LiveCounts> all;
  for (Impl::Interface& one : impl_->interfaces) {
    impl_->count(one);
    LiveCounts counts = one.before;
    counts.interface = one.name;
    counts.down = impl_->is_down(one);
    counts.gone = one.gone;
    for (const Counter& drops : one.card_drops) counts.interface_drops += drops.grown();
    all.push_back(std::move(counts));
  }
  return all;
}

std::vector<LinkType> LiveSource::link_types() const {
  std::vector<LinkType> links;
  for (const Impl::Interface& one : impl_->interfaces) {
    if (std::ranges::find(links, one.link) == links.end()) links.push_back(one.link);
  }
  return links;
}

}  // namespace ike::capture
