#include <zlib.h>
#include <zstd.h>

#include <array>

#include "reader.hpp"

namespace ike::capture {

namespace {

constexpr std::size_t packed_size = 64 * 1024;  // of the buffer of compressed octets

/// Compressed octets waiting to be unpacked.
class Packed {
 public:
  explicit Packed(std::unique_ptr<Input> input) : input_{std::move(input)} {}
  /// Reads more when nothing is left; false at the end.
  bool more() {
    if (at == size) {
      at = 0;
      size = input_->read(octets.data(), octets.size());
    }
    return size != 0;
  }
  [[nodiscard]] const std::string& fault() const noexcept { return input_->fault(); }

  std::array<std::uint8_t, packed_size> octets;
  std::size_t at = 0;
  std::size_t size = 0;

 private:
  std::unique_ptr<Input> input_;
};

/// Members of a gzip file (RFC 1952) one after another.
class Gzip final : public Input {
 public:
  explicit Gzip(std::unique_ptr<Input> input) : packed_{std::move(input)} {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw CaptureError("zlib cannot be started; is there memory left?");
  }
  ~Gzip() override { inflateEnd(&stream_); }

  std::size_t read(std::uint8_t* to, std::size_t room) override {
    std::size_t made = 0;
    while (made == 0 && !ended_) made = unpack(to, room);
    return made;
  }

 private:
  std::size_t unpack(std::uint8_t* to, std::size_t room) {
    if (!packed_.more()) {
      fault_ = packed_.fault();
      if (fault_.empty() && !between_) fault_ = "the gzip data are cut short";
      ended_ = true;
      return 0;
    }
    if (between_ && !start_member()) return 0;
    stream_.next_in = packed_.octets.data() + packed_.at;
    stream_.avail_in = static_cast<uInt>(packed_.size - packed_.at);
    stream_.next_out = to;
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    packed_.at = packed_.size - stream_.avail_in;
    between_ = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      fault_ = std::string{"the gzip data are damaged ("} + (stream_.msg ? stream_.msg : "zlib gave up") + ")";
      ended_ = true;
    }
    return room - stream_.avail_out;
  }

  bool start_member() {
    const std::uint8_t first = packed_.octets[packed_.at];
    if (first == 0x1f && inflateReset(&stream_) == Z_OK) {
      between_ = false;
      return true;
    }
    if (first != 0) fault_ = "what follows the gzip data is not gzip";  // zeros are tape padding
    ended_ = true;
    return false;
  }

  Packed packed_;
  z_stream stream_{};
  bool between_ = false;  // a member has ended and none has begun
  bool ended_ = false;
};

/// Frames of a zstd file (RFC 8878) one after another.
class Zstd final : public Input {
 public:
  explicit Zstd(std::unique_ptr<Input> input) : packed_{std::move(input)}, stream_{ZSTD_createDStream()} {
    if (!stream_) throw CaptureError("zstd cannot be started; is there memory left?");
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, max_zstd_window);
  }

  std::size_t read(std::uint8_t* to, std::size_t room) override {
    std::size_t made = 0;
    while (made == 0 && !ended_) made = unpack(to, room);
    return made;
  }

 private:
  std::size_t unpack(std::uint8_t* to, std::size_t room) {
    const bool more = packed_.more();
    if (!more && between_) {
      fault_ = packed_.fault();
      ended_ = true;
      return 0;
    }
    ZSTD_inBuffer in{packed_.octets.data(), packed_.size, packed_.at};
    ZSTD_outBuffer out{to, room, 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &out, &in);
    packed_.at = in.pos;
    if (ZSTD_isError(result)) {
      fault_ = std::string{"the zstd data are damaged ("} + ZSTD_getErrorName(result) + ")";
      ended_ = true;
    } else if (!more && out.pos == 0) {  // nothing was left inside either
      fault_ = packed_.fault().empty() ? "the zstd data are cut short" : packed_.fault();
      ended_ = true;
    }
    between_ = result == 0;
    return out.pos;
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  Packed packed_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool between_ = true;
  bool ended_ = false;
};

}  // namespace

bool is_gzip(ByteView head) noexcept { return head.size() >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8; }

bool is_zstd(ByteView head) noexcept {
  if (head.size() < 4) return false;
  const std::uint32_t magic = Order{}.u32(head.data());
  return magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50;  // a frame, or a skippable one before it
}

std::unique_ptr<Input> gunzip(std::unique_ptr<Input> packed) { return std::make_unique<Gzip>(std::move(packed)); }
std::unique_ptr<Input> unzstd(std::unique_ptr<Input> packed) { return std::make_unique<Zstd>(std::move(packed)); }

}  // namespace ike::capture
