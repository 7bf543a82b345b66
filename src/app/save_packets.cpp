#include "save_packets.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "ike/isakmp/message.hpp"
#include "ike/net/ip.hpp"
#include "ike/net/link.hpp"

namespace ike::app {
namespace {

std::pair<net::Address, net::Address> in_order(const net::Address& a, const net::Address& b) { return b < a ? std::pair{b, a} : std::pair{a, b}; }

/// "192.0.2.1-198.51.100.2.pcapng"; colons, which some archives refuse, as dots.
std::string file_name(const report::TunnelRow& row) {
  std::string name = net::to_string(row.initiator) + "-" + net::to_string(row.responder) + ".pcapng";
  std::ranges::replace(name, ':', '.');
  return name;
}

}  // namespace

bool udp_fragment(const Frame& frame, net::Address& source, net::Address& destination) {
  const auto missing = frame.wire_length > frame.octets.size() ? frame.wire_length - static_cast<std::uint32_t>(frame.octets.size()) : 0;
  const net::Opened opened = net::open_link(frame.link, {frame.octets, missing});
  if (opened.packet.octets.empty()) return false;
  net::IpPacket packet;
  const bool v4 = opened.inside == net::Inside::ipv4 || (opened.inside == net::Inside::ip && opened.packet.octets[0] >> 4U == 4);
  const bool v6 = opened.inside == net::Inside::ipv6 || (opened.inside == net::Inside::ip && opened.packet.octets[0] >> 4U == 6);
  if (v4 ? net::decode_ipv4(opened.packet, packet) != net::IpFault::none : !v6 || net::decode_ipv6(opened.packet, packet) != net::IpFault::none) return false;
  if (v6 && net::pass_extensions(packet) != net::IpFault::none) return false;
  if (!packet.fragmented() || (packet.protocol != net::protocol::udp && v4)) return false;
  source = packet.source();
  destination = packet.destination();
  return true;
}

void NewestFrames::add(const Frame& frame) {
  frames_.push_back({frame, {frame.octets.begin(), frame.octets.end()}});
  octets_ += size(frames_.back());
  while (octets_ > max_octets) {
    octets_ -= size(frames_.front());
    frames_.pop_front();
    ++dropped_;
  }
}

PacketKeeper::PacketKeeper(const std::string& directory, const expect::Verdict& verdict, const report::Report& report, net::Ports ports)
    : dissector_{std::move(ports)}, first_time_{report.capture.first_time}, last_time_{report.capture.last_time} {
  for (const expect::Judgement& one : verdict.judgements) {
    if (one.standing != expect::Standing::failed) continue;
    for (const expect::Reason& reason : one.reasons) {
      if (!reason.tunnel || kept_.size() == max_files) continue;
      const report::TunnelRow& row = report.tunnels[*reason.tunnel];
      const auto [place, added] = kept_.try_emplace(in_order(row.initiator, row.responder));
      if (!added) continue;
      place->second.path = (std::filesystem::path{directory} / file_name(row)).string();
      for (const diagnose::Finding& finding : report.open(row).diagnosis.findings) {
        for (const diagnose::Proof& proof : finding.evidence) {
          std::string& comment = place->second.comments[{proof.file, proof.packet}];
          comment += (comment.empty() ? "" : "; ") + std::string{name(finding.id)} + ": " + proof.what;
        }
      }
    }
  }
  if (kept_.empty()) return;
  std::error_code fault;
  std::filesystem::create_directories(directory, fault);
  if (fault) throw std::runtime_error{"--save-pcap: " + directory + ": " + fault.message()};
  for (auto& [pair, kept] : kept_) kept.writer = std::make_unique<capture::PcapngWriter>(kept.path);
}

PacketKeeper::Kept* PacketKeeper::find(const net::Address& a, const net::Address& b) {
  const auto found = kept_.find(in_order(a, b));
  return found == kept_.end() ? nullptr : &found->second;
}

PacketKeeper::Kept* PacketKeeper::within_limit(Kept* kept) { return kept != nullptr && ++kept->esp <= max_esp ? kept : nullptr; }

PacketKeeper::Kept* PacketKeeper::owner_of(const Frame& frame) {
  // Fragments first: one that completes a datagram is a fragment all the same.
  net::Address source;
  net::Address destination;
  const bool fragment = udp_fragment(frame, source, destination);
  switch (dissector_.dissect(frame)) {
    case net::Dissector::Kind::udp: {
      const net::Datagram& datagram = dissector_.datagram();
      Kept* const kept = find(datagram.source.address, datagram.destination.address);
      const bool is_esp = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port).content == isakmp::Content::esp;
      return is_esp ? within_limit(kept) : kept;
    }
    case net::Dissector::Kind::esp: return within_limit(find(dissector_.esp().source.address, dissector_.esp().destination.address));
    case net::Dissector::Kind::icmp_error: return find(dissector_.icmp_error().quoted_source.address, dissector_.icmp_error().quoted_destination.address);
    case net::Dissector::Kind::other: break;
  }
  return fragment ? find(source, destination) : nullptr;
}

void PacketKeeper::offer(const Frame& frame, const std::string& interface) {
  Kept* const owner = owner_of(frame);
  if (!begun_) {
    begun_ = true;
    for (auto& [pair, kept] : kept_) {
      if (&kept != owner || first_time_ < frame.time) write_time(kept, frame, first_time_, interface);
    }
  }
  last_frame_ = frame;
  last_frame_.wire_length = std::max(frame.wire_length, static_cast<std::uint32_t>(frame.octets.size()));
  last_frame_.octets = {};
  last_interface_ = interface;
  if (owner == nullptr) return;
  const auto comment = owner->comments.find({frame.file, frame.number});
  write(*owner, frame, interface, comment == owner->comments.end() ? std::string_view{} : comment->second);
}

void PacketKeeper::write(Kept& kept, const Frame& frame, const std::string& interface, std::string_view comment) {
  kept.writer->write(frame, interface, comment);
  kept.last = std::max(kept.last, frame.time);
}

void PacketKeeper::write_time(Kept& kept, Frame frame, Time time, const std::string& interface) {
  frame.wire_length = std::max(frame.wire_length, static_cast<std::uint32_t>(frame.octets.size()));  // cut off, not empty
  frame.octets = {};
  frame.time = time;
  write(kept, frame, interface, "Only the time is kept: here the capture begins or ends.");
}

std::vector<std::string> PacketKeeper::close() {
  std::vector<std::string> paths;
  for (auto& [pair, kept] : kept_) {
    if (begun_ && kept.last < last_time_) write_time(kept, last_frame_, last_time_, last_interface_);
    kept.writer->close();
    paths.push_back(kept.path);
  }
  return paths;
}

}  // namespace ike::app
