#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/expect/expectation.hpp"
#include "ike/isakmp/registry.hpp"

// The words of the language, for the parser and for what its errors offer.
namespace ike::expect {

std::optional<State> find_state(std::string_view word);
std::optional<Subject> find_subject(std::string_view word);
std::optional<track::Position> find_position(std::string_view word);
std::optional<Esp> find_esp(std::string_view word);
std::string_view name(Esp directions);

/// Whether `subject` is counted, so that it can be more or less.
bool is_number(Subject subject);
/// What can be written after `subject=`, for errors: "a number", "main or aggressive" ...
std::string values_of(Subject subject);
/// Puts the value that `word` names into `compare`; false when `subject` has no such value.
bool read_value(std::string_view word, Compare& compare);

/// A known word (a state, a subject, a finding ...) that `word` may be a slip of; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& among);
/// All words that may begin a condition.
const std::vector<std::string_view>& condition_words();
const std::vector<std::string_view>& finding_words();

}  // namespace ike::expect
