#include "clocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "ike/isakmp/header.hpp"

namespace ike::app {
namespace {

constexpr std::size_t most_packets = 65536;  // remembered of one file

/// When a packet was seen, and which way it went; packets that come twice in one file prove nothing.
struct Seen {
  Time time{};
  bool to_greater = false;
  bool twice = false;
};
using Packets = std::unordered_map<std::uint64_t, Seen>;

/// The packets of a file. Routers leave the identification of IPv4 as it is, which tells resends from each other; what
/// rewrites it on the way leaves the content.
struct FilePackets {
  Packets by_content;
  Packets by_identification;  // and content
};

std::uint64_t hash_of(ByteView octets) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint8_t octet : octets) hash = (hash ^ octet) * 0x100000001b3U;
  return hash;
}

FilePackets packets_of(const std::string& file, const net::Ports& ports) {
  FilePackets packets;
  net::Dissector dissector{ports};
  Timeline timeline{{file}, [](std::string_view) {}};  // what is wrong is told when it is read for good
  const auto add = [&](std::uint64_t hash, const net::PacketInfo& info) {
    const auto add_to = [&](Packets& into, std::uint64_t key) {
      const auto [place, fresh] = into.try_emplace(key, Seen{info.time, info.destination > info.source, false});
      place->second.twice = place->second.twice || !fresh;
    };
    add_to(packets.by_content, hash);
    if (info.ip_id != 0) add_to(packets.by_identification, (hash ^ info.ip_id) * 0x9e3779b97f4a7c15U);
  };
  while (const Frame* frame = timeline.next()) {
    if (std::max(packets.by_content.size(), packets.by_identification.size()) >= most_packets) break;
    switch (dissector.dissect(*frame)) {
      case net::Dissector::Kind::udp: {
        const auto& datagram = dissector.datagram();
        if (datagram.partial || datagram.payload.size() < 8) break;  // a keepalive is like any other
        const bool marked = load_be32(datagram.payload.data()) == 0;
        add(hash_of(datagram.payload.subspan(marked ? 4 : 0)), datagram);
        break;
      }
      case net::Dissector::Kind::esp: {
        const auto& esp = dissector.esp();
        add((std::uint64_t{esp.spi} << 32U | esp.sequence) * 0x9e3779b97f4a7c15U, esp);
        break;
      }
      default:
        break;
    }
  }
  return packets;
}

struct Offset {
  Duration shift{};     ///< to be added to the other file's times
  Duration spread{};    ///< half of the packets agree to within this
  std::size_t shared = 0;
  bool both_ways = false;
};

Duration median(std::vector<Duration>& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle);
  return *middle;
}

std::optional<Offset> compare(const Packets& known, Duration known_shift, const Packets& other) {
  std::array<std::vector<Duration>, 2> differences;
  for (const auto& [hash, seen] : other) {
    const auto there = known.find(hash);
    if (there == known.end() || there->second.twice || seen.twice) continue;
    // No two clocks are further apart than that; hostile times are.
    constexpr std::int64_t most = std::int64_t{1} << 60U;  // 36 years in nanoseconds
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(there->second.time.time_since_epoch().count(), seen.time.time_since_epoch().count(), &difference)) continue;
    if (difference > most || difference < -most) continue;
    differences[there->second.to_greater ? 1 : 0].push_back(Duration{difference} + known_shift);
  }
  Offset offset;
  offset.shared = differences[0].size() + differences[1].size();
  constexpr Duration most_shift = std::chrono::hours{24 * 365 * 40};
  if (offset.shared == 0 || std::chrono::abs(known_shift) > most_shift) return std::nullopt;
  offset.both_ways = !differences[0].empty() && !differences[1].empty();
  if (offset.both_ways) {
    const Duration one = median(differences[0]);
    offset.shift = one + (median(differences[1]) - one) / 2;
  } else {
    offset.shift = median(differences[0].empty() ? differences[1] : differences[0]);
  }
  std::vector<Duration> deviations;
  for (const auto& each : differences) {
    for (const Duration difference : each) deviations.push_back(std::chrono::abs(difference - offset.shift));
  }
  offset.spread = median(deviations);
  return offset;
}

std::optional<Offset> compare(const FilePackets& known, Duration known_shift, const FilePackets& other) {
  const auto by_identification = compare(known.by_identification, known_shift, other.by_identification);
  const auto by_content = compare(known.by_content, known_shift, other.by_content);
  if (!by_identification || !by_content) return by_identification ? by_identification : by_content;
  return by_content->shared > by_identification->shared ? by_content : by_identification;
}

std::string span(Duration span) { return fmt::format("{:.6f} s", std::abs(seconds(span))); }

std::string told(const std::string& file, const std::string& other, const Offset& offset) {
  const std::string moved = offset.shift == Duration{} ? "its clock fits" : fmt::format("its clock was set {} {}", span(offset.shift), offset.shift > Duration{} ? "forward" : "back");
  const std::string packets = offset.shared == 1 ? "by 1 packet that is also" : fmt::format("by {} packets that are also", offset.shared);
  const std::string way = offset.both_ways ? "" : "; they go one way only, so the time on the way is in it";
  return fmt::format("{}: {}, {} in {} (half of them agree to {}){}", file, moved, packets, other, span(offset.spread), way);
}

}  // namespace

std::vector<Duration> clock_shifts(const std::vector<std::string>& files, const net::Ports& ports, std::vector<std::string>& remarks) {
  std::vector<FilePackets> packets;
  for (const std::string& file : files) packets.push_back(packets_of(file, ports));
  std::vector<Duration> shifts(files.size());
  std::vector<bool> set(files.size());
  if (!files.empty()) set[0] = true;
  for (;;) {
    // The file that shares most packets with one that is set comes next.
    std::optional<Offset> best;
    std::size_t file = 0;
    std::size_t with = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      for (std::size_t k = 0; k < files.size() && !set[i]; ++k) {
        if (!set[k]) continue;
        const auto offset = compare(packets[k], shifts[k], packets[i]);
        if (offset && (!best || offset->shared > best->shared)) best = offset, file = i, with = k;
      }
    }
    if (!best) break;
    set[file] = true;
    shifts[file] = best->shift;
    remarks.push_back(told(files[file], files[with], *best));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!set[i]) remarks.push_back(files[i] + ": shares no packet with the others; its clock is taken as it is");
  }
  return shifts;
}

}  // namespace ike::app
