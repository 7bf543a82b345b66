// The part of packets.hpp that writes capture files.
#include <cstdio>
#include <stdexcept>

#include "support/packets.hpp"

namespace ike::test {
namespace {

/// Numbers in the file's own byte order.
struct Writer {
  bool big_endian = false;
  Bytes octets{};

  void number(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned shift = 8 * (big_endian ? width - 1 - i : i);
      octets.push_back(static_cast<std::uint8_t>(value >> shift & 0xff));
    }
  }
  void u16(std::uint64_t value) { number(value, 2); }
  void u32(std::uint64_t value) { number(value, 4); }
  void bytes(const Bytes& more) { octets.insert(octets.end(), more.begin(), more.end()); }
  void pad4() {
    while (octets.size() % 4 != 0) octets.push_back(0);
  }
  void option(std::uint16_t code, const Bytes& value) {
    u16(code);
    u16(value.size());
    bytes(value);
    pad4();
  }
  void options(const std::vector<PcapngOption>& all) {
    if (all.empty()) return;
    for (const auto& each : all) option(each.code, each.value);
    u32(0);  // opt_endofopt
  }
};

std::uint32_t wire_length(const Record& record) {
  return record.wire_length != 0 ? record.wire_length : static_cast<std::uint32_t>(record.octets.size());
}

/// Units of `resolution` since the epoch.
std::uint64_t ticks(std::int64_t nanoseconds, std::uint8_t resolution) {
  const auto whole = static_cast<std::uint64_t>(nanoseconds) / 1'000'000'000U;
  const auto rest = static_cast<std::uint64_t>(nanoseconds) % 1'000'000'000U;
  std::uint64_t per_second = 1;
  if ((resolution & 0x80U) != 0) {
    per_second <<= resolution & 0x7fU;
  } else {
    for (unsigned i = 0; i < resolution; ++i) per_second *= 10;
  }
  return whole * per_second + static_cast<std::uint64_t>(
                                  static_cast<long double>(rest) * static_cast<long double>(per_second) / 1e9L + 0.5L);
}

Bytes interface_block(const PcapngInterface& each, bool big_endian) {
  Writer body{big_endian};
  body.u16(static_cast<std::uint16_t>(each.link));
  body.u16(0);
  body.u32(each.snap_length);
  auto options = each.options;
  if (each.resolution != 6) options.push_back({9, {each.resolution}});
  body.options(options);
  return pcapng_block(1, body.octets, big_endian);
}

Bytes packet_block(const Record& record, const PcapngSection& section) {
  Writer body{section.big_endian};
  const std::uint8_t resolution =
      record.interface < section.interfaces.size() ? section.interfaces[record.interface].resolution : 6;
  const auto time = ticks(record.nanoseconds, resolution);
  body.u32(record.interface);
  body.u32(time >> 32U);
  body.u32(time & 0xffffffffU);
  body.u32(record.octets.size());
  body.u32(wire_length(record));
  body.bytes(record.octets);
  body.pad4();
  if (record.drops != 0) {
    Writer count{section.big_endian};
    count.number(record.drops, 8);
    body.options({{4, count.octets}});
  }
  return pcapng_block(6, body.octets, section.big_endian);
}

}  // namespace

Bytes pcap(const std::vector<Record>& records, const PcapOptions& options) {
  Writer file{options.big_endian};
  file.u32(options.nanoseconds ? 0xa1b23c4dU : 0xa1b2c3d4U);
  file.u16(2);
  file.u16(4);
  file.u32(0);
  file.u32(0);
  file.u32(options.snap_length);
  file.u32(static_cast<std::uint32_t>(options.link));
  for (const auto& record : records) {
    const auto time = static_cast<std::uint64_t>(record.nanoseconds);
    file.u32(time / 1'000'000'000U);
    file.u32(time % 1'000'000'000U / (options.nanoseconds ? 1U : 1000U));
    file.u32(record.octets.size());
    file.u32(wire_length(record));
    file.bytes(record.octets);
  }
  return file.octets;
}

Bytes pcapng_block(std::uint32_t type, const Bytes& body, bool big_endian) {
  Writer block{big_endian};
  const auto length = (body.size() + 3) / 4 * 4 + 12;
  block.u32(type);
  block.u32(length);
  block.bytes(body);
  block.pad4();
  block.u32(length);
  return block.octets;
}

Bytes pcapng(const std::vector<PcapngSection>& sections) {
  Bytes file;
  for (const auto& section : sections) {
    Bytes blocks;
    for (const auto& each : section.interfaces) blocks = blocks + interface_block(each, section.big_endian);
    for (const auto& record : section.records) blocks = blocks + packet_block(record, section);
    Writer head{section.big_endian};
    head.u32(0x1a2b3c4d);
    head.u16(1);
    head.u16(0);
    head.number(section.length_known ? blocks.size() : ~std::uint64_t{0}, 8);
    head.options(section.options);
    file = file + pcapng_block(0x0a0d0d0a, head.octets, section.big_endian) + blocks;
  }
  return file;
}

void write_file(const std::string& path, const Bytes& octets) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error{"cannot write " + path};
  const bool whole = std::fwrite(octets.data(), 1, octets.size(), file) == octets.size();
  if (std::fclose(file) != 0 || !whole) throw std::runtime_error{"cannot write all of " + path};
}

}  // namespace ike::test
