#include "ike/net/ip_fragments.hpp"

#include <algorithm>
#include <cstring>

namespace ike::net {
namespace {

/// Whether `since` is more than the timeout before `now`; hostile times must not overflow.
bool timed_out(Time since, Time now) {
  if (now <= since) return false;
  const auto span = static_cast<std::uint64_t>(now.time_since_epoch().count()) -
                    static_cast<std::uint64_t>(since.time_since_epoch().count());
  return span > static_cast<std::uint64_t>(fragment_timeout.count());
}

}  // namespace

std::size_t Reassembler::Hash::operator()(const Key& key) const noexcept {
  std::array<std::uint64_t, 5> words{};
  std::memcpy(words.data(), key.source.octets.data(), 16);
  std::memcpy(words.data() + 2, key.destination.octets.data(), 16);
  words[4] = std::uint64_t{key.id} << 8U | key.protocol;
  std::uint64_t hash = 0;
  for (const auto word : words) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29U;
  }
  return hash;
}

Reassembler::Key Reassembler::key_of(const IpPacket& fragment) noexcept {
  return {fragment.source(), fragment.destination(), fragment.id,
          fragment.version == 4 ? fragment.protocol : std::uint8_t{0}};
}

bool Reassembler::Pending::contradicts(std::uint32_t end, bool more) const noexcept {
  if (more) return length != 0 && end >= length;
  if (length != 0) return end != length;
  return !ranges.empty() && ranges.back().end > end;
}

/// Copies what is not held yet; whether there was any.
bool Reassembler::Pending::fill(std::uint32_t begin, ByteView from) {
  const auto end = begin + static_cast<std::uint32_t>(from.size());
  if (octets.size() < end) octets.resize(end);
  bool fresh = false;
  const auto copy = [&](std::uint32_t first, std::uint32_t last) {
    if (first >= last) return;
    std::copy(from.begin() + (first - begin), from.begin() + (last - begin), octets.begin() + first);
    fresh = true;
  };
  const auto low = std::ranges::find_if(ranges, [&](const Range& held) { return held.end >= begin; });
  auto high = low;
  Range merged{begin, end};
  std::uint32_t at = begin;
  for (; high != ranges.end() && high->begin <= end; ++high) {
    copy(at, high->begin);
    at = std::max(at, high->end);
    merged = {std::min(merged.begin, high->begin), std::max(merged.end, high->end)};
  }
  copy(at, end);
  ranges.insert(ranges.erase(low, high), merged);
  return fresh;
}

Reassembler::Queue::iterator Reassembler::open(const Key& key, Time now) {
  const auto pending = queue_.emplace(queue_.end());
  pending->key = key;
  pending->begun = now;
  index_.emplace(key, pending);
  ++counts_.unfinished;
  return pending;
}

void Reassembler::close(Queue::iterator pending) {
  held_ -= pending->octets.capacity();
  index_.erase(pending->key);
  queue_.erase(pending);
}

void Reassembler::expire(Time now) {
  while (!queue_.empty() && timed_out(queue_.front().begun, now)) close(queue_.begin());
}

void Reassembler::make_room(Queue::iterator keep) {
  while ((queue_.size() > max_open_datagrams || held_ > max_held_octets) && queue_.begin() != keep) {
    --counts_.unfinished;
    ++counts_.evicted;
    close(queue_.begin());
  }
}

void Reassembler::finish(Queue::iterator pending) {
  whole_ = {pending->key.source, pending->key.destination, {},           pending->first_packet,
            pending->key.id,     pending->protocol,        pending->ttl, pending->fragments};
  held_ -= pending->octets.capacity();
  finished_ = std::move(pending->octets);
  pending->octets = {};
  finished_.resize(pending->length);
  whole_.octets = finished_;
  mark_of(pending->key) = {pending->key, pending->begun};
  --counts_.unfinished;
  close(pending);
}

Reassembler::Fate Reassembler::add(const IpPacket& fragment, std::uint64_t packet, Time now) {
  expire(now);
  const ByteView octets = fragment.payload.octets;
  const auto end = static_cast<std::uint32_t>(fragment.fragment_offset + octets.size());
  if (octets.empty() || end > max_ip_payload || (fragment.more_fragments && octets.size() % 8 != 0))
    return Fate::refused;

  const Key key = key_of(fragment);
  const auto found = index_.find(key);
  Mark& mark = mark_of(key);
  if (found == index_.end() && mark.key == key) {
    // its first fragment once more: the identification is in use again
    if (fragment.fragment_offset != 0 && !timed_out(mark.since, now)) return Fate::ignored;
    mark = {};
  }
  const auto pending = found != index_.end() ? found->second : open(key, now);
  if (pending->contradicts(end, fragment.more_fragments)) return Fate::refused;

  const bool starts = fragment.fragment_offset == 0 && (pending->ranges.empty() || pending->ranges.front().begin != 0);
  const auto before = pending->octets.capacity();
  const bool fresh = pending->fill(fragment.fragment_offset, octets);
  held_ += pending->octets.capacity() - before;
  if (!fragment.more_fragments) pending->length = end;
  if (fresh && pending->fragments != 255) ++pending->fragments;
  if (starts) {
    pending->protocol = fragment.protocol;
    pending->ttl = fragment.ttl;
  }
  if (pending->complete()) return finish(pending), Fate::whole;
  if (pending->ranges.size() > max_gaps) {
    --counts_.unfinished;
    ++counts_.evicted;
    mark = {key, now};
    return close(pending), Fate::refused;
  }
  make_room(pending);
  if (starts) pending->first_packet = packet;
  return fresh && (starts || fragment.fragment_offset != 0) ? Fate::held : Fate::duplicate;
}

void Reassembler::dismiss(const IpPacket& fragment, Time now) {
  const Key key = key_of(fragment);
  mark_of(key) = {key, now};
  if (const auto found = index_.find(key); found != index_.end()) {
    --counts_.unfinished;
    close(found->second);
  }
}

void Reassembler::give_up(const IpPacket& fragment, Time now) {
  const Key key = key_of(fragment);
  const auto found = index_.find(key);
  if (found == index_.end() && fragment.fragment_offset != 0) return;
  mark_of(key) = {key, now};
  if (found != index_.end()) {
    close(found->second);
  } else {
    ++counts_.unfinished;
  }
}

}  // namespace ike::net
