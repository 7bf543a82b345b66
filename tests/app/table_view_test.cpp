#include "app/table_view.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace ike;
using namespace ike::app;
using diagnose::FindingId;
using diagnose::Verdict;
using track::Position;

namespace {

const Time now{std::chrono::seconds{1'000'000'000}};

TunnelState tunnel(std::uint32_t number, std::string_view initiator, Verdict verdict, int seconds_ago) {
  TunnelState made;
  made.number = number;
  made.row.initiator = *net::parse_address(initiator);
  made.row.responder = *net::parse_address("198.51.100.2");
  made.row.verdict = verdict;
  made.since = now - std::chrono::seconds{seconds_ago};
  return made;
}

struct Shown {
  std::vector<TunnelState> tunnels;
  TableView view;
  TableView::Screen screen{.width = 80, .height = 8, .colour = false};

  Shown() {
    tunnels.push_back(tunnel(0, "192.0.2.10", Verdict::up, 4000));
    tunnels.push_back(tunnel(1, "192.0.2.7", Verdict::stalled, 5));  // spoofed, maybe
    tunnels.back().row.positions = {Position::mm_wait_msg2, Position::unseen, 1};
    tunnels.back().finding = FindingId::no_reply_msg1;
    tunnels.push_back(tunnel(2, "192.0.2.8", Verdict::stalled, 200'000));
    tunnels.back().row.positions = {Position::mm_wait_msg6, Position::mm_wait_msg5, 5};
    tunnels.back().row.refused = true;
    tunnels.back().row.resends = 12;
    tunnels.back().finding = FindingId::psk_mismatch;
    tunnels.push_back(tunnel(3, "192.0.2.9", Verdict::up, 1));
  }
  std::vector<std::string> lines(std::string_view typed = {}) {
    going = view.keys(typed);
    std::vector<const TunnelState*> all;
    for (const TunnelState& one : tunnels) all.push_back(&one);
    const std::string text = view.render(all, {.interfaces = "eth1", .now = now, .frames = 77, .drops = 3}, screen, [](const TunnelState& one) {
      std::string ladder = "ladder of " + std::to_string(one.number) + "\n";
      for (int i = 1; i < 20; ++i) ladder += "line " + std::to_string(i) + "\n";
      return ladder;
    });
    std::vector<std::string> made{{}};
    for (const char c : text) {
      if (c == '\n') made.emplace_back();
      else made.back() += c;
    }
    CHECK(made.size() == screen.height);
    for (const std::string& line : made) CHECK(line.size() <= screen.width);
    return made;
  }
  bool going = true;
};

bool starts(const std::string& line, std::string_view part) { return line.starts_with(part); }

}  // namespace

TEST_CASE("the table has a row a tunnel, those that were refused first, those that nobody answered behind them") {
  Shown shown;
  const auto lines = shown.lines();
  CHECK(lines[0] == "eth1  01:46:40  4 tunnels, 2 stalled, 2 up  77 frames, 3 dropped");
  CHECK(lines[1] == "  Tunnel                      Verdict      since  resent  Where and why");
  CHECK(lines[2] == "> 192.0.2.8 -> 198.51.100.2   STALLED      2.3 d      12  MM_WAIT_MSG6 psk-mis..");
  CHECK(lines[3] == "  192.0.2.7 -> 198.51.100.2   STALLED        5 s       0  MM_WAIT_MSG2 no-repl..");
  CHECK(starts(lines[4], "  192.0.2.9 -> 198.51.100.2   up             1 s"));
  CHECK(starts(lines[5], "  192.0.2.10 -> 198.51.100.2  up          67 min"));
  CHECK(lines[7] == "Enter: ladder   s: sort (trouble)   /: filter   q: quit");
}

TEST_CASE("keys sort, filter, move, open a ladder, and quit") {
  Shown shown;
  CHECK(starts(shown.lines("s")[2], "> 192.0.2.9 "));           // newest
  CHECK(starts(shown.lines("s")[2], "> 192.0.2.7 "));           // by address
  CHECK(starts(shown.lines("s")[2], "> 192.0.2.8 "));           // resent
  CHECK(starts(shown.lines("s")[2], "> 192.0.2.8 "));           // trouble again
  CHECK(starts(shown.lines("\x1b[B\x1b[B")[4], "> 192.0.2.9 "));
  shown.tunnels[3].row.verdict = Verdict::flapping;              // its row moves, and the mark with it
  CHECK(starts(shown.lines()[3], "> 192.0.2.9 "));
  CHECK(starts(shown.lines("kkkk")[2], "> 192.0.2.8 "));
  CHECK(starts(shown.lines("/psk")[7], "show only: psk_"));
  CHECK(shown.lines("\r")[3].empty());
  CHECK(shown.lines()[7] == "Enter: ladder   s: sort (trouble)   /: filter (only psk)   q: quit");
  CHECK(shown.lines("\r")[1] == "ladder of 2");
  CHECK(shown.lines("jj")[1] == "line 2");
  CHECK(shown.lines("      ")[6] == "line 19");                  // no further than its end
  CHECK(starts(shown.lines("\x1b")[2], "> 192.0.2.8 "));
  CHECK(starts(shown.lines("\x1b")[3], "  192.0.2.9 "));        // no filter any more
  CHECK(starts(shown.lines("/q\x7fx")[7], "show only: x_"));    // q is a letter there
  CHECK(shown.going);
  shown.lines("\x1b");
  shown.lines("q");
  CHECK_FALSE(shown.going);
}

TEST_CASE("colour goes around what fits, small screens and no tunnels are screens, too") {
  Shown shown;
  shown.screen.colour = true;
  shown.screen.width = 200;
  CHECK(starts(shown.lines()[2], "\x1b[1;31m> 192.0.2.8"));
  shown.screen = {.width = 10, .height = 4, .colour = false};
  CHECK(shown.lines().back() == "Enter: l..");
  shown.tunnels.clear();
  shown.screen = {.width = 80, .height = 5, .colour = false};
  CHECK(shown.lines("\r\x1b[Bjk")[2].empty());
}

TEST_CASE("an age is short") {
  using namespace std::chrono_literals;
  CHECK(age_text(-5s) == "0 s");
  CHECK(age_text(99s) == "99 s");
  CHECK(age_text(100s) == "2 min");
  CHECK(age_text(3h) == "3.0 h");
  CHECK(age_text(72h) == "3.0 d");
}
