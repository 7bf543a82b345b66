#include <fmt/format.h>

#include <chrono>

#include "commands.hpp"
#include "exchange_notes.hpp"
#include "ike/crypto/opener.hpp"
#include "ike/isakmp/describe.hpp"
#include "ike/isakmp/ike_fragments.hpp"
#include "ike/net/dissector.hpp"
#include "keys.hpp"
#include "other_packets.hpp"
#include "output.hpp"
#include "timeline.hpp"

namespace ike::app {
namespace {

/// "2026-11-21 10:33:53.000123Z", or with nine digits of a second.
std::string utc(Time time, bool nanoseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  const std::int64_t fraction = nanoseconds ? clock.subseconds().count() : clock.subseconds().count() / 1000;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:0{}}Z", int{date.year()}, unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), fraction, nanoseconds ? 9 : 6);
}

constexpr std::uint16_t gdoi_port = 848;  // RFC 6407 2

/// Without the port where the protocol has none.
std::string end_of(const net::Endpoint& end) { return end.port == 0 ? net::to_string(end.address) : net::to_string(end); }

void tell(std::uint64_t count, std::string_view one, std::string_view many) {
  if (count > 0) complain(fmt::format("{} {}", count, count == 1 ? one : many));
}

/// Prints the messages of a capture, and one line for what passes between them.
class Printer {
 public:
  Printer(const report::CaptureInfo& capture, const DecodeOptions& options, crypto::OpenerKeys keys)
      : capture_{capture}, only_{options.packet}, peer_{options.peer}, with_keys_{!keys.keys.empty() || !keys.psks.empty()}, opener_{std::move(keys)}, notes_{capture} {}

  void datagram(const net::Datagram& datagram) {
    const isakmp::Classified what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
    std::string remarks;
    if (what.offset != 0) remarks += what.marker_misplaced ? ", with a non-ESP marker, which this port does not have" : ", with non-ESP marker";
    if (what.offset == 0 && what.marker_misplaced) remarks += ", without the non-ESP marker that this port has";
    if (datagram.source.port == gdoi_port || datagram.destination.port == gdoi_port) remarks += ", on the port of GDOI";
    if (datagram.partial) remarks += ", first IP fragment only";
    if (datagram.completes != 0) remarks += fmt::format(", {} IP fragments, the first in packet {}", datagram.fragments, datagram.completes);
    switch (what.content) {
      case isakmp::Content::isakmp: return messages(datagram, what.offset, remarks);
      case isakmp::Content::ikev2: return header_only(datagram, what.offset, ", IKEv2: not decoded" + remarks);
      case isakmp::Content::other_version: return header_only(datagram, what.offset, ", ISAKMP of an unknown version: not decoded" + remarks);
      case isakmp::Content::esp:
        if (wanted(datagram)) others_.esp(datagram, what.offset);
        return;
      case isakmp::Content::nat_keepalive:
        if (wanted(datagram)) others_.keepalive(datagram);
        return;
      case isakmp::Content::empty:
      case isakmp::Content::unknown:
        if (wanted(datagram)) others_.unknown(datagram);
        return;
    }
  }
  void esp(const net::EspPacket& packet) {
    if (wanted(packet)) others_.esp(packet);
  }
  void icmp_error(const net::IcmpError& error) {
    if (wanted(error)) others_.icmp_error(error);
  }

  /// Prints what is still held back.
  void finish() { between(); }

  /// Says on standard error what limits left out.
  void remarks() const {
    tell(fragments_.given_up(), "IKE message given up: not all of its fragments came, or they contradict each other", "IKE messages given up: not all of their fragments came, or they contradict each other");
    tell(fragments_.discarded(), "IKE fragment left out: it contradicts its message", "IKE fragments left out: they contradict their messages");
    tell(notes_.forgotten(), "exchange forgotten: more than decode compares at once", "exchanges forgotten: more than decode compares at once");
  }

  [[nodiscard]] bool printed() const noexcept { return printed_; }

