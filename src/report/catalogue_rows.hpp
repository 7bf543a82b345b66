#pragma once

#include "ike/report/catalogue.hpp"

/// The catalogue's families, in the order of FindingId. One file each; catalogue.cpp joins them.
namespace ike::report {

extern const std::array<Entry, 7> refused_entries;     // icmp-refused to invalid-cookie
extern const std::array<Entry, 4> broken_entries;      // nat-t-blocked to auth-rejected
extern const std::array<Entry, 5> established_entries; // xauth-failed to reply-lost
extern const std::array<Entry, 5> silent_entries;      // no-reply-msg1 to no-reply-msg5
extern const std::array<Entry, 6> tunnel_entries;      // phase2-no-reply to esp-one-way
extern const std::array<Entry, 10> remark_entries;     // simultaneous to weak-crypto

}  // namespace ike::report
