#include <algorithm>
#include <limits>

#include "reader.hpp"

namespace ike::capture {

namespace {

// Block types and option codes of draft-ietf-opsawg-pcapng.
constexpr std::uint32_t section_header_block = 0x0a0d0d0a;
constexpr std::uint32_t interface_description_block = 1;
constexpr std::uint32_t packet_block = 2;  // obsolete
constexpr std::uint32_t simple_packet_block = 3;
constexpr std::uint32_t interface_statistics_block = 5;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint32_t last_block_type = 12;  // of those that writers use
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t if_tsresol = 9;
constexpr std::uint16_t if_tsoffset = 14;
constexpr std::uint16_t isb_ifdrop = 5;
constexpr std::uint16_t isb_osdrop = 7;

constexpr std::size_t block_frame = 12;                      // type, length, and the length again at the end
constexpr std::uint32_t max_block = max_packet + 64 * 1024;  // a packet and its options; no writer makes larger ones

/// One capture interface of the section being read.
struct Interface {
  LinkType link{};
  std::uint32_t snap_length = 0;
  std::uint8_t resolution = 6;           // as if_tsresol has it: 10^-n, or 2^-n with the top bit set
  std::int64_t offset = 0;               // if_tsoffset, seconds
  std::uint64_t per_second = 1'000'000;  // counts in a second; 0 when that does not fit
  std::uint64_t scale = 1000;            // nanoseconds per count, 0 when that is no whole number or an offset is set
  std::uint64_t drops = 0;

  void set_clock() noexcept;
  [[nodiscard]] Time time(std::uint64_t ticks) const noexcept {
    constexpr auto most = static_cast<std::uint64_t>(latest_time.time_since_epoch().count());
    std::uint64_t nanoseconds;
    if (scale != 0 && !__builtin_mul_overflow(ticks, scale, &nanoseconds) && nanoseconds <= most) [[likely]] {
      return Time{Duration{static_cast<std::int64_t>(nanoseconds)}};
    }
    return slow_time(ticks);
  }
  [[nodiscard]] Time slow_time(std::uint64_t ticks) const noexcept;
};

void Interface::set_clock() noexcept {
  const unsigned exponent = resolution & 0x7f;
  if (resolution & 0x80) {
    per_second = exponent < 64 ? std::uint64_t{1} << exponent : 0;
  } else {
    per_second = exponent < 20 ? 1 : 0;
    for (unsigned i = 0; per_second != 0 && i < exponent; ++i) per_second *= 10;
  }
  scale = per_second != 0 && offset == 0 && 1'000'000'000 % per_second == 0 ? 1'000'000'000 / per_second : 0;
}

/// Any resolution and offset; beyond latest_time it gives that.
Time Interface::slow_time(std::uint64_t ticks) const noexcept {
  __extension__ using Wide = __int128;
  const Wide giga = 1'000'000'000;
  Wide span = 0;  // stays 0 where 2^64 counts are less than a nanosecond
  if (per_second != 0) {
    span = Wide{ticks / per_second} * giga + Wide{ticks % per_second} * giga / Wide{per_second};
  } else if (resolution & 0x80) {
    span = Wide{ticks} * giga >> (resolution & 0x7f);
  } else {
    span = ticks;
    for (unsigned i = 9; span != 0 && i < resolution; ++i) span /= 10;
  }
  span += Wide{offset} * giga;
  const Wide most = latest_time.time_since_epoch().count();
  return Time{Duration{static_cast<std::int64_t>(std::clamp(span, -most, most))}};
}

class PcapngReader final : public FileSource::Impl {
 public:
  PcapngReader(Window octets, std::uint16_t file) : Impl{std::move(octets), file} { format = "pcapng"; }

  const Frame* next() override {
    while (!ended) {
      if (!window.have(8)) [[unlikely]]
        return end("a block header after packet " + std::to_string(frame.number));
      const std::uint8_t* at = window.at();
      std::uint32_t length = order_.u32(at + 4);
      const std::uint32_t type = order_.u32(at);
      if (type == section_header_block) [[unlikely]] {
        if (!window.have(12)) return end("a section header");
        ordered_ = set_order(window.at());
        length = order_.u32(window.at() + 4);
      }
      if (!whole(length) || !ordered_) [[unlikely]] {
        if (damaged(type, length)) return &frame;
        continue;
      }
      at = window.at();
      const bool delivered = take(type, at, length);
      window.skip(length);
      if (delivered) return &frame;
    }
    return nullptr;
  }

