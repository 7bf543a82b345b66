#include "seeds/seeds.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "ike/analyzer.hpp"
#include "ike/capture/source.hpp"

namespace ike::test {
namespace {

using diagnose::Certainty;
using diagnose::FindingId;
using diagnose::Verdict;
using enum track::Position;

std::string contents(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string pcap_path(std::string_view name) {
  return std::string{IKE_PCAPS} + "/seeds/" + std::string{name} + ".pcap";
}

/// The capture as `ikescope read` sees it.
struct Read {
  explicit Read(std::string_view name) {
    capture::FileSource source{pcap_path(name), 0};
    while (const Frame* frame = source.next()) analyzer.feed(*frame);
    report::CaptureInfo info;
    info.files.push_back(
        {"pcaps/seeds/" + std::string{name} + ".pcap", source.format(), analyzer.counts().messages, ""});
    info.link_types = {"EN10MB"};
    report = analyzer.report(std::move(info));
  }

  Analyzer analyzer;
  report::Report report;
};

struct Row {
  std::string_view name;
  std::vector<std::uint32_t> lengths;
  Verdict verdict;
  bool refused;
  track::Positions positions;
  FindingId first;
  Certainty certainty;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"invalid-cookie",
       {148, 108, 256, 256, 68, 68},
       Verdict::stalled,
       true,
       {mm_wait_msg4, mm_wait_msg3, 3},
       FindingId::invalid_cookie,
       Certainty::likely},
      {"no-proposal-chosen",
       {168, 56},
       Verdict::stalled,
       true,
       {mm_wait_msg2, unseen, 1},
       FindingId::no_proposal_chosen,
       Certainty::likely},
      {"payload-malformed",
       {168, 117, 256, 228, 84, 56},
       Verdict::stalled,
       true,
       {mm_wait_msg6, mm_wait_msg5, 5},
       FindingId::psk_mismatch,
       Certainty::likely},
      {"main-mode",
       {168, 117, 256, 228, 84, 68},
       Verdict::phase1_up,
       false,
       {mm_active, mm_active, 6},
       FindingId::weak_crypto,
       Certainty::confirmed},
  };
  return all;
}

TEST_CASE("the generator writes the captures that are kept") {
  REQUIRE(seeds().size() == rows().size());
  for (const auto& seed : seeds()) {
    CAPTURE(seed.name);
    CHECK((contents(pcap_path(seed.name)) == std::string{seed.pcap.begin(), seed.pcap.end()}));
  }
}

TEST_CASE("each case of the field reports gets its verdict, its first finding and both positions") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    const Read read{row.name};
    REQUIRE(read.report.tunnels.size() == 1);
    const auto tunnel = read.report.open(read.report.tunnels[0]);
    CHECK(tunnel.diagnosis.verdict == row.verdict);
    CHECK(tunnel.diagnosis.refused == row.refused);
    CHECK(tunnel.diagnosis.positions == row.positions);
    REQUIRE_FALSE(tunnel.diagnosis.findings.empty());
    CHECK(name(tunnel.diagnosis.findings[0].id) == name(row.first));
    CHECK(name(tunnel.diagnosis.findings[0].certainty) == name(row.certainty));
    CHECK(read.analyzer.counts().malformed == 0);

    std::vector<std::uint32_t> lengths;
    for (const auto& event : tunnel.tunnel.events) lengths.push_back(event.length);
    CHECK(lengths == row.lengths);
    const auto json = to_json(read.report);
    CHECK(json.find("\"id\":\"" + std::string{name(row.first)} + '"') != std::string::npos);
    CHECK(json.find("\"verdict\":\"" + std::string{name(row.verdict)} + '"') != std::string::npos);
  }
}

TEST_CASE("message 3 again after 8 s is a resend, and the two INVALID-COOKIE notifies are one said twice") {
  const Read read{"invalid-cookie"};
  const auto tunnel = read.report.open(read.report.tunnels.at(0));
  const auto& events = tunnel.tunnel.events;
  REQUIRE(events.size() == 6);
  CHECK(events[3].resend_of == 2);
  CHECK(events[3].time - events[2].time == std::chrono::seconds{8});
  CHECK(events[4].notify == isakmp::NotifyType::invalid_cookie);
  CHECK_FALSE(events[4].encrypted);
  CHECK(events[5].resend_of == 4);
}

TEST_CASE("both sides' vendor IDs of the logs have names") {
  const Read read{"invalid-cookie"};
  const auto tunnel = read.report.open(read.report.tunnels.at(0));
  REQUIRE(tunnel.vendors_initiator.size() == 7);
  const std::string_view wanted[] = {
      "nat-t-ike-02", "nat-t-ike-03", "FRAGMENTATION", "Unity", "XAUTH", "bound to the sender's cookie", "Cisco"};
  for (std::size_t i = 0; i < std::size(wanted); ++i) {
    CAPTURE(tunnel.vendors_initiator[i].text);
    CHECK(tunnel.vendors_initiator[i].text.find(wanted[i]) != std::string::npos);
  }
  REQUIRE(tunnel.vendors_responder.size() == 1);
  CHECK(tunnel.vendors_responder[0].text.find("Main Mode and Aggressive Mode") != std::string::npos);
}

// IKE_REWRITE_GOLDEN in the environment writes the screens anew (target rewrite_seeds): read the diff.
TEST_CASE("the screens are the golden ones") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    const Read read{row.name};
    const auto text = to_text(read.report);
    const auto path = std::string{IKE_GOLDEN} + "/seeds/" + std::string{row.name} + ".txt";
    if (std::getenv("IKE_REWRITE_GOLDEN") != nullptr) write_file(path, Bytes{text.begin(), text.end()});
    CHECK(text == contents(path));
  }
}

}  // namespace
}  // namespace ike::test
