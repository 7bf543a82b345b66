#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options.hpp"

/// Kinds of options that several commands have. Each complains in one line that says what would be right.
namespace ike::app {

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// An option whose value `take` judges: it gives what would be right, or nothing when it took the value.
template <typename Take>
CLI::Option* add_value(CLI::App& command, const std::string& name, const std::string& placeholder, const std::string& help, Take take) {
  const auto taken = [name = name.substr(0, name.find(',')), take](const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      if (const std::optional<std::string> right = take(word)) throw UsageError{fmt::format("{}: '{}' is not {}", name, word, *right)};
    }
    return true;
  };
  return command.add_option(name, CLI::callback_t{taken}, help)->type_name(placeholder)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// An option that takes one of some words.
template <typename Value, std::size_t count>
void add_choice(CLI::App& command, const std::string& name, const std::string& help, Value& into, const std::array<std::pair<std::string_view, Value>, count>& choices) {
  std::string words;
  for (const auto& choice : choices) words.append(words.empty() ? "" : "|").append(choice.first);
  add_value(command, name, words, help, [&into, choices, words](std::string_view word) -> std::optional<std::string> {
    const auto* const found = std::ranges::find(choices, word, &std::pair<std::string_view, Value>::first);
    if (found == choices.end()) return "one of " + words;
    into = found->second;
    return std::nullopt;
  });
}

/// An option that takes a whole number within limits.
template <typename Number, typename Take>
void add_number(CLI::App& command, const std::string& name, const std::string& help, Number least, Number most, Take take) {
  add_value(command, name, "N", help, [=](std::string_view word) -> std::optional<std::string> {
    const std::optional<Number> value = number<Number>(word);
    if (!value || *value < least || *value > most) return fmt::format("a number from {} to {}", least, most);
    take(*value);
    return std::nullopt;
  });
}

/// An option that may be given several times, a word each time; `what` is what an empty word is not.
inline void add_words(CLI::App& command, const std::string& name, const std::string& placeholder, const std::string& help, std::vector<std::string>& into, const std::string& what = "a file") {
  add_value(command, name, placeholder, help, [&into, what](const std::string& word) -> std::optional<std::string> {
    if (word.empty()) return what;
    into.push_back(word);
    return std::nullopt;
  });
}

inline void add_patience(CLI::App& command, diagnose::Options& judgement) {
  add_value(command, "--patience", "SECONDS", "silence that makes a missing reply a stall\n(default 10)", [&judgement](std::string_view word) -> std::optional<std::string> {
    const std::optional<double> seconds = number<double>(word);
    if (!seconds || !(*seconds > 0 && *seconds <= 86400)) return "a number of seconds above 0, up to 86400";
    judgement.patience = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
    return std::nullopt;
  });
}

inline void add_colour(CLI::App& command, Colour& colour) {
  using namespace std::string_view_literals;
  add_choice(command, "--color", "auto (default): on a terminal, unless NO_COLOR\nis set", colour,
             std::array{std::pair{"auto"sv, Colour::automatic}, std::pair{"always"sv, Colour::always}, std::pair{"never"sv, Colour::never}});
}

inline void add_port(CLI::App& command, std::vector<std::uint16_t>& ports) {
  add_number<std::uint16_t>(command, "--port", "one more UDP port that carries IKE, beside 500\nand 4500 (repeatable)", 1, 65535, [&ports](std::uint16_t port) { ports.push_back(port); });
}

inline void add_peer(CLI::App& command, std::optional<Prefix>& peer) {
  add_value(command, "--peer", "ADDR|CIDR", "show only tunnels that have an end there", [&peer](std::string_view word) -> std::optional<std::string> {
    peer = parse_prefix(word);
    return peer ? std::nullopt : std::optional<std::string>{"an address or a prefix such as 198.51.100.0/24"};
  });
}

}  // namespace ike::app
