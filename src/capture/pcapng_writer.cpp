#include "ike/capture/pcapng_writer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

// pcapng, the blocks that we need (draft-ietf-opsawg-pcapng 4.1 to 4.3), in the byte order of this machine.
namespace ike::capture {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::size_t longest_option = 0xffff;

template <typename Number>
void append(std::string& body, Number value) {
  char octets[sizeof value];
  std::memcpy(octets, &value, sizeof value);
  body.append(octets, sizeof value);
}

void pad(std::string& body) { body.append((4 - body.size() % 4) % 4, '\0'); }

void option(std::string& body, std::uint16_t code, std::string_view value) {
  value = value.substr(0, longest_option);
  append(body, code);
  append(body, static_cast<std::uint16_t>(value.size()));
  body += value;
  pad(body);
}

void end_of_options(std::string& body) { body.append(4, '\0'); }

}  // namespace

PcapngWriter::PcapngWriter(const std::string& path, std::string_view about)
    : path_{path == "-" ? "standard output" : path}, file_{path == "-" ? ::fdopen(::dup(STDOUT_FILENO), "wb") : std::fopen(path.c_str(), "wbe")} {
  if (file_ == nullptr) throw CaptureError{path_ + ": cannot be written (" + std::strerror(errno) + "); name a file in a folder where you may write"};
  std::string body;
  append(body, std::uint32_t{0x1a2b3c4d});
  append(body, std::uint16_t{1});  // version 1.0
  append(body, std::uint16_t{0});
  append(body, std::int64_t{-1});  // section length: not said
  if (!about.empty()) option(body, 1, about);
  option(body, 4, "ikescope");     // shb_userappl
  end_of_options(body);
  block(section_header, body);
}

void PcapngWriter::block(std::uint32_t type, const std::string& body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  std::string whole;
  append(whole, type);
  append(whole, length);
  whole += body;
  append(whole, length);
  std::fwrite(whole.data(), 1, whole.size(), file_.get());  // errors stick, close() tells
}

std::uint32_t PcapngWriter::interface_of(LinkType link, std::string_view name) {
  const auto [place, added] = interfaces_.try_emplace({link, std::string{name}}, static_cast<std::uint32_t>(interfaces_.size()));
  if (added) {
    std::string body;
    append(body, static_cast<std::uint16_t>(link));
    append(body, std::uint16_t{0});
    append(body, std::uint32_t{0});  // snap length: no limit
    if (!name.empty()) option(body, 2, name);
    option(body, 9, std::string_view{"\x09", 1});  // if_tsresol: nanoseconds
    end_of_options(body);
    block(interface_description, body);
  }
  return place->second;
}

void PcapngWriter::write(const Frame& frame, std::string_view interface, std::string_view comment) {
  const std::uint32_t id = interface_of(frame.link, interface);
  const auto time = static_cast<std::uint64_t>(frame.time.time_since_epoch().count());
  std::string body;
  append(body, id);
  append(body, static_cast<std::uint32_t>(time >> 32U));
  append(body, static_cast<std::uint32_t>(time));
  append(body, static_cast<std::uint32_t>(frame.octets.size()));
  append(body, std::max(frame.wire_length, static_cast<std::uint32_t>(frame.octets.size())));
  body.append(reinterpret_cast<const char*>(frame.octets.data()), frame.octets.size());
  pad(body);
  if (!comment.empty()) {
    option(body, 1, comment);
    end_of_options(body);
  }
  block(enhanced_packet, body);
  ++frames_;
}

void PcapngWriter::close() {
  if (file_ == nullptr) return;
  const bool wrong = std::ferror(file_.get()) != 0;
  if (std::fclose(file_.release()) != 0 || wrong) throw CaptureError{path_ + ": cannot be written: " + std::strerror(errno)};
}

}  // namespace ike::capture
