#include "program.hpp"

using namespace ike::test;

TEST_CASE("explain knows findings and the positions of three vendors") {
  struct Row {
    std::string word;
    std::string_view says;
  };
  const Scratch scratch;
  for (const Row& row : std::initializer_list<Row>{
           {"psk-mismatch", "On the wire:"},
           {"No-Reply-Msg1", "no-reply-msg1\n"},
           {"MM_WAIT_MSG4", "MM_WAIT_MSG4, a position of the initiator\n"},
           {"mm_wait_msg4", "no-reply-msg3"},
           {"MAIN_I2", "MM_WAIT_MSG4"},
           {"AG_INIT_EXCH", "AM_WAIT_MSG"},
           {"QM_IDLE", "MM_ACTIVE"},
           {"STATE_MAIN_I2", "MM_WAIT_MSG4, a position of the initiator\n"},
           {"state_main_r2", "MM_WAIT_MSG5, a position of the responder\n"},
       }) {
    CAPTURE(row.word);
    const Outcome outcome = scratch.run("explain " + row.word);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, row.says));
    CHECK(outcome.error.empty());
  }
}

TEST_CASE("explain knows the words of the screen") {
  const Scratch scratch;
  for (const std::string word : {"VID", "vid", "CKY-I", "CKY-R", "TR1", "QM3", "INF", "N", "D", "again", "copy", "1", "6", "STALLED", "flapping", "pending", "phase1-up", "up", "closed", "probe",
                                 "confirmed", "likely", "possible", "remark", "NAT-D", "KE", "-", "XAUTH", "DPD", "NAT-T", "FRAGMENTATION", "cut", "malformed", "x1"}) {
    CAPTURE(word);
    const Outcome outcome = scratch.run("explain " + word);
    CHECK(outcome.status == 0);
    CHECK(lines(outcome.out) >= 3);
    CHECK(outcome.error.empty());
  }
}

TEST_CASE("explain wraps a finding once, and names no address") {
  const Scratch scratch;
  const std::string out = scratch.run("explain psk-mismatch").out;
  CHECK(has(out, "is its key bound to the initiator's"));
  CHECK_FALSE(has(out, "INITIATOR"));
  CHECK(has(scratch.run("explain invalid-cookie").out, "`clear crypto ikev1 sa <initiator>`"));
  std::string_view rest = out;  // a line ends where the next word would not fit, save at the end of a paragraph
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos && end + 1 < rest.size(); end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const bool paragraph_goes_on = !line.empty() && rest.starts_with("   ");
    const std::string_view next = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
    CAPTURE(line);
    if (paragraph_goes_on) CHECK(line.size() + 1 + next.find_first_of(" \n") > 80);
  }
}

TEST_CASE("the list of explain fits into 80 columns") {
  const Scratch scratch;
  const std::string list = scratch.run("explain").out;
  for (std::size_t begin = 0, end = 0; begin < list.size(); begin = end + 1) {
    end = std::min(list.find('\n', begin), list.size());
    CAPTURE(list.substr(begin, end - begin));
    CHECK(end - begin <= 80);
  }
}

TEST_CASE("every word that explain lists can be explained, in 80 columns") {
  const Scratch scratch;
  const Outcome outcome = scratch.shell("\"$IKESCOPE\" explain | while read -r word rest; do \"$IKESCOPE\" explain \"$word\" || echo \"$word\" >&2; done");
  CHECK(outcome.status == 0);
  CHECK(outcome.error.empty());
  std::size_t words = 0;
  for (std::string_view out = outcome.out; !out.empty(); ++words) {
    const std::string_view line = out.substr(0, out.find('\n'));
    CHECK(line.size() <= 80);
    out.remove_prefix(std::min(out.size(), line.size() + 1));
  }
  CHECK(words > 300);
}
