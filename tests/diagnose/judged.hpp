#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "ike/diagnose/finding.hpp"
#include "support/script.hpp"

/// One row of a rule table: an exchange written down, and what is to be said of it.
namespace ike::test {

struct Row {
  std::string_view label;    ///< what is special about this row
  std::string_view script;
  std::string_view verdict;
  std::string_view first;    ///< id of the first stall or warning; "" for none
  std::string_view position; ///< "MM_WAIT_MSG4/MM_WAIT_MSG3"; "-" for unseen
};

inline std::string positions_text(const track::Positions& at) {
  const auto text = [](track::Position position) {
    const auto word = track::asa_name(position);
    return word.empty() ? std::string{"-"} : std::string{word};
  };
  return text(at.initiator) + "/" + text(at.responder);
}

inline std::string ids(const diagnose::Diagnosis& judged) {
  std::string text;
  for (const auto& finding : judged.findings) text += (text.empty() ? "" : " ") + std::string{name(finding.id)} + ":" + std::string{name(finding.certainty)} + ":" + std::string{name(finding.severity)};
  return text;
}

inline const diagnose::Finding* find(const diagnose::Diagnosis& judged, diagnose::FindingId id) {
  const auto found = std::ranges::find(judged.findings, id, &diagnose::Finding::id);
  return found == judged.findings.end() ? nullptr : &*found;
}

inline diagnose::Diagnosis judge(std::string_view text) {
  const auto seen = script(text);
  return diagnose::diagnose(seen.tunnel, seen.capture);
}

inline void check(const Row& row) {
  CAPTURE(row.label);
  CAPTURE(row.script);
  const auto judged = judge(row.script);
  const auto all = ids(judged);
  CAPTURE(all);
  CHECK(name(judged.verdict) == row.verdict);
  std::string_view first;
  for (const auto& finding : judged.findings) {
    if (finding.severity != diagnose::Severity::remark) {
      first = name(finding.id);
      break;
    }
  }
  CHECK(first == row.first);
  CHECK(positions_text(judged.positions) == row.position);
  for (const auto& finding : judged.findings) CHECK(finding.evidence.size() <= 8);
}

}  // namespace ike::test
