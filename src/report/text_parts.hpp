#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/report/report.hpp"

/// The parts of the text report, from the top of the screen to its bottom.
namespace ike::report {

inline constexpr std::size_t screen_width = 80;

/// All tunnels, those in trouble first, else in order of first packet.
std::vector<const TunnelRow*> by_trouble(const Report& report);
/// What was not read, was lost or lowers certainty, a note each.
void notes(std::string& out, const Report& report);

/// Whether an SA of the tunnel was up before attempt `index` began.
bool renews(const TunnelReport& one, std::size_t index);

/// "MM_WAIT_MSG4" in the chosen words; "-" where nothing was seen of that side.
std::string position_text(const track::Positions& positions, track::Side side, Vocabulary vocabulary);
/// "SA VIDx3": the payloads, repeated ones counted.
std::string payload_text(std::span<const track::PayloadType> types);
/// "192.0.2.1 -> 198.51.100.2".
std::string pair_text(const net::Address& initiator, const net::Address& responder);
/// The verdict as a table shows it: in capitals where the tunnel is in trouble.
std::string verdict_text(diagnose::Verdict verdict);
/// `text` in the colour of `verdict` where colour is wanted.
std::string paint(std::string_view text, diagnose::Verdict verdict, bool colour);

/// The messages of `attempt` in two columns, abbreviated in the middle; times since `first`, the capture's. Of several `files` those
/// that its packets are counted in are named.
void ladder(std::string& out, const track::Attempt& attempt, Time first, const std::vector<CaptureInfo::File>& files);
/// What keys, hashes and certificates showed of `attempt`; `all`: of every Quick Mode.
void opened_lines(std::string& out, const track::Attempt& attempt, bool all);
/// Every message of every exchange, one a line; times since `first`, the capture's.
void all_messages(std::string& out, const TunnelReport& one, Time first);
/// One tunnel: what is wrong, the ladder, what to check, how it went over time.
void tunnel_block(std::string& out, const TunnelReport& one, const CaptureInfo& capture, const TextOptions& options);
/// The newest attempts of a tunnel that has several, a line each; nothing where all went well, unless verbose.
void attempts_over_time(std::string& out, const TunnelReport& one, Time begin, const TextOptions& options);
/// One healthy tunnel in a line or two.
void healthy_line(std::string& out, const TunnelReport& one, const TextOptions& options);

}  // namespace ike::report
