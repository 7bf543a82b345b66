// One rule for the tracker and for the stream of events: a packet seen twice, or a message sent again.
#include "ike/track/copies.hpp"

#include <doctest/doctest.h>

namespace ike::track {
namespace {

TEST_CASE("a copy has the IP identification and comes at once; without one only nearness tells") {
  struct Row {
    int milliseconds;
    std::uint16_t ip_id, earlier;
    bool copy;
  };
  for (const Row& row : {Row{400, 7, 7, true}, Row{-400, 7, 7, true}, Row{401, 7, 7, false}, Row{0, 7, 8, false}, Row{100, 0, 0, true}, Row{101, 0, 0, false}, Row{100, 7, 0, true}, Row{101, 0, 7, false}}) {
    CAPTURE(row.milliseconds);
    CAPTURE(row.ip_id);
    CHECK(is_copy(std::chrono::milliseconds{row.milliseconds}, row.ip_id, row.earlier) == row.copy);
  }
}

}  // namespace
}  // namespace ike::track
