#include "ike/analyzer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "ike/crypto/nat_discovery.hpp"
#include "ike/crypto/public_value_watch.hpp"
#include "ike/net/link.hpp"

namespace ike {

namespace {
constexpr std::string_view version = "0.1.0";

/// "12 packets inside 802.1Q, ERSPAN II, between 10.0.0.1 and 10.0.0.2": the outer pair is a switch or a tunnel.
std::string wrapped(const net::Wrapping& wrapping) {
  std::string text = std::to_string(wrapping.packets) + (wrapping.packets == 1 ? " packet inside " : " packets inside ");
  net::Wrap before{};
  for (unsigned shift = 64; shift > 0;) {
    shift -= 8;
    const auto wrap = static_cast<net::Wrap>(wrapping.trail >> shift & 0xffU);
    if (wrap == net::Wrap::none) continue;
    if (before != net::Wrap::none) text += ", ";
    text += name(wrap);
    before = wrap;
  }
  if (wrapping.outer[0].family == 0) return text;
  return text + ", between " + to_string(wrapping.outer[0]) + " and " + to_string(wrapping.outer[1]) + " (a mirror or a tunnel; the peers are those inside)";
}

/// Holds the NAT-D hashes of both sides against the addresses seen here (RFC 3947 3.2): each side hashes first the
/// other's address as it knows it, then its own. Ports float to 4500 in the middle, so the usual ones fit too.
void locate_nat(const track::Tracker& tracker, track::Attempt& attempt) {
  const auto* chosen = attempt.chosen();
  if (chosen == nullptr || attempt.responder_cookies.empty() || attempt.initiator_assumed) return;
  const std::array said{tracker.nat_discoveries(attempt, track::Side::initiator), tracker.nat_discoveries(attempt, track::Side::responder)};
  if (said[0].size() < 2 || said[1].size() < 2) return;
  for (const std::size_t side : {0U, 1U}) {
    const auto& seen = side == 0 ? attempt.initiator : attempt.responder;
    const auto fits = [&](std::uint32_t octets) {
      return std::ranges::any_of(std::array<std::uint16_t, 3>{seen.port, 500, 4500}, [&](std::uint16_t port) {
        const auto hash = crypto::nat_discovery_hash(chosen->hash, attempt.initiator_cookie, attempt.responder_cookies.front(), seen.address, port);
        return hash.length >= 4 && load_be32(hash.storage.data()) == octets;
      });
    };
    attempt.nat_path[side].to_observer = std::none_of(said[side].begin() + 1, said[side].end(), fits);
    attempt.nat_path[side].beyond = !fits(said[1 - side].front());
  }
}

/// "packet 7 is malformed: truncated at offset 56: Payload Length".
std::string where_malformed(const track::MalformedMessage& bad, const std::vector<report::CaptureInfo::File>& files) {
  std::string text = "packet " + std::to_string(bad.packet);
  if (files.size() > 1 && bad.file < files.size()) text += " of " + files[bad.file].name;
  text += " is malformed: ";
  if (!bad.why) return text + "an exchange type without a name";
  return text + std::string{name(bad.why->fault)} + " at offset " + std::to_string(bad.why->offset) + ": " + std::string{bad.why->field};
}

/// IKEv2 alone.
bool says_nothing(const track::Tunnel& tunnel, const diagnose::Diagnosis& judged) { return tunnel.attempts.empty() && judged.findings.empty(); }

report::TunnelRow row_of(const track::Tunnel& tunnel, const diagnose::Diagnosis& judged, std::uint32_t index) {
  report::TunnelRow row;
  row.index = index;
  row.verdict = judged.verdict;
  row.refused = judged.refused;
  row.warning = std::ranges::any_of(judged.findings, [](const auto& finding) { return finding.severity == diagnose::Severity::warning; });
  row.one_sided = std::ranges::any_of(judged.findings, [](const auto& finding) { return finding.id == diagnose::FindingId::one_sided; });
  row.initiator = tunnel.peers[0];
  row.responder = tunnel.peers[1];
  row.positions = judged.positions;
  row.attempts = static_cast<std::uint32_t>(tunnel.attempts.size()) + tunnel.attempts_left_out;
  for (const auto& attempt : tunnel.attempts) {
    row.resends += attempt.resends;
    row.aggressive = attempt.aggressive();
    row.phase1_seen = row.phase1_seen || attempt.aggressive() || attempt.mode == isakmp::ExchangeType::identity_protection;
  }
  return row;
}

report::TunnelRow row_of(const track::Routine& routine, std::uint32_t index) {
  report::TunnelRow row;
  row.index = index;
  row.verdict = diagnose::Verdict::up;
  row.initiator = routine.initiator;
  row.responder = routine.responder;
  row.aggressive = routine.mode == isakmp::ExchangeType::aggressive;
  row.phase1_seen = true;
  row.positions = row.aggressive ? track::Positions{track::Position::am_active, track::Position::am_active, 3} : track::Positions{track::Position::mm_active, track::Position::mm_active, 6};
  row.attempts = routine.attempts;
  row.resends = routine.resends;
  return row;
}

}  // namespace

struct Analyzer::Impl {
  explicit Impl(Options given) : options{std::move(given)}, keys_given{options.keys.keys.size()}, psks_given{options.keys.psks.size()}, dissector{options.ports}, tracker{options.limits}, opener{std::move(options.keys)} {
    tracker.set_opener([this](const isakmp::Message& message, const net::PacketInfo& packet) {
      public_values.see(message, packet);
      return opener.wants(message) ? opener.take(message, packet).message : nullptr;
    }, keys_given + psks_given > 0);
  }

