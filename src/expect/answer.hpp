#pragma once

#include <string>

#include "ike/expect/verdict.hpp"

namespace ike::expect {

/// How one condition stands on one tunnel, and what was seen if it does not hold.
struct Answer {
  Standing standing = Standing::open;
  std::string saw;
  std::string finding;
};

/// `condition` held against `one`, as of `now`. Not for conditions about the number of tunnels.
Answer answer(const Condition& condition, const report::TunnelReport& one, Time now);

/// `count` held against a comparison; it only ever grows.
Answer answer_count(const Compare& compare, std::uint64_t count);

/// Whether `condition` is about how many tunnels there are.
bool about_tunnels(const Condition& condition);

}  // namespace ike::expect
