#include "table_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ike/report/event_text.hpp"

namespace ike::app {
namespace {

using diagnose::Verdict;

constexpr std::array<std::string_view, 4> sort_names{"trouble", "newest", "address", "resent"};
constexpr std::size_t widest_pair = 31;
constexpr std::size_t most_filter = 60;

std::string pair_of(const TunnelState& tunnel) { return net::to_string(tunnel.row.initiator) + " -> " + net::to_string(tunnel.row.responder); }

std::string verdict_of(const TunnelState& tunnel) {
  std::string text{name(tunnel.row.verdict)};
  if (tunnel.in_trouble()) std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

/// The position that matters and the finding: of who is up nothing but a warning.
std::string reason_of(const TunnelState& tunnel) {
  std::string text;
  const auto& positions = tunnel.row.positions;
  const auto position = positions.last_message % 2 == 1 ? positions.initiator : positions.responder;
  if (tunnel.in_trouble() || tunnel.row.verdict == Verdict::pending) text = track::asa_name(position == track::Position::unseen ? positions.initiator : position);
  if (tunnel.finding) text += (text.empty() ? "" : " ") + std::string{name(*tunnel.finding)};
  return text;
}

/// Smaller is worse; of those in trouble first who got an answer, since the others may be spoofed.
unsigned rank(const TunnelState& tunnel) {
  switch (tunnel.row.verdict) {
    case Verdict::stalled: return tunnel.row.refused ? 0 : tunnel.row.positions.last_message > 1 ? 1 : 3;
    case Verdict::flapping: return 2;
    case Verdict::pending: return tunnel.row.positions.last_message > 1 ? 4 : 6;
    default: break;
  }
  if (tunnel.row.warning) return 5;
  switch (tunnel.row.verdict) {
    case Verdict::phase1_up: return 7;
    case Verdict::closed: return 8;
    case Verdict::up: return 9;
    default: return 10;
  }
}

std::string fitted(std::string text, std::size_t width) {
  if (text.size() > width) {
    text.resize(width > 2 ? width - 2 : width);
    if (width > 2) text += "..";
  }
  return text;
}

/// A part of the screen in a colour; `text` is fitted already, so that no escape is cut.
std::string paint(std::string_view text, std::string_view code, bool colour) { return colour && !code.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text}; }

std::string_view colour_of(const TunnelState& tunnel) {
  if (tunnel.in_trouble()) return "1;31";
  return tunnel.row.verdict == Verdict::up || tunnel.row.verdict == Verdict::closed ? tunnel.row.warning ? "33" : "32" : "33";
}

}  // namespace

std::string age_text(Duration age) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(age).count());
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 172'800 ? fmt::format("{:.1f} h", seconds / 3600) : fmt::format("{:.1f} d", seconds / 86'400);
}

bool TableView::keys(std::string_view typed) {
  while (!typed.empty()) {
    std::size_t length = 1;
    if (typed.size() > 2 && typed[0] == '\x1b' && typed[1] == '[') {
      length = 2;
      while (length < typed.size() && (typed[length] < '@' || typed[length] > '~')) ++length;
      length = std::min(length + 1, typed.size());
    }
    const std::string_view one = typed.substr(0, length);
    if (!typing_ && (one == "q" || one == "\x03")) return false;
    key(one);
    typed.remove_prefix(length);
  }
  return true;
}

void TableView::key(std::string_view one) {
  const bool enter = one == "\r" || one == "\n";
  const bool back = one == "\x7f" || one == "\b";
  if (typing_) {
    if (enter) typing_ = false;
    else if (one == "\x1b") typing_ = false, filter_.clear();
    else if (back && !filter_.empty()) filter_.pop_back();
    else if (one.size() == 1 && one[0] >= 0x20 && one[0] < 0x7f && filter_.size() < most_filter) filter_ += one;
    return;
  }
  const auto page = static_cast<int>(page_);
  if (one == "\x1b[A" || one == "k") move(-1);
  else if (one == "\x1b[B" || one == "j") move(1);
  else if (one == "\x1b[5~") move(-page);
  else if (one == "\x1b[6~" || one == " ") move(page);
  else if (enter && !opened_) opened_ = at_, ladder_top_ = 0;
  else if (one == "\x1b" || back || enter) opened_ ? opened_.reset() : filter_.clear();
  else if (one == "s" && !opened_) sort_ = static_cast<Sort>((static_cast<std::size_t>(sort_) + 1) % sorts);
  else if (one == "/" && !opened_) typing_ = true;
}

void TableView::move(int rows) { step_ = std::clamp(step_ + rows, -100'000, 100'000); }

bool TableView::before(const TunnelState& a, const TunnelState& b) const {
  switch (sort_) {
    case Sort::trouble:
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      [[fallthrough]];
    case Sort::newest:
      if (a.since != b.since) return a.since > b.since;
      break;
    case Sort::address:
      if (a.row.initiator != b.row.initiator) return a.row.initiator < b.row.initiator;
      if (a.row.responder != b.row.responder) return a.row.responder < b.row.responder;
      break;
    case Sort::resent:
      if (a.row.resends != b.row.resends) return a.row.resends > b.row.resends;
      break;
  }
  return a.number < b.number;
}

