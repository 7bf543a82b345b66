#include "selection.hpp"

#include <algorithm>

#include "ike/isakmp/header.hpp"
#include "ike/net/ip_fragments.hpp"

namespace ike::app {
namespace {

// As many ESP packets in a row as the rule about one-way ESP asks for, and then some.
constexpr std::size_t esp_at_an_end = 12;
constexpr std::size_t most_groups = 4096;
constexpr std::size_t most_esp = 65536;

}  // namespace

void Selection::take(const Frame& frame) {
  const Place place{frame.file, frame.number};
  const auto kind = dissector_.dissect(frame);
  if (!any_) marks_.insert(place);
  any_ = true;
  last_ = place;
  switch (kind) {
    case net::Dissector::Kind::other:
      break;
    case net::Dissector::Kind::icmp_error:
      kept_.insert(place);
      break;
    case net::Dissector::Kind::esp:
      esp(place, dissector_.esp(), dissector_.esp().spi);
      break;
    case net::Dissector::Kind::udp: {
      const auto& datagram = dissector_.datagram();
      const auto found = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
      const auto what = found.content;
      if (what == isakmp::Content::isakmp && !datagram.partial) piece(datagram, found.offset);
      if (what == isakmp::Content::esp) esp(place, datagram, load_be32(datagram.payload.data()));
      else if (what != isakmp::Content::nat_keepalive && what != isakmp::Content::empty) kept_.insert(place);
      break;
    }
  }
  if (dissector_.counts().fragments == fragments_) return;
  fragments_ = dissector_.counts().fragments;
  fragment(frame, place, kind);
}

/// Of IKE fragmentation: puts messages together.
void Selection::piece(const net::Datagram& datagram, std::size_t offset) {
  if (!isakmp::decode_message(datagram.payload.subspan(offset), datagram.sent_length - static_cast<std::uint32_t>(offset), message_) || message_.payloads.empty()) return;
  const auto* const piece = std::get_if<isakmp::IkeFragment>(&message_.payloads.front().content);
  if (piece == nullptr) return;
  const auto& header = message_.header;
  if (piece_sizes_.size() >= most_groups) piece_sizes_.clear();
  auto& sizes = piece_sizes_[{header.initiator_cookie, datagram.source.address, header.message_id, piece->id}];
  sizes[piece->number] = piece->data.size();
  const auto whole = assembler_.add(message_, *piece, datagram.source, datagram.destination, datagram.time, datagram.packet);
  if (!whole || whole->fragments > sizes.size() || octets_in_pieces_ + whole->octets.size() > max_in_pieces) return;
  InPieces made{datagram.source, datagram.destination, {whole->octets.begin(), whole->octets.end()}, {}};
  std::size_t sum = 0;
  for (auto size = sizes.begin(); made.sizes.size() < whole->fragments; ++size) sum += size->second, made.sizes.push_back(size->second);
  if (sum > made.message.size() || !messages_in_pieces_.insert(made.message).second) return;
  octets_in_pieces_ += made.message.size();
  in_pieces_.push_back(std::move(made));
}

void Selection::fragment(const Frame& frame, const Place& place, net::Dissector::Kind kind) {
  if (groups_.size() >= most_groups) close_old(frame.time);
  Group& group = groups_[dissector_.fragment_group()];
  if (!group.fragments.empty() && frame.time - group.begun > net::fragment_timeout) {  // the identification is in use again
    close(group);
    group = {};
  }
  if (group.fragments.empty()) group.begun = frame.time;
  group.fragments.push_back(place);
  if (kind != net::Dissector::Kind::udp) return;
  const auto& datagram = dissector_.datagram();
  const auto what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
  if (what.content == isakmp::Content::esp) return;
  group.ours = true;
  constexpr std::size_t flags_at = 19;
  group.clear = datagram.payload.size() <= what.offset + flags_at || (datagram.payload[what.offset + flags_at] & 1U) == 0;
  if (datagram.partial || !group.clear) return;
  group.whole = std::make_shared<Whole>();
  group.whole->datagram = datagram;
  group.whole->datagram.payload = {};
  group.whole->payload.assign(datagram.payload.begin(), datagram.payload.end());
}

void Selection::close(Group& group) {
  if (!group.ours) return;
  for (const Place& place : group.fragments) {
    kept_.insert(place);
    if (group.whole) wholes_.emplace(place, group.whole);
    else if (group.clear) unreadable_.insert(place);
  }
}

void Selection::close_old(Time now) {
  for (auto group = groups_.begin(); group != groups_.end();) {
    const bool old = now - group->second.begun > net::fragment_timeout;
    if (old || groups_.size() >= 2 * most_groups) {
      close(group->second);
      group = groups_.erase(group);
    } else {
      ++group;
    }
  }
}

void Selection::esp(const Place& place, const net::PacketInfo& packet, std::uint32_t spi) {
  const std::pair key{std::pair{packet.source.address, packet.destination.address}, spi};
  if (esp_.size() >= most_esp && !esp_.contains(key)) return;
  Esp& seen = esp_[key];
  if (seen.seen++ < esp_at_an_end) {
    kept_.insert(place);
    return;
  }
  if (seen.last.size() < esp_at_an_end) seen.last.push_back(place);
  else seen.last[(seen.seen - 1) % esp_at_an_end] = place;
}

void Selection::finish() {
  for (auto& [key, group] : groups_) close(group);
  groups_.clear();
  for (const auto& [key, seen] : esp_) kept_.insert(seen.last.begin(), seen.last.end());
  if (any_) marks_.insert(last_);
  std::erase_if(marks_, [this](const Place& place) { return kept_.contains(place); });
  kept_.insert(marks_.begin(), marks_.end());
}

const Selection::Whole* Selection::whole(const Place& place) const {
  const auto found = wholes_.find(place);
  return found == wholes_.end() ? nullptr : found->second.get();
}

}  // namespace ike::app
