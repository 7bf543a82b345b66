#pragma once

#include <string>

#include "ike/net/datagram.hpp"
#include "ike/report/events.hpp"
#include "ike/report/report.hpp"

/// Events as lines for people: time of day (UTC), who, what. One line each, without control octets from the wire.
namespace ike::report {

/// "16:40:01.123".
std::string clock_text(Time time);
/// "2026-11-21".
std::string date_text(Time time);

/// Whether `event` is worth a line: copies and encrypted Informationals, which live tunnels exchange all day, are not.
bool is_news(const Passing& event);

/// "16:40:01.123  192.0.2.1 -> 198.51.100.2  1   SA VIDx6 (204), Main Mode begins, CKY-I 03d3c8c51e970d14".
std::string event_line(const Passing& event);
/// "... 192.0.2.9 -> 192.0.2.1  ICMP port unreachable, about 192.0.2.1:500 -> 198.51.100.2:500".
std::string event_line(const net::IcmpError& error);
/// "192.0.2.1 -> 198.51.100.2  STALLED at MM_WAIT_MSG4: no reply to message 3 (possible, no-reply-msg3)".
std::string tunnel_words(const TunnelRow& row, const TunnelReport& opened, bool colour);
/// The same as a line: "... 192.0.2.1 -> 198.51.100.2  STALLED at MM_WAIT_MSG4: no reply to message 3 (possible)".
std::string tunnel_line(Time now, const TunnelRow& row, const TunnelReport& opened, bool colour);
/// "... eth1: the kernel dropped 12 frames".
std::string capture_line(Time now, std::string_view interface, std::string_view text);

}  // namespace ike::report