  // What was opened under the newest responder cookie that shows anything.
  void add_opened(track::Tunnel& tunnel) const {
    for (auto& attempt : tunnel.attempts) {
      for (const auto cookie : attempt.responder_cookies) {
        if (const auto* facts = opener.facts(attempt.initiator_cookie, cookie)) attempt.opened = facts;
      }
    }
  }

  [[nodiscard]] track::CaptureFacts facts(std::uint64_t drops) const { return {first, last, drops, false}; }

  /// Files of different days given together: no exchange is known to have waited over the time between them.
  void next_file(const Frame& frame) {
    std::int64_t span = 0;  // hostile times may lie further apart than that holds
    if (!__builtin_sub_overflow(frame.time.time_since_epoch().count(), last.time_since_epoch().count(), &span) && Duration{span} > gap) {
      gap = Duration{span};
      gap_after = last_file;
      gap_before = frame.file;
    }
    last_file = frame.file;
  }

  /// Keys that fit nothing: otherwise the report would look as if none had been given.
  void say_unused_keys(std::vector<std::string>& remarks) const {
    const auto& totals = opener.totals();
    if (totals.phase1s + totals.hashes_right + totals.hashes_wrong > 0) return;
    if (keys_given > 0) remarks.push_back("keys of " + std::to_string(keys_given) + (keys_given == 1 ? " phase 1 given: it is not in this capture" : " phase 1s given: none of them is in this capture"));
    else if (psks_given > 0) remarks.emplace_back("pre-shared keys alone verify Aggressive Mode, of which nothing is here; for Main Mode give g^xy or charon's log too");
  }

  void say_bad_public_values(report::CaptureInfo& capture) const {
    constexpr std::size_t told = 5;
    const auto& bad = public_values.bad();
    for (std::size_t i = 0; i < std::min(told, bad.size()); ++i) {
      const auto& packet = bad[i].packet;
      const auto file = capture.files.size() > 1 && packet.file < capture.files.size() ? capture.files[packet.file].name + ' ' : std::string{};
      capture.remarks.push_back(file + "packet " + std::to_string(packet.packet) + ": the public value of " + to_string(packet.source.address) + " is none of " + label(bad[i].group) + ": " + std::string{name(bad[i].fault)});
    }
    const auto more = bad.size() - std::min(told, bad.size()) + public_values.left_out();
    if (more > 0) capture.remarks.push_back(std::to_string(more) + (more == 1 ? " more public value that is" : " more public values that are") + " none of the group chosen");
  }

  Options options;
  std::size_t keys_given, psks_given;
  net::Dissector dissector;
  track::Tracker tracker;
  crypto::Opener opener;
  crypto::PublicValueWatch public_values;
  Time first{};
  Time last{};
  bool any = false;
  std::uint16_t last_file = 0;
  Duration gap = std::chrono::hours{1};  // the longest between two files, from this on worth a word
  std::uint16_t gap_after = 0;
  std::uint16_t gap_before = 0;
};

Analyzer::Analyzer() : Analyzer{Options{}} {}
Analyzer::Analyzer(Options options) : impl_{std::make_unique<Impl>(std::move(options))} {}
Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&&) noexcept = default;

