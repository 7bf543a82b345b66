#include <algorithm>
#include <optional>

#include "reader.hpp"

namespace ike::capture {

namespace {

constexpr std::uint32_t magic_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t magic_modified = 0xa1b2cd34;  // Kuznetzov's: 8 octets more per record
constexpr std::uint16_t last_swapped_minor = 3;       // up to 2.3 some wrote the two lengths the other way round

// After damage: how many good headers in a row end it, and how far from
// the last good frame their times may lie.
constexpr int chain_length = 3;
constexpr std::uint32_t search_seconds = 24 * 60 * 60;
constexpr std::uint32_t usual_frame = 9 * 1024;  // larger ones are rare enough for a look at what follows

bool is_magic(std::uint32_t value) noexcept {
  return value == magic_microseconds || value == magic_nanoseconds || value == magic_modified;
}

/// Classic pcap: a header of 24 octets, then records of seconds, sub-seconds, captured and sent length.
class PcapReader final : public FileSource::Impl {
 public:
  PcapReader(Window octets, std::uint16_t file);

  const Frame* next() override {
    // Nearly every record: small, whole, and in memory already.
    if (window.left() >= record_header_) [[likely]] {
      const std::uint32_t captured = captured_at(window.at());
      const std::uint32_t sent = sent_at(window.at());
      if (captured - 1 < usual_ && captured <= sent && sent <= max_packet && window.left() - record_header_ >= captured) [[likely]]
        return deliver(captured);
    }
    return next_unusual();
  }

 private:
  [[nodiscard]] std::uint32_t captured_at(const std::uint8_t* record) const noexcept { return order_.u32(record + 8); }
  [[nodiscard]] std::uint32_t sent_at(const std::uint8_t* record) const noexcept { return order_.u32(record + 12); }