std::vector<const TunnelState*> TableView::chosen(const std::vector<const TunnelState*>& tunnels) const {
  if (filter_.empty()) return tunnels;
  std::vector<const TunnelState*> found;
  for (const TunnelState* tunnel : tunnels) {
    const std::string text = pair_of(*tunnel) + ' ' + verdict_of(*tunnel) + ' ' + std::string{name(tunnel->row.verdict)} + ' ' + reason_of(*tunnel);
    if (text.find(filter_) != std::string::npos) found.push_back(tunnel);
  }
  return found;
}

std::string TableView::footer() const {
  if (typing_) return fmt::format("show only: {}_   Enter: done   Esc: all", filter_);
  if (opened_) return "Esc: back   up, down, space: more   q: quit";
  const std::string only = filter_.empty() ? std::string{} : fmt::format(" (only {})", filter_);
  return fmt::format("Enter: ladder   s: sort ({})   /: filter{}   q: quit", sort_names[static_cast<std::size_t>(sort_)], only);
}

std::string TableView::render(const std::vector<const TunnelState*>& tunnels, const About& about, const Screen& screen, const Details& details) {
  std::array<std::size_t, 7> counts{};
  for (const TunnelState* tunnel : tunnels) ++counts[static_cast<std::size_t>(tunnel->row.verdict)];
  std::string title = fmt::format("{}  {}  {} tunnel{}", about.interfaces, report::clock_text(about.now).substr(0, 8), tunnels.size(), tunnels.size() == 1 ? "" : "s");
  for (const Verdict verdict : {Verdict::stalled, Verdict::flapping, Verdict::pending, Verdict::up}) {
    if (const std::size_t count = counts[static_cast<std::size_t>(verdict)]; count > 0) title += fmt::format(", {} {}", count, name(verdict));
  }
  title += fmt::format("  {} frames", about.frames);
  if (about.drops > 0) title += fmt::format(", {} dropped", about.drops);

  const std::size_t room = std::max<std::size_t>(screen.height, 4) - 2;
  const auto opened = std::ranges::find_if(tunnels, [&](const TunnelState* tunnel) { return opened_ && tunnel->number == *opened_; });
  if (opened == tunnels.end()) opened_.reset();
  std::string out = paint(fitted(title, screen.width), "1", screen.colour) + '\n';
  out += opened_ ? ladder(**opened, screen, room, details) : rows(chosen(tunnels), about, screen, room);
  step_ = 0;
  return out + paint(fitted(footer(), screen.width), "7", screen.colour);
}

std::string TableView::rows(std::vector<const TunnelState*> tunnels, const About& about, const Screen& screen, std::size_t room) {
  page_ = room > 1 ? room - 1 : 1;
  std::ranges::sort(tunnels, [&](const TunnelState* a, const TunnelState* b) { return before(*a, *b); });
  const auto found = std::ranges::find_if(tunnels, [&](const TunnelState* tunnel) { return selected_ && tunnel->number == *selected_; });
  std::size_t at = found == tunnels.end() ? 0 : static_cast<std::size_t>(found - tunnels.begin());
  const auto last = static_cast<std::int64_t>(tunnels.size()) - 1;
  at = static_cast<std::size_t>(std::clamp<std::int64_t>(static_cast<std::int64_t>(at) + step_, 0, std::max<std::int64_t>(last, 0)));
  // Who looks at the top sees what comes there; who moved keeps the row.
  at_ = tunnels.empty() ? std::nullopt : std::optional{tunnels[at]->number};
  if (step_ != 0 || selected_) selected_ = at == 0 ? std::nullopt : at_;
  if (at < top_) top_ = at;
  if (at >= top_ + page_) top_ = at - page_ + 1;
  top_ = std::min(top_, tunnels.size() > page_ ? tunnels.size() - page_ : 0);

  std::size_t width = 6;
  for (std::size_t i = top_; i < std::min(tunnels.size(), top_ + page_); ++i) width = std::max(width, pair_of(*tunnels[i]).size());
  width = std::min(width, std::max(widest_pair, screen.width > 60 ? screen.width - 60 : 0));
  std::string out = paint(fitted(fmt::format("  {:<{}}  {:<9}  {:>7}  {:>6}  Where and why", "Tunnel", width, "Verdict", "since", "resent"), screen.width), "4", screen.colour) + '\n';
  for (std::size_t i = 0; i < page_; ++i) {
    if (top_ + i < tunnels.size()) {
      const TunnelState& tunnel = *tunnels[top_ + i];
      const std::string row = fmt::format("{} {:<{}}  {:<9}  {:>7}  {:>6}  {}", top_ + i == at ? '>' : ' ', fitted(pair_of(tunnel), width), width, verdict_of(tunnel),
                                          age_text(about.now - tunnel.since), std::min<std::uint32_t>(tunnel.row.resends, 999'999), reason_of(tunnel));
      out += paint(fitted(row, screen.width), colour_of(tunnel), screen.colour);
    }
    out += '\n';
  }
  return out;
}

std::string TableView::ladder(const TunnelState& tunnel, const Screen& screen, std::size_t room, const Details& details) {
  page_ = room;
  const std::string text = details(tunnel);
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(std::string_view{text}.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto most = static_cast<std::int64_t>(lines.size() > room ? lines.size() - room : 0);
  ladder_top_ = static_cast<std::size_t>(std::clamp<std::int64_t>(static_cast<std::int64_t>(ladder_top_) + step_, 0, most));
  std::string out;
  for (std::size_t i = 0; i < room; ++i) {
    if (ladder_top_ + i < lines.size()) out += fitted(std::string{lines[ladder_top_ + i]}, screen.width);
    out += '\n';
  }
  return out;
}

}  // namespace ike::app
