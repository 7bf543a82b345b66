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
       }) {
    CAPTURE(row.word);
    const Outcome outcome = scratch.run("explain " + row.word);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, row.says));
    CHECK(outcome.error.empty());
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