  const Frame* deliver(std::uint32_t captured) noexcept {
    const std::uint8_t* at = window.at();
    seconds_ = order_.u32(at);
    // A sub-second count of a second and more is added like any other: clocks have been seen to do so.
    frame.time = Time{Duration{std::int64_t{seconds_} * 1'000'000'000 + std::int64_t{order_.u32(at + 4)} * unit_}};
    frame.wire_length = std::max(captured_at(at), sent_at(at));
    frame.octets = ByteView{at + record_header_, captured};
    if (++frame.number == 1) [[unlikely]]
      saw(frame.link);
    window.skip(record_header_ + captured);
    return &frame;
  }

  const Frame* next_unusual();
  void begin() noexcept;
  bool begins_another();
  std::optional<std::uint32_t> odd_length();
  [[nodiscard]] bool near(std::uint32_t one, std::uint32_t other) const noexcept {
    return std::max(one, other) - std::min(one, other) <= search_seconds;
  }
  [[nodiscard]] bool sane(const std::uint8_t* record) const noexcept;
  void find_record_header() noexcept;
  [[nodiscard]] bool fits(std::size_t record_header, bool surely) const noexcept;
  [[nodiscard]] bool plausible(const std::uint8_t* record) const noexcept;
  [[nodiscard]] bool chain_at(std::size_t from, bool to_end) const noexcept;
  bool swallows(std::uint32_t captured);
  bool resynchronise();

  Order order_;
  std::size_t record_header_ = 16;
  std::uint32_t usual_ = usual_frame;     // captured lengths up to this need no look at all
  std::uint32_t trusted_ = usual_packet;  // captured lengths up to this need no second look
  std::uint32_t limit_ = usual_packet;    // above this none is believed
  std::int64_t unit_ = 1000;              // nanoseconds in one sub-second count
  std::uint32_t seconds_ = 0;             // of the last frame
  bool swapped_lengths_ = false;          // the writer may have put the sent length first
};

PcapReader::PcapReader(Window octets, std::uint16_t file) : Impl{std::move(octets), file} {
  format = "pcap";
  begin();
}

/// Takes the file header.
void PcapReader::begin() noexcept {
  const std::uint8_t* at = window.at();
  order_ = Order{is_magic(load_be32(at))};
  const std::uint32_t magic = order_.u32(at);
  nanoseconds = magic == magic_nanoseconds;
  unit_ = nanoseconds ? 1 : 1000;
  record_header_ = magic == magic_modified ? 24 : 16;
  swapped_lengths_ = order_.u16(at + 6) <= last_swapped_minor;
  const std::uint32_t snap_length = order_.u32(at + 16);
  limit_ = std::clamp(snap_length, usual_packet, max_packet);
  trusted_ = snap_length == 0 ? limit_ : std::min(snap_length, limit_);
  usual_ = std::min(trusted_, usual_frame);
  frame.link = static_cast<LinkType>(order_.u32(at + 20) & 0xffff);  // above stand the FCS length and its flag
  window.skip(pcap_header_size);
  find_record_header();
}

/// Where a record should stand there is the header of a capture: files were put one behind the other.
bool PcapReader::begins_another() {
  if (!is_magic(order_.u32(window.at())) && !is_magic(Order{std::endian::native != std::endian::big}.u32(window.at()))) return false;
  if (!window.have(pcap_header_size)) return false;
  const Order order{is_magic(load_be32(window.at()))};
  if (order.u16(window.at() + 4) != 2 || order.u16(window.at() + 6) > 4 || order.u32(window.at() + 16) > max_packet) return false;
  remark("another capture begins after packet " + std::to_string(frame.number) + "; it is read, too", window.offset());
  begin();
  saw(frame.link);
  return true;
}

/// At the edge of the window, where a length is odd, or after the last record.
[[gnu::noinline]] const Frame* PcapReader::next_unusual() {
  for (;;) {
    if (!window.have(record_header_)) return end("the header of " + next_packet());
    std::uint32_t captured = captured_at(window.at());
    if (begins_another()) continue;
    if (captured - 1 >= trusted_ || captured > sent_at(window.at()) || sent_at(window.at()) > max_packet) {
      const auto believed = odd_length();
      if (!believed) {
        if (resynchronise()) return &frame;
        continue;
      }
      captured = *believed;
    }
    const bool there = window.have(record_header_ + captured);
    if ((!there || captured > usual_frame) && swallows(captured)) {
      if (resynchronise()) return &frame;
      continue;
    }
    return there ? deliver(captured) : end(next_packet());
  }
}

/// Some writers put more into a record's header than their magic says: Nokia's IPSO 4 octets, old patched libpcaps 8
/// or 12. Where the first records fit together with one of those lengths only, it is believed.
void PcapReader::find_record_header() noexcept {
  if (fits(record_header_, false)) return;
  for (const std::size_t other : {16U, 20U, 24U, 28U}) {
    if (!fits(other, true)) continue;
    record_header_ = other;
    return;
  }
}

/// Whether the first records, as far as they are there (a pipe is not waited for), follow each other when their headers
/// have that length; `surely`: and there are enough of them to tell.
bool PcapReader::fits(std::size_t record_header, bool surely) const noexcept {
  std::size_t at = 0;
  for (int found = 0; found < chain_length; ++found) {
    if (at == window.left() && found > 1) return true;
    if (at > window.left() || window.left() - at < record_header) return !surely;
    const std::uint8_t* record = window.at() + at;
    if (!sane(record)) return false;
    at += record_header + captured_at(record);
  }
  return true;
}

/// The captured length of a record where it is zero, or exceeds the snap length or the sent length. Writers do
/// that, and so does damage. Zero is believed unless the record is all zeros, as after a crash; the others are
/// when what follows the record is another, or the end.
std::optional<std::uint32_t> PcapReader::odd_length() {
  std::uint32_t captured = captured_at(window.at());
  if (swapped_lengths_) captured = std::min(captured, sent_at(window.at()));
  if (captured > limit_ || sent_at(window.at()) > max_packet) return std::nullopt;
  if (captured == 0) {
    const bool zeros = order_.u32(window.at()) == 0 && sent_at(window.at()) == 0;
    return zeros ? std::nullopt : std::optional{captured};
  }
  const std::size_t whole = record_header_ + captured;
  if (window.have(whole + record_header_)) {
    const std::uint8_t* follower = window.at() + whole;
    const bool soon = near(order_.u32(follower), order_.u32(window.at())) && captured_at(follower) <= limit_;
    if (soon || sane(follower)) return captured;
  } else if (window.left() == whole) {
    return captured;
  }
  return std::nullopt;
}

/// Whether a record could begin here, its time aside. Stricter than for one in its place: zeros are none.
bool PcapReader::sane(const std::uint8_t* record) const noexcept {
  const std::uint32_t captured = captured_at(record);
  return captured - 1 < trusted_ && captured <= sent_at(record) && sent_at(record) <= limit_ &&
         order_.u32(record + 4) < (nanoseconds ? 1'000'000'000U : 1'000'000U) && order_.u32(record) != 0;
}

/// A record that follows others of about that time. Where clocks leapt, or nothing was captured for days, it must at
/// least be of our age.
bool PcapReader::plausible(const std::uint8_t* record) const noexcept {
  constexpr std::uint32_t long_ago = 100'000'000;  // 1973
  return sane(record) && (near(order_.u32(record), seconds_) || order_.u32(record) > long_ago);
}

/// Whether several plausible records follow each other at `from`, or fewer that meet the end exactly.
bool PcapReader::chain_at(std::size_t from, bool to_end) const noexcept {
  const std::uint8_t* first = window.at() + from;
  const bool near_last = frame.number != 0 && near(order_.u32(first), seconds_);
  const int fewest = near_last ? 1 : 2;  // without a time to compare with
  for (int found = 0; found < chain_length; ++found) {
    if (from == window.left()) return to_end && found >= fewest;
    if (from > window.left() || window.left() - from < record_header_) return false;
    const std::uint8_t* record = window.at() + from;
    if (!plausible(record) || !near(order_.u32(record), order_.u32(first))) return false;
    from += record_header_ + captured_at(record);
  }
  return true;
}

/// Whether a record of that many octets, after which none follows, takes in others: its length is damaged then.
bool PcapReader::swallows(std::uint32_t captured) {
  const std::size_t whole = record_header_ + captured;
  const bool followed = window.have(whole + record_header_);
  if (followed && sane(window.at() + whole)) return false;
  if (!followed && window.left() == whole) return false;  // the last one
  // Cut inside the last one: captures may well carry captures.
  if (!followed && sane(window.at()) && near(order_.u32(window.at()), seconds_) && captured == sent_at(window.at())) return false;
  const std::size_t span = std::min(whole, window.left());
  for (std::size_t at = 1; at < span && window.left() - at >= record_header_; ++at) {
    if (chain_at(at, !followed)) return true;
  }
  return false;
}

/// Passes what cannot be a record, up to the next one that surely is or to the end. True when it is a record after all:
/// its sent length is that of what was passed.
bool PcapReader::resynchronise() {
  const std::uint64_t damaged = window.offset();
  const std::string what = "the header of " + next_packet() + " is damaged: ";
  const auto found = search([this](std::size_t at, bool to_end) { return window.left() - at >= record_header_ && chain_at(at, to_end); });
  const bool is_sent_length = found && window.offset() == damaged && *found > record_header_ && sent_at(window.at()) == *found - record_header_;
  if (is_sent_length) {
    remark(what + "it is taken to be the " + std::to_string(*found) + " octets up to the next good one", damaged);
    deliver(sent_at(window.at()));
    frame.wire_length = static_cast<std::uint32_t>(frame.octets.size());
    return true;
  }
  window.skip(found ? *found : window.left());
  const std::string octets = std::to_string(window.offset() - damaged) + " octets ";
  remark(what + (found ? octets + "skipped, up to the next good one" : "no good one follows, the last " + octets + "are not read"), damaged);
  return false;
}

}  // namespace

bool is_pcap(ByteView head) noexcept {
  return head.size() >= 4 && (is_magic(Order{false}.u32(head.data())) || is_magic(Order{true}.u32(head.data())));
}

std::unique_ptr<FileSource::Impl> open_pcap(Window window, std::uint16_t file, const std::string& name) {
  if (!window.have(pcap_header_size)) {
    throw CaptureError(name + ": only " + std::to_string(window.left()) +
                       " octets of a pcap file, whose header alone takes 24; capture again or copy the file again");
  }
  const Order order{is_magic(load_be32(window.at()))};
  if (order.u16(window.at() + 4) != 2) {
    throw CaptureError(name + ": pcap of version " + std::to_string(order.u16(window.at() + 4)) +
                       ", but only version 2 is known; rewrite it with editcap -F pcap");
  }
  return std::make_unique<PcapReader>(std::move(window), file);
}

}  // namespace ike::capture