 private:
  void messages(const net::Datagram& datagram, std::size_t offset, const std::string& remarks) {
    if (!isakmp::decode_message(datagram.payload.subspan(offset), datagram.sent_length - static_cast<std::uint32_t>(offset), message_)) {
      if (wanted(datagram)) others_.unknown(datagram);
      return;
    }
    message(datagram, remarks);
    if (datagram.partial || message_.payloads.size() != 1) return;
    const auto* const fragment = std::get_if<isakmp::IkeFragment>(&message_.payloads.front().content);
    if (fragment == nullptr) return;
    const auto whole = fragments_.add(message_, *fragment, datagram.source, datagram.destination, datagram.time, datagram.packet);
    if (!whole || !isakmp::decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), message_)) return;
    message(datagram, fmt::format(", put together from {} IKE fragments, the first in packet {}", whole->fragments, whole->first_packet));
  }

  /// Prints the message that was decoded last.
  void message(const net::Datagram& datagram, const std::string& remarks) {
    notes_.begin(datagram, message_);  // also of those not wanted: later ones refer to them
    lines_.clear();
    const isakmp::MoreLines more = [this](const isakmp::Payload& payload, std::vector<isakmp::Line>& out) { notes_.payload(payload, out); };
    isakmp::describe(message_, lines_, more);
    const bool whole = !datagram.partial && message_.header.next_payload != isakmp::PayloadType::fragment;
    if (const auto opened = whole ? opener_.take(message_, datagram) : crypto::Opened{}; whole) open(opened, more);
    notes_.after(lines_);
    if (!wanted(datagram)) return;
    heading(datagram, remarks);
    for (const isakmp::Line& line : lines_) write(fmt::format("{:{}}{}\n", "", 2 * (line.indent + 1), line.text));
  }

  /// What the keys make of the message.
  void open(const crypto::Opened& opened, const isakmp::MoreLines& more) {
    const bool right = opened.hash == crypto::HashCheck::right;
    const bool wrong = opened.hash == crypto::HashCheck::wrong;
    if (opened.opening == crypto::Opening::opened) {
      lines_.push_back({1, fmt::format("decrypted with {}{}{}", printable(opened.key), right ? ", its HASH is right" : wrong ? "; ! its HASH is wrong" : "",
                                       opened.first_block_lost ? "; all but the first block, since the message before it was not captured" : "")});
      if (const auto& fault = opened.message->fault) lines_.push_back({1, fmt::format("! {} at offset {}: {}", name(fault->fault), fault->offset, fault->field)});
      return isakmp::describe_payloads(*opened.message, lines_, more);
    }
    if (opened.opening == crypto::Opening::does_not_decrypt) lines_.push_back({1, "! does not decrypt under the keys given"});
    else if (right) lines_.push_back({1, fmt::format("its HASH is right under {}", printable(opened.key))});
    else if (wrong) lines_.push_back({1, "! its HASH is right under none of the keys given"});
    else if (with_keys_ && !message_.ciphertext.empty()) lines_.push_back({1, "not decrypted: no key was given for it, or too little of its exchange was captured"});
  }

  void header_only(const net::Datagram& datagram, std::size_t offset, const std::string& remarks) {
    if (!wanted(datagram)) return;
    heading(datagram, remarks);
    if (!isakmp::decode_message(datagram.payload.subspan(offset), datagram.sent_length - static_cast<std::uint32_t>(offset), message_)) return;
    lines_.clear();
    isakmp::describe(message_, lines_);
    for (const isakmp::Line& line : lines_) write(fmt::format("{:{}}{}\n", "", 2 * (line.indent + 1), line.text));
  }

  [[nodiscard]] bool wanted(const net::PacketInfo& packet) const {
    const bool ours = !peer_ || peer_->contains(packet.source.address) || peer_->contains(packet.destination.address);
    return ours && (!only_ || *only_ == packet.packet);
  }

  [[nodiscard]] std::string file_of(const net::PacketInfo& packet) const {
    return capture_.files.size() > 1 ? printable(capture_.files[packet.file].name) + " " : std::string{};
  }

  /// What passed since the last message, in lines of its own.
  void between() {
    if (others_.empty()) return;
    const auto head = [this](const net::PacketInfo& first, const net::PacketInfo& last) {
      const std::string ends = fmt::format("{} -> {}", end_of(first.source), end_of(first.destination));
      if (first.packet == last.packet) return fmt::format("{}packet {}  {}  {}  ", file_of(first), first.packet, utc(first.time, capture_.nanoseconds), ends);
      return fmt::format("{}packets {} to {}  {}  {}  ", file_of(first), first.packet, last.packet, utc(first.time, capture_.nanoseconds), ends);
    };
    write((printed_ ? "\n" : "") + others_.take(head));
    printed_ = true;
  }

  void heading(const net::Datagram& datagram, const std::string& remarks) {
    between();
    write(fmt::format("{}{}packet {}  {}  {} -> {}  {} octets{}\n", printed_ ? "\n" : "", file_of(datagram), datagram.packet, utc(datagram.time, capture_.nanoseconds),
                      net::to_string(datagram.source), net::to_string(datagram.destination), datagram.sent_length, remarks));
    printed_ = true;
  }

  const report::CaptureInfo& capture_;
  std::optional<std::uint64_t> only_;
  std::optional<Prefix> peer_;
  bool with_keys_;
  crypto::Opener opener_;
  bool printed_ = false;
  isakmp::Message message_;
  isakmp::FragmentAssembler fragments_;
  ExchangeNotes notes_;
  OtherPackets others_;
  std::vector<isakmp::Line> lines_;
};

}  // namespace

ExitCode decode(const DecodeOptions& options) {
  bool all_read = true;
  const OnError on_error = [&](std::string_view line) {
    complain(line);
    all_read = false;
  };
  crypto::OpenerKeys keys = load_keys(options.keys);
  Timeline timeline{capture_files(options.input.paths, on_error), on_error};
  net::Dissector dissector{{options.input.ports}};
  Printer printer{timeline.info(), options, std::move(keys)};
  while (const Frame* frame = timeline.next()) {
    switch (dissector.dissect(*frame)) {
      case net::Dissector::Kind::other: break;
      case net::Dissector::Kind::udp: printer.datagram(dissector.datagram()); break;
      case net::Dissector::Kind::esp: printer.esp(dissector.esp()); break;
      case net::Dissector::Kind::icmp_error: printer.icmp_error(dissector.icmp_error()); break;
    }
  }
  printer.finish();
  flush_output();
  printer.remarks();
  const net::NetCounts& net = dissector.counts();
  tell(net.malformed, "packet whose link, IP or UDP header contradicts itself", "packets whose link, IP or UDP header contradicts itself");
  tell(net.unknown_link, "frame of a link type that cannot be read", "frames of a link type that cannot be read");
  tell(net.fragments_unfinished + net.fragments_evicted, "datagram whose IP fragments did not all come", "datagrams whose IP fragments did not all come");
  for (const std::string& remark : timeline.info().remarks) complain(remark);
  if (!all_read) return ExitCode::unusable;
  if (options.packet && !printer.printed()) {
    complain(fmt::format("packet {} holds no ISAKMP message", *options.packet));
    return ExitCode::unusable;
  }
  return ExitCode::ok;
}

}  // namespace ike::app
