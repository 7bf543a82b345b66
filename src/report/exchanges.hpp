#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ike/diagnose/finding.hpp"
#include "ike/report/report.hpp"

namespace ike::report {

/// One exchange of a tunnel: phase 1 of an attempt, or what happened under one message ID below it.
struct ExchangeView {
  const track::Attempt* attempt = nullptr;
  track::ExchangeType type{};
  std::uint32_t message_id = 0;
  bool phase1 = false;
  track::Side initiator = track::Side::initiator;  ///< who sent its first message, in the attempt's words
  diagnose::Status status = diagnose::Status::waiting;
  std::vector<std::uint32_t> events;               ///< indices into attempt->events, messages only
};

/// Every exchange of `tunnel`, by attempt and then by first message; phase 1 comes first.
std::vector<ExchangeView> exchanges(const track::Tunnel& tunnel, const diagnose::Diagnosis& diagnosis);

/// "t1.a2", "t1.a2.q0badcafe", of tunnel number `tunnel`: the same for the same input.
std::string exchange_id(std::uint32_t tunnel, const ExchangeView& exchange);
/// The id of the exchange that `finding` is about; empty when it is about none.
std::string exchange_id(std::uint32_t tunnel, const diagnose::Finding& finding, const std::vector<ExchangeView>& all);

/// "main", "aggressive", "quick" ...
std::string_view mode_name(track::ExchangeType type);
/// The attempt's policy: the newest that is known.
const isakmp::Phase1Policy* chosen_policy(const track::Tunnel& tunnel);

}  // namespace ike::report