 private:
  static bool is_packet(std::uint32_t type) noexcept {
    return type == enhanced_packet_block || type == simple_packet_block || type == packet_block;
  }
  static std::string block_name(std::uint32_t type) { return type == section_header_block ? "a section header" : "a block of type " + std::to_string(type); }
  /// Whether the block at hand is there and has its length at both ends.
  bool whole(std::uint32_t length) {
    return length >= block_frame && length % 4 == 0 && length <= max_block && window.have(length) &&
           order_.u32(window.at() + length - 4) == length;
  }

  bool take(std::uint32_t type, const std::uint8_t* at, std::uint32_t length) {
    switch (type) {
      case enhanced_packet_block:
        return length >= 32 && packet(order_.u32(at + 8), at + 12, {at + 28, length - 32});
      case packet_block:
        return length >= 32 && packet(order_.u16(at + 8), at + 12, {at + 28, length - 32});
      case simple_packet_block:
        return length >= 16 && simple_packet(order_.u32(at + 8), {at + 12, length - 16});
      case interface_description_block:
        describe({at + 8, length - block_frame});
        return false;
      case interface_statistics_block:
        statistics({at + 8, length - block_frame});
        return false;
      case section_header_block:
        section(length);
        return false;
      default:
        return false;
    }
  }
  /// A packet of `interface`; at `fixed` stand time, captured and sent length, `rest` begins with the packet.
  bool packet(std::uint32_t interface, const std::uint8_t* fixed, ByteView rest) {
    if (interface >= interfaces_.size()) [[unlikely]]
      return refuse("names an interface that is not described");
    const std::uint32_t captured = order_.u32(fixed + 8);
    if (captured > rest.size()) [[unlikely]]
      return refuse("is longer than its block");
    const Interface& from = interfaces_[interface];
    frame.time = from.time(std::uint64_t{order_.u32(fixed)} << 32 | order_.u32(fixed + 4));
    return deliver(from, order_.u32(fixed + 12), rest.first(captured));
  }
  bool simple_packet(std::uint32_t sent, ByteView rest) {
    if (interfaces_.empty()) return refuse("comes before any interface is described");
    const Interface& from = interfaces_.front();
    const std::uint32_t snap_length = from.snap_length == 0 ? sent : std::min(sent, from.snap_length);
    // It has no time of its own: that of the packet before it is the nearest there is.
    return deliver(from, sent, rest.first(std::min<std::size_t>(snap_length, rest.size())));
  }
  bool deliver(const Interface& from, std::uint32_t sent, ByteView octets) {
    packets_begun_ = true;
    frame.link = from.link;
    frame.wire_length = std::max(sent, static_cast<std::uint32_t>(octets.size()));
    frame.octets = octets;
    ++frame.number;
    saw(from.link);
    return true;
  }
  bool refuse(const std::string& why) {
    remark("a packet after packet " + std::to_string(frame.number) + " " + why + " and is left out", window.offset());
    return false;
  }

  bool set_order(const std::uint8_t* header) noexcept;
  [[nodiscard]] std::uint32_t plausible(std::size_t from) const noexcept;
  [[nodiscard]] bool good_at(std::size_t from, bool to_end) const noexcept;
  [[nodiscard]] std::string fault_of(std::uint32_t type, std::uint32_t length) const;
  bool damaged(std::uint32_t type, std::uint32_t length);
  enum class Mended { nothing, block, packet };
  Mended mend(std::uint32_t type, std::uint32_t length, std::size_t found);
  void section(std::uint32_t length);
  void section() noexcept;
  void describe(ByteView body);
  void statistics(ByteView body);
  const Frame* stop(const std::string& what);
  template <typename Take>
  void each_option(ByteView options, Take take_option) const;

