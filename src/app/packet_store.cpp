#include "packet_store.hpp"

#include <algorithm>

namespace ike::app {

void PacketStore::add(const Frame& frame, const net::Address& a, const net::Address& b, bool answered) {
  Ring& ring = answered ? answered_ : unanswered_;
  ring.packets.push_back({frame, {frame.octets.begin(), frame.octets.end()}, std::min(a, b), std::max(a, b)});
  ring.octets += size(ring.packets.back());
  const std::size_t room = answered ? max_octets_ / 4 * 3 : max_octets_ / 4;
  while (ring.octets > room) {
    ring.octets -= size(ring.packets.front());
    ring.packets.pop_front();
  }
}

void PacketStore::take(const net::Address& a, const net::Address& b, const std::function<void(const Frame&)>& use) {
  std::vector<One> taken;
  for (Ring* const ring : {&answered_, &unanswered_}) {
    const auto ours = [&](const One& one) { return one.low == std::min(a, b) && one.high == std::max(a, b); };
    for (One& one : ring->packets) {
      if (!ours(one)) continue;
      ring->octets -= size(one);
      taken.push_back(std::move(one));
      one.low.family = 0xff;  // nobody's
      one.octets = {};
    }
    std::erase_if(ring->packets, [](const One& one) { return one.low.family == 0xff; });
  }
  std::ranges::stable_sort(taken, {}, [](const One& one) { return one.frame.time; });
  for (One& one : taken) {
    one.frame.octets = one.octets;
    use(one.frame);
  }
}

}  // namespace ike::app
