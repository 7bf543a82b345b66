#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "ike/diagnose/finding.hpp"

namespace ike::diagnose {
namespace {

TEST_CASE("every finding is found again by its name, which is kebab-case") {
  for (std::size_t i = 0; i < finding_count; ++i) {
    const auto id = static_cast<FindingId>(i);
    const auto text = name(id);
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK(std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }));
    CHECK(find_finding(text) == id);
  }
}

TEST_CASE("names that are contracts stay as they are") {
  CHECK(name(FindingId::no_reply_msg1) == "no-reply-msg1");
  CHECK(name(FindingId::nat_t_blocked) == "nat-t-blocked");
  CHECK(name(FindingId::phase2_half_open) == "phase2-half-open");
  CHECK(name(Verdict::phase1_up) == "phase1-up");
  CHECK(name(Certainty::likely) == "likely");
  CHECK(name(Severity::warning) == "warning");
  CHECK(name(Status::superseded) == "superseded");
}

TEST_CASE("what is not a finding's name is none") {
  CHECK_FALSE(find_finding(""));
  CHECK_FALSE(find_finding("no-reply"));
  CHECK_FALSE(find_finding("no_reply_msg1"));
  CHECK(name(static_cast<FindingId>(200)).empty());
}

}  // namespace
}  // namespace ike::diagnose
