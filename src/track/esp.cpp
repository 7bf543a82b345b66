// ESP: flows by addresses and SPI, and stretches by direction.
#include <algorithm>
#include <numeric>

#include "tracker_impl.hpp"

namespace ike::track {

// ESP comes in floods, each packet of another flow: what costs is waiting for memory. So a few packets are
// collected, and the records of all of them are under way while the first ones are counted.
void Tracker::Impl::esp(const net::PacketInfo& packet, std::uint32_t spi, bool in_udp) {
  ++counts.esp;
  auto& held = waiting_esp[waiting_esp_count++];
  held.packet = packet;
  held.pair = pair_key(packet.source.address, packet.destination.address);
  held.from_b = packet.source.address > packet.destination.address;
  held.hash = mix(held.pair, std::uint64_t{spi} << 2U | (in_udp ? 2U : 0U) | (held.from_b ? 1U : 0U));
  held.spi = spi;
  held.in_udp = in_udp;
  flow_index.prefetch(held.hash);
  if (waiting_esp_count == waiting_esp.size()) settle_esp();
}

void Tracker::Impl::settle_esp() {
  const auto all = std::span{waiting_esp}.first(waiting_esp_count);
  waiting_esp_count = 0;
  for (auto& held : all) {
    held.flow = flow_index.guess(held.hash);
    if (held.flow != none) prefetch_line(&flows[held.flow]);
  }
  for (const auto& held : all) {
    if (held.flow != none) prefetch_line(&esp_pairs[flows[held.flow].esp_pair]);
  }
  for (const auto& held : all) {
    const auto& packet = held.packet;
    auto index = flow_index.find(held.hash, [&](std::uint32_t i) {
      const auto& flow = flows[i];
      return flow.spi == held.spi && flow.in_udp == held.in_udp && flow.from_b == held.from_b && esp_pairs[flow.esp_pair].key == held.pair;
    });
    if (index == none) {
      if (flows.used() >= limits.esp_flows) {
        ++counts.esp_flows_left_out;
        continue;
      }
      index = flows.allocate();
      auto& flow = flows[index];
      flow.esp_pair = esp_pair(held.pair);
      flow.from_b = held.from_b;
      flow.spi = held.spi;
      flow.in_udp = held.in_udp;
      flow.file = packet.file;
      flow.first_packet = packet.packet;
      flow.first = nanoseconds(packet.time);
      flow_index.insert(held.hash, index);
    }
    auto& flow = flows[index];
    ++flow.packets;
    flow.last = nanoseconds(packet.time);
    flow.last_packet = packet.packet;
    auto& run = esp_pairs[flow.esp_pair];
    if (run.packets == 0 || run.from_b != flow.from_b) {
      run.from_b = flow.from_b;
      run.packets = 0;
      run.file = packet.file;
      run.first_packet = packet.packet;
      run.first = flow.last;
    }
    ++run.packets;
    run.last_packet = packet.packet;
    run.last = flow.last;
  }
}

std::uint32_t Tracker::Impl::esp_pair(std::uint64_t key) {
  if (const auto found = find_esp_pair(key); found != none) return found;
  const auto fresh = esp_pairs.allocate();
  esp_pairs[fresh].key = key;
  esp_pair_index.insert(static_cast<std::uint32_t>(key >> 32U), fresh);
  return fresh;
}

std::uint32_t Tracker::Impl::find_esp_pair(std::uint64_t key) const {
  return esp_pair_index.find(static_cast<std::uint32_t>(key >> 32U), [&](std::uint32_t i) { return esp_pairs[i].key == key; });
}

void Tracker::Impl::add_esp(Tunnel& tunnel, const PairRecord& pair) const {
  const auto index = find_esp_pair(pair_key(pair.a, pair.b));
  if (index == none) return;
  for (const auto each : flows_of(index)) {
    const auto& flow = flows[each];
    tunnel.esp.push_back({flow.from_b ? pair.b : pair.a, flow.from_b ? pair.a : pair.b, flow.spi, flow.in_udp, flow.packets, flow.first_packet, flow.last_packet, flow.file, to_time(flow.first), to_time(flow.last)});
  }
  const auto& run = esp_pairs[index];
  tunnel.esp_run = EspRun{run.from_b ? pair.b : pair.a, run.packets, run.first_packet, run.last_packet, run.file, to_time(run.first), to_time(run.last)};
}

std::span<const std::uint32_t> Tracker::Impl::flows_of(std::uint32_t esp_pair) const {
  const auto pair_of = [&](std::uint32_t i) { return flows[i].esp_pair; };
  if (flow_order.size() != flows.used()) {
    flow_order.resize(flows.used());
    std::iota(flow_order.begin(), flow_order.end(), 0U);
    std::ranges::stable_sort(flow_order, {}, pair_of);
  }
  const auto first = std::ranges::lower_bound(flow_order, esp_pair, {}, pair_of);  // clang 14 cannot compile equal_range
  return {first, std::ranges::upper_bound(first, flow_order.end(), esp_pair, {}, pair_of)};
}

}  // namespace ike::track
