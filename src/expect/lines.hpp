#pragma once

#include <string>
#include <vector>

#include "ike/expect/writers.hpp"

// What all writers say in the same words.
namespace ike::expect {

/// "192.0.2.1 -> 198.51.100.7: expected up; it is stalled: psk-mismatch: ..."
std::string reason_line(const Reason& reason, const report::Report& report);
/// Every reason of `judgement`, a line each, and how many more there are.
std::vector<std::string> reason_lines(const Judgement& judgement, const report::Report& report);
/// "2 of 3 expectations failed; lab.pcap: 30 packets, 20 IKE"
std::string summary_line(const Verdict& verdict, const report::Report& report, const Run& run);
/// "the command exited with status 3: ./bring-up.sh"
std::string command_line(const CommandResult& command);
/// Finding, causes and ladder of the tunnels that `judgement` failed on, at most `most` of them.
std::string tunnel_blocks(const Judgement& judgement, const report::Report& report, std::size_t most, const report::TextOptions& options = {});
/// The id of the first finding among the reasons, or empty.
std::string first_finding(const Judgement& judgement);

}  // namespace ike::expect
