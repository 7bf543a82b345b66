#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "format.hpp"
#include "text_parts.hpp"

// The screen for people: the answer first, packets after it.
namespace ike::report {
namespace {

using diagnose::Verdict;
using track::Side;

constexpr std::size_t rows_shown = 20;
constexpr std::size_t blocks_shown = 3;

/// Smaller is worse. Up to `last_trouble` a tunnel has something that needs a look.
unsigned rank(const TunnelRow& row) {
  switch (row.verdict) {
    case Verdict::stalled: return 0;
    case Verdict::flapping: return 1;
    case Verdict::pending: return 2;
    default: break;
  }
  if (row.warning) return 3;
  switch (row.verdict) {
    case Verdict::phase1_up: return 4;
    case Verdict::closed: return 5;
    case Verdict::up: return 6;
    default: return 7;
  }
}
constexpr unsigned last_trouble = 3;
constexpr unsigned ranks = 8;

void note(std::string& out, std::string_view text) { wrap(out, text, "Note: ", "      "); }

}  // namespace

std::vector<const TunnelRow*> by_trouble(const Report& report) {
  std::array<std::size_t, ranks + 1> begin{};  // of each rank's rows
  for (const TunnelRow& row : report.tunnels) ++begin[rank(row) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<const TunnelRow*> rows(report.tunnels.size());
  for (const TunnelRow& row : report.tunnels) rows[begin[rank(row)]++] = &row;
  return rows;
}

void notes(std::string& out, const Report& report) {
  const CaptureInfo& info = report.capture;
  for (const auto& file : info.files) {
    if (!file.error.empty()) wrap(out, fmt::format("{}: {}", file_text(file.name), printable(file.error)), "Not read: ", "  ");
  }
  const auto one_sided = static_cast<std::uint64_t>(std::ranges::count_if(report.tunnels, &TunnelRow::one_sided));
  if (one_sided) note(out, fmt::format("{}: only one direction is visible; what needs the other is not judged.", counted(one_sided, "tunnel")));
  if (info.kernel_drops) note(out, fmt::format("the capture itself lost {}; what is missing may have been there.", counted(info.kernel_drops, "packet")));
  if (info.snaplen_cut) note(out, fmt::format("the snap length cut {}; what lies behind the cut is unknown.", counted(info.snaplen_cut, "packet")));
  if (info.malformed) note(out, fmt::format("{} malformed.", info.malformed == 1 ? "1 message is" : fmt::format("{} messages are", info.malformed)));
  for (const auto& remark : info.remarks) note(out, printable(remark));
}

namespace {

void header(std::string& out, const Report& report) {
  const CaptureInfo& info = report.capture;
  const std::string name = info.files.size() == 1 ? file_text(info.files.front().name) : counted(info.files.size(), "file");
  std::string text = fmt::format("{}, {} IKE", counted(info.packets, "packet"), info.ike_packets);
  if (info.esp_packets) text += fmt::format(", {} ESP", info.esp_packets);
  if (info.icmp_errors) text += fmt::format(", {}", counted(info.icmp_errors, "ICMP error"));
  if (info.packets) text += ", " + span_text(since(info.last_time, info.first_time));
  if (name.size() + 2 + text.size() <= screen_width) out += name + ": " + text + '\n';
  else out += name + ":\n", wrap(out, text, "  ", "  ");  // a path stays in one piece, to be copied
  notes(out, report);
}

void totals(std::string& out, const Report& report) {
  std::array<std::uint64_t, 7> counts{};
  for (const TunnelRow& row : report.tunnels) ++counts[std::min<std::size_t>(static_cast<std::size_t>(row.verdict), counts.size() - 1)];
  std::string text = counted(report.tunnels.size(), "tunnel") + ":";
  bool more = false;
  for (const Verdict verdict : {Verdict::stalled, Verdict::flapping, Verdict::pending, Verdict::phase1_up, Verdict::closed, Verdict::up, Verdict::probe}) {
    const auto count = counts[static_cast<std::size_t>(verdict)];
    if (count == 0) continue;
    text += fmt::format("{} {} {}", more ? "," : "", count, name(verdict));
    more = true;
  }
  if (const auto warnings = std::ranges::count_if(report.tunnels, &TunnelRow::warning)) text += fmt::format("; {} with warnings", warnings);
  wrap(out, text + ".", "", "  ");
}

/// Columns after the pair: positions, resends, verdict.
constexpr std::size_t position_width = 12;  // MM_WAIT_MSG4, AG_INIT_EXCH
constexpr std::size_t again_width = 6;

std::string table_columns(std::string_view initiator, std::string_view responder, std::string_view again) {
  return fmt::format("  {:<{}}  {:<{}}  {:>{}}  ", initiator, position_width, responder, position_width, again, again_width);
}

void table(std::string& out, std::span<const TunnelRow* const> rows, const TextOptions& options) {
  constexpr std::size_t widest_pair = 34;  // two dotted quads
  std::size_t width = 6;
  bool two_lines = false;
  for (const TunnelRow* row : rows) {
    const auto size = pair_text(row->initiator, row->responder).size();
    two_lines = two_lines || size > widest_pair;
    width = std::max(width, std::min(size, widest_pair));
  }
  if (two_lines) width = 6;
  fmt::format_to(std::back_inserter(out), "{:<{}}{}Verdict\n", "Tunnel", width, table_columns("Initiator", "Responder", "Resent"));
  for (const TunnelRow* row : rows) {
    auto pair = pair_text(row->initiator, row->responder);
    if (two_lines) {
      wrap(out, pair, "", "  ");
      pair.clear();
    }
    const auto again = row->resends > 9999 ? std::string{">9999"} : std::to_string(row->resends);
    fmt::format_to(std::back_inserter(out), "{:<{}}{}{}\n", pair, width,
                   table_columns(position_text(row->positions, Side::initiator, options.vocabulary), position_text(row->positions, Side::responder, options.vocabulary), again),
                   paint(verdict_text(row->verdict), row->verdict, options.colour));
  }
}

}  // namespace

std::string position_text(const track::Positions& positions, Side side, Vocabulary vocabulary) {
  const auto position = positions.of(side);
  const auto text = vocabulary == Vocabulary::asa   ? track::asa_name(position)
                    : vocabulary == Vocabulary::ios ? track::ios_name(position, positions.last_message)
                                                    : track::libreswan_name(position, side);
  return std::string{text.empty() ? "-" : text};
}

std::string verdict_text(Verdict verdict) {
  if (verdict == Verdict::stalled) return "STALLED";
  if (verdict == Verdict::flapping) return "FLAPPING";
  return std::string{name(verdict)};
}

std::string paint(std::string_view text, Verdict verdict, bool colour) {
  if (!colour) return std::string{text};
  const bool bad = verdict == Verdict::stalled || verdict == Verdict::flapping;
  const bool good = verdict == Verdict::up || verdict == Verdict::closed;
  return fmt::format("\x1b[{}m{}\x1b[0m", bad ? "1;31" : good ? "32" : "33", text);
}

std::string to_text(const TunnelReport& one, Time begin, const TextOptions& options) {
  std::string out;
  CaptureInfo capture;
  capture.first_time = begin;
  tunnel_block(out, one, capture, options);
  return out;
}

std::string to_text(const Report& report, const TextOptions& options) {
  std::string out;
  header(out, report);
  if (report.tunnels.empty()) {
    if (report.left_out == 0) out += "No IKEv1 exchange in this capture.\n";
    return out;
  }
  if (report.tunnels.size() > 1 || options.summary) totals(out, report);
  if (options.summary) return out;

  const auto rows = by_trouble(report);
  const auto troubled = static_cast<std::size_t>(std::ranges::count_if(rows, [](const TunnelRow* row) { return rank(*row) <= last_trouble; }));
  if (troubled == 0 && rows.size() <= blocks_shown && !options.all && options.verbose == 0) {
    for (const TunnelRow* row : rows) healthy_line(out, report.open(*row), options);
    return out;
  }
  out += '\n';
  const std::size_t shown = options.all ? rows.size() : std::min(rows.size(), rows_shown);
  table(out, std::span{rows}.first(shown), options);
  if (shown < rows.size()) fmt::format_to(std::back_inserter(out), "... and {} more\n", rows.size() - shown);

  const std::size_t worth = options.all || options.verbose > 0 ? rows.size() : troubled;
  const std::size_t blocks = options.all ? worth : std::min(worth, blocks_shown);
  for (std::size_t i = 0; i < blocks; ++i) {
    out += '\n';
    tunnel_block(out, report.open(*rows[i]), report.capture, options);
  }
  if (blocks < troubled) fmt::format_to(std::back_inserter(out), "\n{} not shown in detail; --all shows them.\n", counted(troubled - blocks, "more tunnel"));
  return out;
}

}  // namespace ike::report