  Order order_;
  std::vector<Interface> interfaces_;
  bool interfaces_full_ = false;
  bool packets_begun_ = false;   // in this section
  bool interfaces_lost_ = false; // in this section: what one was is not known, so the numbers of the others are not
  bool ordered_ = true;          // the section's byte-order magic was found
};

/// A section may be of another byte order than the one before it. The type reads the same in both.
bool PcapngReader::set_order(const std::uint8_t* header) noexcept {
  for (const bool big_endian : {false, true}) {
    if (Order{big_endian}.u32(header + 8) != byte_order_magic) continue;
    order_ = Order{big_endian};
    return true;
  }
  return false;
}

void PcapngReader::section(std::uint32_t length) {
  const std::uint16_t major = length >= 28 ? order_.u16(window.at() + 12) : 0;
  if (major != 1) stop("a section of version " + std::to_string(major) + ", of which only 1 is known");
  section();
}

void PcapngReader::section() noexcept {
  interfaces_.clear();
  interfaces_full_ = false;
  packets_begun_ = false;
  interfaces_lost_ = false;
}

template <typename Take>
void PcapngReader::each_option(ByteView options, Take take_option) const {
  while (options.size() >= 4) {
    const std::uint16_t code = order_.u16(options.data());
    const std::size_t length = order_.u16(options.data() + 2);
    options = options.subspan(4);
    if (code == 0 || length > options.size()) return;
    take_option(code, options.first(length));
    options = options.subspan(std::min((length + 3) & ~std::size_t{3}, options.size()));
  }
}

void PcapngReader::describe(ByteView body) {
  if (interfaces_lost_) return;
  if (interfaces_.size() == max_interfaces || body.size() < 8) {
    if (!interfaces_full_) remark("an interface description cannot be read; its packets are left out", window.offset());
    interfaces_full_ = true;
    return;
  }
  Interface made;
  made.link = static_cast<LinkType>(order_.u16(body.data()));
  made.snap_length = order_.u32(body.data() + 4);
  each_option(body.subspan(8), [&](std::uint16_t code, ByteView value) {
    if (code == if_tsresol && !value.empty()) made.resolution = value[0];
    if (code == if_tsoffset && value.size() >= 8) made.offset = static_cast<std::int64_t>(order_.u64(value.data()));
  });
  made.set_clock();
  nanoseconds = nanoseconds || made.per_second == 0 || made.per_second > 1'000'000;
  interfaces_.push_back(made);
}

/// Counters run from the start of the capture: the last block of an interface holds the sum.
void PcapngReader::statistics(ByteView body) {
  if (body.size() < 12 || order_.u32(body.data()) >= interfaces_.size()) return;
  Interface& from = interfaces_[order_.u32(body.data())];
  std::uint64_t sum = 0;
  each_option(body.subspan(12), [&](std::uint16_t code, ByteView value) {
    if ((code != isb_ifdrop && code != isb_osdrop) || value.size() < 8) return;
    if (__builtin_add_overflow(sum, order_.u64(value.data()), &sum)) sum = std::numeric_limits<std::uint64_t>::max();
  });
  if (sum <= from.drops) return;
  if (__builtin_add_overflow(drops, sum - from.drops, &drops)) drops = std::numeric_limits<std::uint64_t>::max();
  from.drops = sum;
}

/// The length of the block that surely stands `from` octets on: of a type that there is, its length there twice, and a
/// packet within its block and of an interface that is known. 0: there is none.
std::uint32_t PcapngReader::plausible(std::size_t from) const noexcept {
  const std::uint8_t* at = window.at() + from;
  const std::size_t left = window.left() - from;
  if (left < block_frame) return 0;
  const std::uint32_t type = order_.u32(at);
  Order order = order_;
  if (type == section_header_block) {
    order = Order{load_be32(at + 8) == byte_order_magic};
    if (order.u32(at + 8) != byte_order_magic) return 0;
  } else if (type == 0 || type > last_block_type) {
    return 0;
  }
  const std::uint32_t length = order.u32(at + 4);
  if (length < block_frame || length % 4 != 0 || length > left || order.u32(at + length - 4) != length) return 0;
  if (type != enhanced_packet_block) return length;
  if (length < 32 || order.u32(at + 20) > length - 32) return 0;
  // Before the first packet the damage may have been to the description of its interface.
  return !packets_begun_ || order.u32(at + 8) < interfaces_.size() ? length : 0;
}

/// Whether two good blocks in a row stand `from` octets on, one that the file ends with, or a section header, which has
/// a magic of its own.
bool PcapngReader::good_at(std::size_t from, bool to_end) const noexcept {
  const std::uint32_t length = plausible(from);
  if (length == 0) return false;
  const std::size_t next = from + length;
  return order_.u32(window.at() + from) == section_header_block || (next == window.left() ? to_end : plausible(next) != 0);
}

std::string PcapngReader::fault_of(std::uint32_t type, std::uint32_t length) const {
  const std::string told = std::to_string(length);
  if (!ordered_) return "a section header without byte-order magic";
  if (length < block_frame || length % 4 != 0) return "a block whose length is " + told;
  if (length > max_block) return block_name(type) + " and " + told + " octets, larger than any should be";
  if (length > window.left()) return "a block whose length, " + told + ", passes the end of the file";
  return "a block whose two lengths differ";
}

/// What a damaged block of which `found` octets are left tells all the same. Where one of its two lengths fits, all.
PcapngReader::Mended PcapngReader::mend(std::uint32_t type, std::uint32_t length, std::size_t found) {
  const std::uint8_t* at = window.at();
  const bool ordered = type != section_header_block || set_order(at);
  const bool known = type != 0 && (type <= last_block_type || type == section_header_block);
  if (!packets_begun_ && !known) interfaces_lost_ = true;  // those already described keep their numbers
  if (known && ordered && found >= block_frame && (length == found || order_.u32(at + found - 4) == found)) {
    return take(type, at, static_cast<std::uint32_t>(found)) ? Mended::packet : Mended::block;
  }
  if (type == section_header_block) {
    section();
    return Mended::block;
  }
  if (type == interface_description_block) interfaces_lost_ = true;  // octets were lost or put in: what it says may be shifted
  return Mended::nothing;
}

/// Passes what cannot be a block, up to the next one that surely is or to the end; what is known of it all the same is
/// taken. True when that is a packet.
bool PcapngReader::damaged(std::uint32_t type, std::uint32_t length) {
  const std::uint64_t begin = window.offset();
  const std::string fault = fault_of(type, length);
  const bool cut = ordered_ && length >= block_frame && length % 4 == 0 && length <= max_block && length > window.left();
  const std::string where = "damaged after packet " + std::to_string(frame.number) + ": " + fault + "; ";
  ordered_ = true;
  const auto found = search([this](std::size_t at, bool to_end) { return good_at(at, to_end); });
  if (!found && cut && window.offset() == begin) return end(is_packet(type) ? next_packet() : block_name(type)) != nullptr;
  const Mended mended = found && window.offset() == begin ? mend(type, length, *found) : Mended::nothing;
  window.skip(found ? *found : window.left());
  const std::string octets = std::to_string(window.offset() - begin) + " octets ";
  remark(where + (mended != Mended::nothing ? "it is taken to be the " + octets + "up to the next good block"
                  : found                   ? octets + "skipped, up to the next good block"
                                            : "no good block follows, the last " + octets + "are not read"),
         begin);
  return mended == Mended::packet;
}

const Frame* PcapngReader::stop(const std::string& what) {
  remark("damaged after packet " + std::to_string(frame.number) + ": " + what + "; the rest is not read",
         window.offset());
  ended = true;
  return nullptr;
}

}  // namespace

bool is_pcapng(ByteView head) noexcept {
  if (head.size() < 12 || load_be32(head.data()) != section_header_block) return false;
  return load_be32(head.data() + 8) == byte_order_magic ||
         load_be32(head.data() + 8) == __builtin_bswap32(byte_order_magic);
}

std::unique_ptr<FileSource::Impl> open_pcapng(Window window, std::uint16_t file, const std::string& name) {
  const Order order{load_be32(window.at() + 8) == byte_order_magic};
  if (!window.have(16)) {
    throw CaptureError(name + ": only " + std::to_string(window.left()) +
                       " octets of a pcapng file, too few for its header; capture again or copy the file again");
  }
  if (order.u16(window.at() + 12) != 1) {
    throw CaptureError(name + ": pcapng of version " + std::to_string(order.u16(window.at() + 12)) +
                       ", but only version 1 is known; rewrite it with editcap -F pcap");
  }
  return std::make_unique<PcapngReader>(std::move(window), file);
}

}  // namespace ike::capture
