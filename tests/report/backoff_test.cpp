#include "../../src/report/backoff.hpp"

#include <doctest/doctest.h>

#include "support/script.hpp"

namespace ike::report {
namespace {

std::vector<Duration> spans(std::initializer_list<double> gaps) {
  std::vector<Duration> list;
  for (const double gap : gaps) list.push_back(std::chrono::duration_cast<Duration>(std::chrono::duration<double>{gap}));
  return list;
}

TEST_CASE("documented resend schedules are recognised") {
  using track::Side;
  struct Row {
    std::vector<Duration> gaps;
    Side from;
    std::vector<std::string_view> names;
  };
  const Row rows[] = {
      {spans({4.0, 7.2, 12.96, 23.3}), Side::initiator, {"strongSwan"}},
      {spans({0.5, 0.5, 1.0, 2.01, 4.0}), Side::initiator, {"libreswan"}},
      {spans({8.0, 8.02}), Side::initiator, {"Cisco ASA"}},
      {spans({10, 10, 10}), Side::initiator, {"Cisco IOS", "racoon"}},
      {spans({10, 20, 40, 40, 40}), Side::initiator, {"Openswan"}},
      {spans({5, 5, 5}), Side::responder, {"Cisco PIX 6.3"}},
      {spans({5, 5, 5}), Side::initiator, {}},
      {spans({8, 8, 8, 8}), Side::initiator, {}},  // the ASA gives up after three
      {spans({3.3, 9.7}), Side::initiator, {}},
      {{}, Side::initiator, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.gaps.size());
    CHECK(fitting_schedules(row.gaps, row.from) == row.names);
  }
}

TEST_CASE("when a sender gives up is told where all that fit agree") {
  using std::chrono::seconds;
  CHECK(gives_up_after(spans({4.0, 7.2, 12.96}), track::Side::initiator) == seconds{165});
  CHECK(gives_up_after(spans({8, 8}), track::Side::initiator) == seconds{32});
  CHECK(gives_up_after(spans({10, 10, 10}), track::Side::initiator) == seconds{50});
  CHECK_FALSE(gives_up_after(spans({10}), track::Side::initiator));          // Openswan begins like IOS
  CHECK_FALSE(gives_up_after(spans({10, 20, 40}), track::Side::initiator));  // not documented
  CHECK_FALSE(gives_up_after(spans({3.3, 9.7}), track::Side::initiator));
  CHECK_FALSE(gives_up_after({}, track::Side::initiator));
}

TEST_CASE("the longest schedule of an attempt is taken, copies left out") {
  const auto seen = test::script("I1@0 I1@1 R2@1.1 I3@2 I3@10 I3*copy@10.1 I3@18 R4@18.1");
  const auto schedule = longest_schedule(seen.newest());
  REQUIRE(schedule.message);
  CHECK(schedule.message->number == 3);
  CHECK(schedule.gaps == spans({8, 8}));
}

TEST_CASE("without a resend there is no schedule") {
  CHECK_FALSE(longest_schedule(test::script("I1@0 R2@1").newest()).message);
}

}  // namespace
}  // namespace ike::report
