// Our own key file, and the file of pre-shared keys (docs/keys.md).
#include <algorithm>
#include <array>

#include "ike/crypto/secrets.hpp"
#include "key_text.hpp"

namespace ike::crypto {
namespace {

struct Name {
  std::string_view text;
  std::optional<Secret> PhaseOneKeys::*field;
};
constexpr auto names = std::to_array<Name>({
    {"skeyid", &PhaseOneKeys::skeyid},
    {"skeyid_d", &PhaseOneKeys::skeyid_d},
    {"skeyid_a", &PhaseOneKeys::skeyid_a},
    {"skeyid_e", &PhaseOneKeys::skeyid_e},
    {"key", &PhaseOneKeys::encryption_key},
    {"iv", &PhaseOneKeys::initial_iv},
    {"psk", &PhaseOneKeys::psk},
    {"gxy", &PhaseOneKeys::g_xy},
    {"dh", &PhaseOneKeys::private_value},
});

Secret from_text(std::string_view text) { return Secret{{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}}; }

/// A pre-shared key as its owner writes it: text, or hex after 0x.
std::optional<Secret> read_psk(std::string_view text) {
  if (text.starts_with("0x")) {
    if (auto octets = from_hex(text.substr(2))) return octets;
  }
  if (text.empty() || text.size() > max_key_octets) return std::nullopt;
  return from_text(text);
}

/// Takes the next word off `line`: up to a blank, or up to the closing quote of a value in quotes.
std::string_view next_word(std::string_view& line) {
  const auto begin = line.find_first_not_of(" \t");
  line.remove_prefix(begin == std::string_view::npos ? line.size() : begin);
  const auto blank = line.find_first_of(" \t");
  const auto quote = line.find("=\"");
  auto end = blank;
  if (quote != std::string_view::npos && quote < blank) {
    const auto close = line.find('"', quote + 2);
    end = close == std::string_view::npos ? std::string_view::npos : close + 1;
  }
  const auto word = line.substr(0, end);
  line.remove_prefix(word.size());
  return word;
}

/// The reason why `line` cannot be read; it never repeats a value.
std::optional<std::string> read_line(std::string_view line, PhaseOneKeys& keys) {
  const auto cookie = next_word(line);
  const auto octets = from_hex(cookie);
  if (cookie.size() != 16 || !octets) return "cookie is not 16 hex digits";
  keys.initiator_cookie = load_be64(octets->octets().data());
  bool any = false;
  for (auto word = next_word(line); !word.empty() && word.front() != '#'; word = next_word(line)) {
    const auto equals = word.find('=');
    const auto name = std::ranges::find(names, word.substr(0, equals), &Name::text);
    if (equals == std::string_view::npos || name == names.end()) return "expected skeyid=, skeyid_d=, skeyid_a=, skeyid_e=, key=, iv=, psk=, gxy= or dh=";
    const auto value = word.substr(equals + 1);
    const bool is_psk = name->field == &PhaseOneKeys::psk;
    const bool quoted = value.size() > 1 && value.starts_with('"') && value.ends_with('"');
    if (is_psk && value.starts_with('"') && !quoted) return "psk= has a quote that is not closed";
    auto& field = keys.*(name->field);
    if (is_psk && quoted) field = from_text(unquoted(value));
    else field = is_psk ? read_psk(value) : from_hex(value.starts_with("0x") ? value.substr(2) : value);
    if (!field || field->empty()) return std::string{name->text} + "= has no value that can be read";
    any = true;
  }
  if (!any) return "no key after the cookie";
  return std::nullopt;
}

/// Calls `take` for each line and its number from 1.
template <typename Take>
void each_line(std::string_view text, Take take) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!take(line, number)) return;
  }
}

}  // namespace

Result<KeyFile, KeyError> parse_key_lines(std::string_view text, std::string_view file) {
  KeyFile result;
  std::optional<KeyError> error;
  each_line(text, [&](std::string_view whole, std::size_t number) {
    const auto line = trimmed(whole);
    if (line.empty() || line.front() == '#') return true;
    PhaseOneKeys keys;
    std::optional<std::string> why;
    if (whole.size() > max_key_line) why = "line is too long";
    else if (result.keys.size() == max_keys) why = "too many keys";
    else why = read_line(line, keys);
    if (why) {
      error = KeyError{at_line(file, number) + *why};
      return false;
    }
    keys.source = source_of(file, number);
    result.keys.push_back(std::move(keys));
    return true;
  });
  if (error) return *error;
  return result;
}

Result<PskFile, KeyError> parse_psks(std::string_view text, std::string_view file) {
  PskFile result;
  std::optional<KeyError> error;
  each_line(text, [&](std::string_view line, std::size_t number) {
    if (line.empty()) return true;
    auto psk = result.psks.size() == max_psks ? std::nullopt : read_psk(line);
    if (!psk) {
      error = KeyError{at_line(file, number) + (result.psks.size() == max_psks ? "too many pre-shared keys" : "pre-shared key is too long")};
      return false;
    }
    result.psks.push_back({std::move(*psk), source_of(file, number), number});
    return true;
  });
  if (error) return *error;
  return result;
}

}  // namespace ike::crypto
