#pragma once

#include <string>
#include <string_view>

#include "ike/report/report.hpp"

/// The parts of the text report, from the top of the screen to its bottom.
namespace ike::report {

inline constexpr std::size_t screen_width = 80;

/// "MM_WAIT_MSG4" in the chosen words; "-" where nothing was seen of that side.
std::string position_text(const track::Positions& positions, track::Side side, Vocabulary vocabulary);
/// "192.0.2.1 -> 198.51.100.2".
std::string pair_text(const net::Address& initiator, const net::Address& responder);
/// The verdict as a table shows it: in capitals where the tunnel is in trouble.
std::string verdict_text(diagnose::Verdict verdict);
/// `text` in the colour of `verdict` where colour is wanted.
std::string paint(std::string_view text, diagnose::Verdict verdict, bool colour);

/// The messages of `attempt` in two columns, abbreviated in the middle; times since `first`.
void ladder(std::string& out, const track::Attempt& attempt, Time first);
/// Every message of every exchange, one a line.
void all_messages(std::string& out, const TunnelReport& one);
/// One tunnel: what is wrong, the ladder, what to check. `verbose` as in TextOptions.
void tunnel_block(std::string& out, const TunnelReport& one, const TextOptions& options);
/// One healthy tunnel in a line or two.
void healthy_line(std::string& out, const TunnelReport& one, const TextOptions& options);

}  // namespace ike::report
