#include <fmt/format.h>

#include <algorithm>

#include "exchanges.hpp"
#include "format.hpp"
#include "text_parts.hpp"

namespace ike::report {

std::string payload_text(std::span<const track::PayloadType> types) {
  std::string text;
  for (std::size_t i = 0; i < types.size();) {
    std::size_t next = i;
    while (next < types.size() && types[next] == types[i]) ++next;
    if (!text.empty()) text += ' ';
    text += isakmp::short_label(types[i]);
    if (next - i > 1) text += fmt::format("x{}", next - i);
    i = next;
  }
  return text;
}

namespace {

using track::Attempt;
using track::Event;
using track::ExchangeType;
using track::Side;

constexpr std::size_t rows_before_gap = 12;
constexpr std::size_t rows_after_gap = 6;

std::string payload_text(const track::PayloadList& list) {
  std::string text = report::payload_text(list.view());
  if (list.count > list.view().size()) text += fmt::format(" and {} more", list.count - list.view().size());
  return text;
}

/// "3", "QM1", "TR2", "N", "INF": which message it is.
std::string message_label(const Event& event) {
  const auto numbered = [&](std::string_view kind) { return event.number ? fmt::format("{}{}", kind, event.number) : std::string{kind}; };
  if (event.is_phase1()) return event.number ? std::to_string(event.number) : "?";
  if (event.exchange == ExchangeType::quick_mode) return numbered("QM");
  if (event.exchange == ExchangeType::transaction) return numbered("TR");
  if (event.exchange == ExchangeType::informational) return event.encrypted ? "INF" : event.has_delete ? "D" : "N";
  return fmt::format("x{}", number(event.exchange));
}

std::string content_text(const Event& event) {
  const bool sealed = event.encrypted && !event.decrypted;
  const bool tells = event.exchange == ExchangeType::informational || event.number == 0;  // else it is beside the point of the message
  if (event.has_notify && !sealed && tells) return notify_text(event.notify);
  if (event.has_delete && !sealed) return "Delete";
  const auto text = sealed ? std::string{"encrypted"} : payload_text(event.payloads);
  return fmt::format("{} ({})", text, event.length);
}

/// When the octets of event `index` were last sent before it.
Time sent_before(const Attempt& attempt, std::size_t index) {
  const auto first = attempt.events[index].resend_of;
  for (std::size_t i = index; i-- > 0;) {
    const Event& earlier = attempt.events[i];
    if (earlier.is_message() && !earlier.is_copy() && (i == first || earlier.resend_of == first)) return earlier.time;
  }
  return attempt.events[index].time;
}

void add_if_fits(std::string& text, std::string_view more, std::size_t width) {
  if (text.size() + more.size() <= width) text += more;
}

/// "24", or "2:24" in the second file where the attempt is in several.
std::string packet_text(const Event& event, bool several) { return several ? fmt::format("{}:{}", event.file + 1, event.packet) : std::to_string(event.packet); }

std::string cell(const Attempt& attempt, std::size_t index, std::size_t width, bool several) {
  const Event& event = attempt.events[index];
  std::string text = fmt::format("{:<2} ", message_label(event));
  if (event.is_copy()) {
    text += event.copy_of < attempt.events.size() ? fmt::format("copy of packet {}", packet_text(attempt.events[event.copy_of], several)) : std::string{"copy"};
  } else if (event.is_resend() && event.resend_of < attempt.events.size()) {
    text += fmt::format("again, after {}", span_text(since(event.time, sent_before(attempt, index))));
  } else {
    text += content_text(event);
  }
  if (text.size() > width) {  // payloads give way to the length, which tells more
    const auto tail = text.rfind(" (");
    const std::string length = tail == std::string::npos ? std::string{} : text.substr(tail);
    text = text.substr(0, width - std::min(width, length.size() + 2)) + ".." + length;
    text.resize(std::min(text.size(), width));
  }
  const bool first_on_4500 = event.natt_port && std::none_of(attempt.events.begin(), attempt.events.begin() + static_cast<std::ptrdiff_t>(index), [](const Event& e) { return e.natt_port; });
  if (event.exchange == ExchangeType::informational && !event.encrypted && !event.is_copy() && !event.is_resend()) add_if_fits(text, ", in clear", width);
  if (first_on_4500) add_if_fits(text, ", UDP 4500", width);
  if (event.partial) add_if_fits(text, text.size() + 11 <= width ? ", not whole" : ", partial", width);
  else if (event.ip_fragmented) add_if_fits(text, ", IP frags", width);
  else if (event.ike_fragmented) add_if_fits(text, ", IKE frags", width);
  if (event.cut) add_if_fits(text, ", cut", width);
  if (event.malformed) add_if_fits(text, ", malformed", width);
  return text;
}

struct Columns {
  std::size_t packet;
  std::size_t time;
  std::size_t left;
  std::size_t right;
};
constexpr std::string_view to_right = " --> ";
constexpr std::string_view to_left = " <-- ";

bool in_several_files(const Attempt& attempt) {
  return std::ranges::any_of(attempt.events, [&](const Event& event) { return event.file != attempt.events.front().file; });
}

/// In which of several files packets are counted.
void name_files(std::string& out, const Attempt& attempt, const std::vector<CaptureInfo::File>& files) {
  if (files.size() < 2 || attempt.events.empty()) return;
  if (!in_several_files(attempt)) {
    const auto file = attempt.events.front().file;
    if (file < files.size()) wrap(out, fmt::format("Packets are counted in {}.", file_text(files[file].name)), "  ", "  ");
    return;
  }
  std::string text = "Packets are file:number.";
  for (std::size_t file = 0; file < files.size(); ++file) {
    if (std::ranges::any_of(attempt.events, [&](const Event& event) { return event.file == file; })) text += fmt::format(" File {} is {}.", file + 1, file_text(files[file].name));
  }
  wrap(out, text, "  ", "  ");
}

Columns columns(const Attempt& attempt, Time first, bool several) {
  Columns widths{3, 7, 0, 0};
  for (const Event& event : attempt.events) {
    widths.packet = std::max(widths.packet, packet_text(event, several).size());
    widths.time = std::max(widths.time, decimal(since(event.time, first), 3).size());
  }
  const std::size_t used = 2 + widths.packet + 2 + widths.time + 2 + to_right.size();
  const std::size_t room = screen_width - std::min(used, screen_width - 20);
  widths.left = room / 2;
  widths.right = room - widths.left;
  return widths;
}

void row(std::string& out, const Attempt& attempt, std::size_t index, const Columns& widths, Time first, bool several) {
  const Event& event = attempt.events[index];
  std::string line = fmt::format("  {:>{}}  {:>{}}  ", packet_text(event, several), widths.packet, decimal(since(event.time, first), 3), widths.time);
  if (!event.is_message()) {
    line += fmt::format("ICMP {} from {}", icmp_text(event), net::to_string(event.icmp_sender));
    if (event.icmp_mtu) line += fmt::format(", MTU {}", event.icmp_mtu);
    if (line.size() > screen_width) line.resize(screen_width);
  } else if (event.from == Side::initiator) {
    line += fmt::format("{:<{}}{}", cell(attempt, index, widths.left, several), widths.left, to_right);
  } else {
    line += fmt::format("{:<{}}{}{}", "", widths.left, to_left, cell(attempt, index, widths.right, several));
  }
  while (line.ends_with(' ')) line.pop_back();
  out += line + '\n';
}

}  // namespace

void ladder(std::string& out, const Attempt& attempt, Time first, const std::vector<CaptureInfo::File>& files) {
  const bool several = in_several_files(attempt);
  const auto widths = columns(attempt, first, several);
  name_files(out, attempt, files);
  std::string head = fmt::format("  {:>{}}  {:>{}}  {:<{}}", "#", widths.packet, "Time", widths.time, "Initiator", widths.left + to_right.size());
  out += head + "Responder\n";
  const std::size_t count = attempt.events.size();
  const bool gap = count > rows_before_gap + rows_after_gap + 2;
  for (std::size_t i = 0; i < count; ++i) {
    if (gap && i == rows_before_gap) {
      const std::size_t skipped = count - rows_before_gap - rows_after_gap;
      fmt::format_to(std::back_inserter(out), "  {:>{}}  {:>{}}  ... {} more ...\n", "", widths.packet, "", widths.time, skipped + attempt.events_left_out);
      i += skipped;
    }
    row(out, attempt, i, widths, first, several);
  }
  if (!gap && attempt.events_left_out) fmt::format_to(std::back_inserter(out), "  ({} {} counted, not kept)\n", counted(attempt.events_left_out, "more message"), attempt.events_left_out == 1 ? "was" : "were");
}

void all_messages(std::string& out, const TunnelReport& one, Time first) {
  const auto& tunnel = one.tunnel;
  for (const ExchangeView& view : exchanges(tunnel, one.diagnosis)) {
    if (view.events.empty()) continue;
    const auto mode = mode_name(view.type);
    out += '\n';
    wrap(out,
         fmt::format("{} exchange{}, CKY-I {:016x}: {}", mode.empty() ? fmt::format("type {}", number(view.type)) : std::string{mode},
                     view.phase1 ? std::string{} : fmt::format(", message ID {:08x}", view.message_id), view.attempt->initiator_cookie, name(view.status)),
         "  ", "    ");
    for (const auto index : view.events) {
      const Event& event = view.attempt->events[index];
      std::string text = fmt::format("{} {}", event.from == Side::initiator ? "I->R" : "R->I", message_label(event));
      if (const auto payloads = payload_text(event.payloads); !payloads.empty() && payloads != message_label(event)) text += ", " + payloads;
      text += fmt::format(", {} octets", event.length);
      if (event.encrypted) text += event.decrypted ? ", decrypted" : ", encrypted";
      if (event.has_notify) text += ", " + notify_text(event.notify);
      const bool several = in_several_files(*view.attempt);
      const auto packet = [&](std::uint32_t of) { return of < view.attempt->events.size() ? packet_text(view.attempt->events[of], several) : std::string{"?"}; };
      if (event.is_resend()) text += fmt::format(", resend of #{}", packet(event.resend_of));
      if (event.is_copy()) text += fmt::format(", copy of #{}", packet(event.copy_of));
      if (event.natt_port) text += ", UDP 4500";
      if (event.ip_fragmented) text += ", IP fragments";
      if (event.ike_fragmented) text += ", IKE fragments";
      if (event.partial) text += ", not whole";
      if (event.cut) text += ", cut";
      if (event.malformed) text += ", malformed";
      const auto lead = fmt::format("  {:>5}  {:>8}  ", packet_text(event, several), decimal(since(event.time, first), 3));
      wrap(out, text, lead, std::string(lead.size() + 2, ' '));
    }
  }
}

}  // namespace ike::report