net::Dissector::Kind Analyzer::feed(const Frame& frame) {
  auto& self = *impl_;
  if (!self.any) self.first = self.last = frame.time;
  self.any = true;
  if (frame.file != self.last_file) self.next_file(frame);
  if (frame.time > self.last) self.last = frame.time;
  if (frame.time < self.first) self.first = frame.time;
  const auto kind = self.dissector.dissect(frame);
  switch (kind) {
    case net::Dissector::Kind::other: break;
    case net::Dissector::Kind::udp: self.tracker.datagram(self.dissector.datagram()); break;
    case net::Dissector::Kind::esp: self.tracker.esp(self.dissector.esp()); break;
    case net::Dissector::Kind::icmp_error: self.tracker.icmp_error(self.dissector.icmp_error()); break;
  }
  return kind;
}

void Analyzer::pass_time(Time now) {
  auto& self = *impl_;
  if (!self.any) self.first = self.last = now;
  self.any = true;
  if (now > self.last) self.last = now;
}

const net::Dissector& Analyzer::dissector() const noexcept { return impl_->dissector; }

const track::TrackCounts& Analyzer::counts() const noexcept { return impl_->tracker.counts(); }

std::uint32_t Analyzer::pairs() const noexcept { return impl_->tracker.pairs(); }

void Analyzer::judge(std::uint32_t pair, const Loss& loss, std::vector<Judged>& out) const {
  const auto& self = *impl_;
  out.clear();
  std::vector<track::Tunnel> tunnels;
  self.tracker.tunnels(pair, tunnels);
  for (auto& tunnel : tunnels) {
    self.add_opened(tunnel);
    for (auto& attempt : tunnel.attempts) locate_nat(self.tracker, attempt);
    const bool touched = !tunnel.attempts.empty() && tunnel.attempts.back().first <= loss.last;
    auto judged = diagnose::diagnose(tunnel, self.facts(touched ? loss.frames : 0), self.options.judgement);
    if (says_nothing(tunnel, judged)) continue;
    Judged one;
    one.row = row_of(tunnel, judged, pair);
    one.tunnel.tunnel = std::move(tunnel);
    one.tunnel.diagnosis = std::move(judged);
    out.push_back(std::move(one));
  }
}

