#include "ike/track/position.hpp"

#include <doctest/doctest.h>

namespace ike::track {
namespace {

TEST_CASE("after each message both sides stand where ASA, IOS and libreswan say") {
  using enum Position;
  struct Row {
    Positions seen;
    std::string_view asa_initiator, asa_responder, ios, libreswan_initiator, libreswan_responder;
  };
  const Row rows[] = {
      {{mm_wait_msg2, unseen, 1}, "MM_WAIT_MSG2", "", "MM_NO_STATE", "MAIN_I1", ""},
      {{mm_wait_msg2, mm_wait_msg3, 2}, "MM_WAIT_MSG2", "MM_WAIT_MSG3", "MM_SA_SETUP", "MAIN_I1", "MAIN_R1"},
      {{mm_wait_msg4, mm_wait_msg3, 3}, "MM_WAIT_MSG4", "MM_WAIT_MSG3", "MM_SA_SETUP", "MAIN_I2", "MAIN_R1"},
      {{mm_wait_msg4, mm_wait_msg5, 4}, "MM_WAIT_MSG4", "MM_WAIT_MSG5", "MM_KEY_EXCH", "MAIN_I2", "MAIN_R2"},
      {{mm_wait_msg6, mm_wait_msg5, 5}, "MM_WAIT_MSG6", "MM_WAIT_MSG5", "MM_KEY_EXCH", "MAIN_I3", "MAIN_R2"},
      {{mm_active, mm_active, 6}, "MM_ACTIVE", "MM_ACTIVE", "QM_IDLE", "MAIN_I4", "MAIN_R3"},
      {{am_wait_msg2, unseen, 1}, "AM_WAIT_MSG2", "", "AG_NO_STATE", "AGGR_I1", ""},
      {{am_wait_msg2, am_wait_msg3, 2}, "AM_WAIT_MSG2", "AM_WAIT_MSG3", "AG_INIT_EXCH", "AGGR_I1", "AGGR_R1"},
      {{am_active, am_active, 3}, "AM_ACTIVE", "AM_ACTIVE", "QM_IDLE", "AGGR_I2", "AGGR_R2"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.asa_initiator);
    CHECK(asa_name(row.seen.initiator) == row.asa_initiator);
    CHECK(asa_name(row.seen.responder) == row.asa_responder);
    CHECK(ios_name(row.seen.initiator, row.seen.last_message) == row.ios);
    CHECK(libreswan_name(row.seen.initiator, Side::initiator) == row.libreswan_initiator);
    CHECK(libreswan_name(row.seen.responder, Side::responder) == row.libreswan_responder);
  }
}

TEST_CASE("an initiator that does not accept message 6 has not left the key exchange") {
  CHECK(ios_name(Position::mm_wait_msg6, 6) == "MM_KEY_EXCH");
  CHECK(ios_name(Position::mm_active, 6) == "QM_IDLE");
}

TEST_CASE("a side that was not seen has no word, and an active one needs no message seen") {
  CHECK(ios_name(Position::unseen, 1).empty());
  CHECK(libreswan_name(Position::unseen, Side::responder).empty());
  CHECK(ios_name(Position::mm_active, 0) == "QM_IDLE");
  CHECK(ios_name(Position::am_wait_msg3, 255) == "AG_INIT_EXCH");
}

}  // namespace
}  // namespace ike::track
