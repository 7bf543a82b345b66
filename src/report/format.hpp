#pragma once

#include <string>
#include <string_view>

#include "ike/net/dissector.hpp"
#include "ike/base/time.hpp"
#include "ike/isakmp/sa.hpp"
#include "ike/net/endpoint.hpp"
#include "ike/track/evidence.hpp"

/// Small things that the writers share: same input, same octets, whatever the locale.
namespace ike::report {

/// `later - earlier`; hostile times may lie further apart than a Duration holds, then it wraps.
Duration since(Time later, Time earlier);
/// "8.115": seconds with `digits` (0 to 9) decimals, rounded down.
std::string decimal(Duration span, unsigned digits);
/// "8.0 s", "12.5 min", "3.2 h": a span for people.
std::string span_text(Duration span);
/// "2026-01-02T03:04:05.123456Z", with nine decimals when `nanoseconds`.
std::string rfc3339(Time time, bool nanoseconds);
/// `text` with everything outside printable ASCII as "\x1b": safe for a terminal.
std::string printable(std::string_view text);
/// "3 tunnels", "1 tunnel".
/// The name of a capture file for people.
std::string file_text(std::string_view name);
std::string counted(std::uint64_t count, std::string_view noun);
/// "once", "twice", "3 times".
std::string times(std::uint64_t count);

/// "port unreachable", or "type 3 code 42" where it has no name.
std::string icmp_text(const track::Event& error);
std::string icmp_text(const net::IcmpError& error);
/// The notify's name, or its number.
std::string notify_text(isakmp::NotifyType type);

/// Words broken at blanks into lines of at most `width` columns: the first begins with `first`, the others
/// with `rest`. A word longer than a line is cut. Every line ends in a newline.
void wrap(std::string& out, std::string_view text, std::string_view first, std::string_view rest, std::size_t width = 80);

}  // namespace ike::report
