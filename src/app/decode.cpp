#include <fmt/format.h>

#include <chrono>

#include "commands.hpp"
#include "ike/isakmp/describe.hpp"
#include "ike/isakmp/ike_fragments.hpp"
#include "ike/net/dissector.hpp"
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

/// Prints the messages of a capture.
class Printer {
 public:
  Printer(const report::CaptureInfo& capture, std::optional<std::uint64_t> only) : capture_{capture}, only_{only} {}

  void datagram(const net::Datagram& datagram) {
    const isakmp::Classified what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
    std::string remarks;
    if (what.offset != 0) remarks += what.marker_misplaced ? ", with a non-ESP marker, which this port does not have" : ", with non-ESP marker";
    if (what.offset == 0 && what.marker_misplaced) remarks += ", without the non-ESP marker that this port has";
    if (datagram.partial) remarks += ", first IP fragment only";
    if (datagram.completes != 0) remarks += fmt::format(", {} IP fragments, the first in packet {}", datagram.fragments, datagram.completes);
    switch (what.content) {
      case isakmp::Content::isakmp: return messages(datagram, what.offset, remarks);
      case isakmp::Content::ikev2: return heading(datagram, ", IKEv2: not decoded" + remarks);
      case isakmp::Content::other_version: return heading(datagram, ", ISAKMP of an unknown version: not decoded" + remarks);
      default: return;
    }
  }

  [[nodiscard]] bool printed() const noexcept { return printed_; }

 private:
  void messages(const net::Datagram& datagram, std::size_t offset, const std::string& remarks) {
    if (!isakmp::decode_message(datagram.payload.subspan(offset), datagram.sent_length - static_cast<std::uint32_t>(offset), message_)) return;
    heading(datagram, remarks);
    body(datagram);
    if (datagram.partial || message_.payloads.size() != 1) return;
    const auto* const fragment = std::get_if<isakmp::IkeFragment>(&message_.payloads.front().content);
    if (fragment == nullptr) return;
    const auto whole = fragments_.add(message_, *fragment, datagram.source, datagram.destination, datagram.time, datagram.packet);
    if (!whole || !isakmp::decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), message_)) return;
    heading(datagram, fmt::format(", put together from {} IKE fragments, the first in packet {}", whole->fragments, whole->first_packet));
    body(datagram);
  }

  [[nodiscard]] bool wanted(const net::Datagram& datagram) const { return !only_ || *only_ == datagram.packet; }

  void heading(const net::Datagram& datagram, const std::string& remarks) {
    if (!wanted(datagram)) return;
    const std::string file = capture_.files.size() > 1 ? printable(capture_.files[datagram.file].name) + " " : std::string{};
    write(fmt::format("{}{}packet {}  {}  {} -> {}  {} octets{}\n", printed_ ? "\n" : "", file, datagram.packet, utc(datagram.time, capture_.nanoseconds),
                      net::to_string(datagram.source), net::to_string(datagram.destination), datagram.sent_length, remarks));
    printed_ = true;
  }

  void body(const net::Datagram& datagram) {
    if (!wanted(datagram)) return;
    lines_.clear();
    isakmp::describe(message_, lines_);
    for (const isakmp::Line& line : lines_) write(fmt::format("{:{}}{}\n", "", 2 * (line.indent + 1), line.text));
  }

  const report::CaptureInfo& capture_;
  std::optional<std::uint64_t> only_;
  bool printed_ = false;
  isakmp::Message message_;
  isakmp::FragmentAssembler fragments_;
  std::vector<isakmp::Line> lines_;
};

}  // namespace

ExitCode decode(const DecodeOptions& options) {
  bool all_read = true;
  const OnError on_error = [&](std::string_view line) {
    complain(line);
    all_read = false;
  };
  Timeline timeline{capture_files(options.input.paths, on_error), on_error};
  net::Dissector dissector{{options.input.ports}};
  Printer printer{timeline.info(), options.packet};
  while (const Frame* frame = timeline.next()) {
    if (dissector.dissect(*frame) == net::Dissector::Kind::udp) printer.datagram(dissector.datagram());
  }
  flush_output();
  for (const std::string& remark : timeline.info().remarks) complain(remark);
  if (!all_read) return ExitCode::unusable;
  if (options.packet && !printer.printed()) {
    complain(fmt::format("packet {} holds no ISAKMP message", *options.packet));
    return ExitCode::unusable;
  }
  return ExitCode::ok;
}

}  // namespace ike::app
