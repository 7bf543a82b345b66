#include "ike/capture/source.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "reader.hpp"

namespace ike::capture {

namespace {

using namespace std::string_view_literals;

/// What else people hand over: how it begins, what it is, what to do.
struct Foreign {
  std::string_view begins;
  std::string_view what;
};
constexpr auto foreign = std::to_array<Foreign>({
    {"snoop\0\0\0"sv, "a snoop capture; convert it with editcap -F pcap"},
    {"\xfd"
     "7zXZ\0"sv,
     "compressed with xz; unpack it with xz -d"},
    {"BZh"sv, "compressed with bzip2; unpack it with bzip2 -d"},
    {"\x04\x22\x4d\x18"sv, "compressed with lz4; unpack it with lz4 -d"},
    {"PK\x03\x04"sv, "a zip archive; unpack it first"},
    {"GMBU"sv, "a Network Monitor capture; convert it with editcap -F pcap"},
    {"RTSS"sv, "a Network Monitor capture; convert it with editcap -F pcap"},
    {"\x1f\x8b"sv, "compressed with gzip (once more or in an unknown way); unpack it with gzip -d"},
    {"\x28\xb5\x2f\xfd"sv, "compressed with zstd once more; unpack it with zstd -d"},
    {"\x7f"
     "ELF"sv,
     "a program; give the file that tcpdump -w wrote"},
});

bool is_text(ByteView head) noexcept {
  return std::ranges::all_of(head, [](std::uint8_t c) { return (c >= ' ' && c != 0x7f) || (c >= '\t' && c <= '\r'); });
}

std::string hex(ByteView octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    if (!text.empty()) text += ' ';
    text += "0123456789abcdef"[octet >> 4];
    text += "0123456789abcdef"[octet & 15];
  }
  return text;
}

/// What to say of a file that begins with `head` and is no capture.
std::string refusal(ByteView head) {
  if (head.empty()) return "is empty; nothing was captured or the copy failed";
  const std::string_view begin{reinterpret_cast<const char*>(head.data()), head.size()};
  for (const Foreign& row : foreign) {
    if (begin.starts_with(row.begins)) return "is " + std::string{row.what};
  }
  if (begin.starts_with("\n\r\r\n")) return "begins like pcapng, but its byte-order magic is damaged; copy the file again";
  if (is_text(head)) return "is text; give a capture file, as tcpdump -w writes it";
  if (head.size() < 4) return "holds only " + std::to_string(head.size()) + " octets; give a whole pcap or pcapng file";
  return "begins with " + hex(head.first(4)) + ", which is neither pcap nor pcapng; convert it with editcap -F pcap";
}

std::unique_ptr<FileSource::Impl> open(const std::string& path, std::uint16_t index, Waiting waiting, bool follow) {
  const std::string name = printable(path);
  auto file = std::make_unique<Descriptor>(path, std::move(waiting), follow);
  const bool gzip = is_gzip(file->head());
  const bool zstd = is_zstd(file->head());
  const bool at_hand = file->at_hand();
  std::unique_ptr<Input> input = std::move(file);
  if (gzip) input = gunzip(std::move(input));
  if (zstd) input = unzstd(std::move(input));
  const std::string packing = gzip ? ", gzip" : zstd ? ", zstd" : "";

  Window window{std::move(input)};
  constexpr std::size_t first_records = 16 * 1024;  // by which a reader may tell peculiarities
  window.have(at_hand ? first_records : pcap_header_size);
  const ByteView head{window.at(), std::min(window.left(), pcap_header_size)};
  if (head.size() < pcap_header_size && !window.fault().empty()) {
    throw CaptureError(name + ": " + window.fault() + "; copy the file again");
  }
  if (!is_pcap(head) && !is_pcapng(head)) {
    throw CaptureError(name + (packing.empty() ? ": " : ": what" + packing.substr(1) + " holds ") + refusal(head));
  }
  auto reader = is_pcap(head) ? open_pcap(std::move(window), index, name) : open_pcapng(std::move(window), index, name);
  reader->format += packing;
  return reader;
}

}  // namespace

void FileSource::Impl::remark(std::string text, std::uint64_t offset) {
  if (remarks.size() > max_remarks) return;
  if (remarks.size() == max_remarks) text = "there is more of this kind, which is not listed";
  remarks.push_back({frame.number, offset, std::move(text)});
}

const Frame* FileSource::Impl::end(const std::string& what) {
  if (ended) return nullptr;
  ended = true;
  const std::size_t left = window.left();
  std::string text = left == 0 ? "ends after packet " + std::to_string(frame.number) : "cut short inside " + what;
  if (!window.fault().empty()) text += ": " + window.fault();
  if (left != 0 || !window.fault().empty()) remark(std::move(text), window.offset());
  window.skip(left);
  return nullptr;
}

void FileSource::Impl::saw(LinkType link) {
  const auto bit = static_cast<std::size_t>(link);
  if (links_seen.test(bit)) return;
  links_seen.set(bit);
  links.push_back(link);
}

FileSource::FileSource(const std::string& path, std::uint16_t index, Waiting waiting, bool follow)
    : impl_{open(path, index, std::move(waiting), follow)} {}
FileSource::~FileSource() = default;
FileSource::FileSource(FileSource&&) noexcept = default;
FileSource& FileSource::operator=(FileSource&&) noexcept = default;

const Frame* FileSource::next() { return impl_->next(); }
const std::vector<Remark>& FileSource::remarks() const noexcept { return impl_->remarks; }
const std::string& FileSource::format() const noexcept { return impl_->format; }
std::vector<LinkType> FileSource::link_types() const { return impl_->links; }
std::uint64_t FileSource::drops() const noexcept { return impl_->drops; }
bool FileSource::nanoseconds() const noexcept { return impl_->nanoseconds; }

}  // namespace ike::capture
