#pragma once

#include <string_view>
#include <vector>

#include "ike/isakmp/describe.hpp"
#include "ike/isakmp/sa.hpp"

namespace ike::app {

/// Lines that lay `choice` (the SA payload of an answer) beside `offer`, which came in `offered_in` ("packet 3"): every
/// transform offered, what differs from the chosen one in brackets. Phase 1 and phase 2.
void compare_offer(const isakmp::SecurityAssociation& offer, std::string_view offered_in, const isakmp::SecurityAssociation& choice, std::vector<isakmp::Line>& out);

}  // namespace ike::app