report::Report Analyzer::report(report::CaptureInfo capture) const {
  const auto& self = *impl_;
  const auto& counts = self.tracker.counts();
  const auto& net = self.dissector.counts();
  capture.packets = net.frames;
  capture.ike_packets = counts.messages;
  capture.ikev2_packets = counts.ikev2;
  capture.esp_packets = counts.esp;
  capture.icmp_errors = counts.icmp_errors;
  capture.malformed = counts.malformed;  // messages; what is none has a remark of its own below
  capture.snaplen_cut = net.cut;
  capture.first_time = self.first;
  capture.last_time = self.last;
  const auto remark = [&](std::uint64_t count, std::string_view one, std::string_view many) {
    if (count > 0) capture.remarks.push_back(std::to_string(count) + " " + std::string{count == 1 ? one : many});
  };
  for (const auto& bad : self.tracker.malformed()) capture.remarks.push_back(where_malformed(bad, capture.files));
  remark(counts.ikev2, "IKEv2 packet: recognised, not analysed", "IKEv2 packets: recognised, not analysed");
  remark(counts.other_version, "packet of an unknown IKE version", "packets of an unknown IKE version");
  remark(counts.unknown, "packet on an IKE port that is neither IKE nor ESP", "packets on an IKE port that are neither IKE nor ESP");
  remark(net.malformed, "packet whose link, IP or UDP header contradicts itself", "packets whose link, IP or UDP header contradicts itself");
  remark(net.bad_checksums, "IKE packet has a wrong checksum: usual at its sender, whose network card fills it in; elsewhere its receiver drops it",
         "IKE packets have a wrong checksum: usual at their sender, whose network card fills it in; elsewhere their receiver drops them");
  remark(net.unknown_link, "frame of a link type that cannot be read", "frames of a link type that cannot be read");
  remark(net.fragments_unfinished + net.fragments_evicted, "datagram whose IP fragments did not all come", "datagrams whose IP fragments did not all come");
  remark(net.by_content, "IKE packet between other ports, known by its content", "IKE packets between other ports, known by their content");
  remark(net.cisco_udp, "packet on UDP 10000, where Cisco has IPsec over UDP: its ESP is not counted", "packets on UDP 10000, where Cisco has IPsec over UDP: their ESP is not counted");
  remark(net.gdoi, "packet on UDP 848 (GDOI): not analysed; --port 848 takes it for IKE", "packets on UDP 848 (GDOI): not analysed; --port 848 takes them for IKE");
  if (self.gap_after != self.gap_before && self.gap_before < capture.files.size() && self.gap_after < capture.files.size()) {
    capture.remarks.push_back("nothing was captured for " + std::to_string(std::chrono::duration_cast<std::chrono::hours>(self.gap).count()) + " h between " + capture.files[self.gap_after].name +
                              " and " + capture.files[self.gap_before].name + ": what seems to wait over that time need not have waited");
  }
  self.say_unused_keys(capture.remarks);
  self.say_bad_public_values(capture);
  for (const auto& wrapping : self.dissector.wrappings()) capture.remarks.push_back(wrapped(wrapping));
  remark(counts.attempts_evicted, "attempt forgotten: more than --max-exchanges at once", "attempts forgotten: more than --max-exchanges at once");
  remark(counts.esp_flows_left_out, "ESP packet of a flow beyond the limit", "ESP packets of flows beyond the limit");

  report::Report report;
  report.version = version;
  const auto facts = self.facts(capture.kernel_drops);
  auto brief = self.options.judgement;
  brief.brief = true;
  report.capture = std::move(capture);

  // One row a tunnel; a pair of addresses may hold several.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  std::vector<std::uint32_t> order;  // of the first attempt, by row
  std::vector<track::Tunnel> tunnels;
  places.reserve(self.tracker.pairs());  // nearly always one each: no room doubled and thrown away
  order.reserve(self.tracker.pairs());
  report.tunnels.reserve(self.tracker.pairs());
  for (std::uint32_t pair = 0; pair < self.tracker.pairs(); ++pair) {
    if (const auto routine = self.tracker.routine(pair)) {
      const auto row = row_of(*routine, static_cast<std::uint32_t>(places.size()));
      report.tunnels.push_back(row);
      places.emplace_back(pair, 0);
      order.push_back(routine->attempt);
      continue;
    }
    self.tracker.tunnels(pair, tunnels);
    for (std::uint32_t part = 0; part < tunnels.size(); ++part) {
      self.add_opened(tunnels[part]);
      const auto& tunnel = tunnels[part];
      const auto judged = diagnose::diagnose(tunnel, facts, brief);
      if (says_nothing(tunnel, judged)) continue;
      const auto row = row_of(tunnel, judged, static_cast<std::uint32_t>(places.size()));
      report.tunnels.push_back(row);
      places.emplace_back(pair, part);
      order.push_back(tunnel.attempts.empty() ? 0 : tunnel.attempts.front().id);
    }
  }
  const auto first_seen = [&](const report::TunnelRow& row) { return order[row.index]; };
  if (!std::ranges::is_sorted(report.tunnels, {}, first_seen)) {  // seldom
    std::ranges::stable_sort(report.tunnels, {}, first_seen);
    auto sorted = places;
    for (std::uint32_t place = 0; auto& row : report.tunnels) {
      sorted[place] = places[row.index];
      row.index = place++;
    }
    places = std::move(sorted);
  }

  report.open = [&self, facts, places = std::move(places)](const report::TunnelRow& row) {
    const auto [pair, part] = places[row.index];
    std::vector<track::Tunnel> found;
    self.tracker.tunnels(pair, found);
    report::TunnelReport opened;
    opened.tunnel = std::move(found[part]);
    opened.tunnel.id = row.index + 1;
    self.add_opened(opened.tunnel);
    for (auto& attempt : opened.tunnel.attempts) locate_nat(self.tracker, attempt);
    opened.diagnosis = diagnose::diagnose(opened.tunnel, facts, self.options.judgement);
    for (auto attempt = opened.tunnel.attempts.rbegin(); attempt != opened.tunnel.attempts.rend(); ++attempt) {
      if (opened.vendors_initiator.empty()) opened.vendors_initiator = self.tracker.vendors(*attempt, track::Side::initiator);
      if (opened.vendors_responder.empty()) opened.vendors_responder = self.tracker.vendors(*attempt, track::Side::responder);
    }
    return opened;
  };
  return report;
}

}  // namespace ike
