#pragma once

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/capture/source.hpp"

/// What the files of this room share: octets come from an Input, through a Window, to a reader of one container.
namespace ike::capture {

inline constexpr std::size_t read_size = 256 * 1024;           ///< of the one read buffer, in octets
inline constexpr std::uint32_t usual_packet = 256 * 1024;      ///< largest snap length that capture tools set
inline constexpr std::uint32_t max_packet = 16 * 1024 * 1024;  ///< largest record we ever hold in memory
inline constexpr std::size_t max_interfaces = 65536;           ///< of one pcapng section
inline constexpr std::size_t max_remarks = 32;                 ///< a file damaged everywhere is not listed at length
inline constexpr std::size_t search_span = 2 * 1024 * 1024;    ///< how much one look ahead after damage covers
inline constexpr int max_zstd_window = 27;                     ///< log2 of what a zstd stream may have us remember

/// Octets one after another: a descriptor, or what a decompressor makes of one.
class Input {
 public:
  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  virtual ~Input() = default;

  /// Puts up to `room` octets at `to` and says how many; 0 is the end.
  virtual std::size_t read(std::uint8_t* to, std::size_t room) = 0;
  /// Why the end came before its time, or empty.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 protected:
  std::string fault_;
};

/// A file, a FIFO or standard input; keeps its first octets so that the format can be told from them.
class Descriptor final : public Input {
 public:
  Descriptor(const std::string& path, Waiting waiting, bool follow);
  ~Descriptor() override;
  std::size_t read(std::uint8_t* to, std::size_t room) override;
  [[nodiscard]] ByteView head() const noexcept { return ByteView{head_, head_size_}; }
  /// Whether all of it is there already, so that reading on never waits.
  [[nodiscard]] bool at_hand() const noexcept { return at_hand_; }

 private:
  std::size_t read_some(std::uint8_t* to, std::size_t room);
  bool wait_for_more();
  bool is_rewritten();

  std::string path_;
  std::uint64_t read_ = 0;  // octets so far
  Waiting waiting_;
  bool follow_ = false;   // a regular file may grow
  bool streams_ = false;  // a FIFO or the like: nothing there is not the end
  bool at_hand_ = false;
  int fd_ = -1;
  std::uint8_t head_[32]{};
  std::size_t head_size_ = 0;
  std::size_t head_given_ = 0;
};

bool is_gzip(ByteView head) noexcept;
bool is_zstd(ByteView head) noexcept;
std::unique_ptr<Input> gunzip(std::unique_ptr<Input> packed);
std::unique_ptr<Input> unzstd(std::unique_ptr<Input> packed);

/// The part of an Input that is in memory. Octets keep their place until fill() is called.
class Window {
 public:
  explicit Window(std::unique_ptr<Input> input);

  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] const std::uint8_t* at() const noexcept { return at_; }
  /// Whether `count` octets stand at at(), after reading on where needed. `count` must be bounded by the caller.
  bool have(std::size_t count) { return left() >= count || fill(count); }
  /// Passes `count` octets; they must be there.
  void skip(std::size_t count) noexcept { at_ += count; }
  /// Of at(), from the start of the decompressed file.
  [[nodiscard]] std::uint64_t offset() const noexcept { return read_ - left(); }
  [[nodiscard]] const std::string& fault() const noexcept { return input_->fault(); }

 private:
  bool fill(std::size_t count);

  std::unique_ptr<Input> input_;
  std::size_t capacity_ = read_size;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::uint8_t* at_;
  std::uint8_t* end_;
  std::uint64_t read_ = 0;
  bool ended_ = false;
};

/// Numbers in the byte order of whoever wrote the file.
class Order {
 public:
  explicit constexpr Order(bool big_endian = false) noexcept
      : swapped_{big_endian != (std::endian::native == std::endian::big)} {}
  [[nodiscard]] std::uint16_t u16(const std::uint8_t* at) const noexcept {
    std::uint16_t value;
    std::memcpy(&value, at, sizeof value);
    return swapped_ ? __builtin_bswap16(value) : value;
  }
  [[nodiscard]] std::uint32_t u32(const std::uint8_t* at) const noexcept {
    std::uint32_t value;
    std::memcpy(&value, at, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
  }
  [[nodiscard]] std::uint64_t u64(const std::uint8_t* at) const noexcept {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return swapped_ ? __builtin_bswap64(value) : value;
  }

 private:
  bool swapped_;
};

inline constexpr std::size_t pcap_header_size = 24;

/// A reader of one container.
struct FileSource::Impl {
  Impl(Window octets, std::uint16_t file) : window{std::move(octets)} { frame.file = file; }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;
  virtual const Frame* next() = 0;

  /// Notes `text`, about what stands at `offset`.
  void remark(std::string text, std::uint64_t offset);
  /// Nothing more can be read: notes it when the input gave up or ended inside `what`, and stays at the end.
  const Frame* end(const std::string& what);
  /// Passes what is damaged, from the octet behind at() on, until `good(place, to_end)` holds for a place counted from
  /// at(); `to_end`: nothing follows what is in memory. At the end of the input there is none, and what is left stays.
  template <typename Good>
  std::optional<std::size_t> search(Good good);
  /// How remarks name the packet that would come next.
  [[nodiscard]] std::string next_packet() const { return "packet " + std::to_string(frame.number + 1); }
  void saw(LinkType link);

  Window window;
  Frame frame;
  std::vector<Remark> remarks;
  std::string format;
  std::vector<LinkType> links;
  std::bitset<65536> links_seen;
  std::uint64_t drops = 0;
  bool nanoseconds = false;
  bool ended = false;
};

template <typename Good>
std::optional<std::size_t> FileSource::Impl::search(Good good) {
  const std::uint64_t begin = window.offset();
  std::size_t look = std::min(window.left(), search_span);  // what is there first: a pipe may give no more for hours
  for (;;) {
    const bool to_end = !window.have(look);
    const std::size_t span = to_end || look < search_span ? window.left() : search_span / 2;  // the other half is for what follows
    for (std::size_t at = window.offset() == begin ? 1 : 0; at < span; ++at) {
      if (good(at, to_end)) return at;
    }
    if (to_end) return std::nullopt;
    if (look < search_span) look = std::min(2 * look + pcap_header_size, search_span);
    else window.skip(span);
  }
}

bool is_pcap(ByteView head) noexcept;
bool is_pcapng(ByteView head) noexcept;
std::unique_ptr<FileSource::Impl> open_pcap(Window window, std::uint16_t file, const std::string& name);
std::unique_ptr<FileSource::Impl> open_pcapng(Window window, std::uint16_t file, const std::string& name);

/// `path` fit for one line of text.
std::string printable(const std::string& path);

}  // namespace ike::capture
