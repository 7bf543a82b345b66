#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/expect/verdict.hpp"
#include "support/script.hpp"

namespace ike::test {

/// Expectations held against exchange scripts (support/script.hpp), judged by the real rules.
class Judged {
 public:
  Judged() {
    report_.version = "0.1.0";
    report_.open = [this](const report::TunnelRow& row) { return open(scripts_.at(row.index)); };
  }
  Judged(const Judged&) = delete;
  Judged& operator=(const Judged&) = delete;

  void add(std::string_view script) {
    const report::TunnelReport one = open(std::string{script});
    report::TunnelRow row;
    row.index = static_cast<std::uint32_t>(scripts_.size());
    row.verdict = one.diagnosis.verdict;
    row.refused = one.diagnosis.refused;
    row.initiator = one.tunnel.peers[0];
    row.responder = one.tunnel.peers[1];
    report_.tunnels.push_back(row);
    report_.capture.packets += one.tunnel.events.size();
    report_.capture.ike_packets += one.tunnel.events.size();
    report_.capture.first_time = capture_.first;
    report_.capture.last_time = std::max(report_.capture.last_time, capture_.last);
    scripts_.emplace_back(script);
  }

  /// The verdict on one expectation; a syntax error is one of the test.
  expect::Verdict judge(std::string_view expectation, bool over = true) {
    const std::vector expectations{*expect::parse(expectation)};
    return expect::judge(report_, expectations, over);
  }
  [[nodiscard]] std::string policy() { return isakmp::to_string(*open(scripts_.front()).tunnel.attempts.back().chosen()); }
  report::Report& report() { return report_; }

 private:
  report::TunnelReport open(const std::string& text) {
    Script seen = script(text);
    capture_ = seen.capture;
    report::TunnelReport one;
    one.diagnosis = diagnose::diagnose(seen.tunnel, seen.capture);
    one.tunnel = std::move(seen.tunnel);
    offers_.push_back(std::move(seen.offers));  // what the tunnel's attempts look into
    return one;
  }

  report::Report report_;
  std::vector<std::string> scripts_;
  std::deque<std::deque<track::Offer>> offers_;
  track::CaptureFacts capture_;
};

}  // namespace ike::test
