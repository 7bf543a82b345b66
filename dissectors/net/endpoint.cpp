#include "ike/net/endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace ike::net {
namespace {

using Groups = std::array<std::uint16_t, 8>;

std::string dotted(const std::uint8_t* at) {
  std::string text;
  for (unsigned i = 0; i < 4; ++i) {
    if (i != 0) text += '.';
    text += std::to_string(at[i]);
  }
  return text;
}

std::string hex_group(std::uint16_t group) {
  std::array<char, 4> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16).ptr;
  return {digits.data(), end};
}

struct Run {
  std::size_t begin = 8;
  std::size_t length = 0;
};

/// RFC 5952 4.2: the longest run of two or more zero groups, the first of several.
Run longest_zeros(const Groups& groups, std::size_t count) {
  Run best;
  Run run;
  for (std::size_t i = 0; i < count; ++i) {
    if (groups[i] != 0) {
      run = {};
      continue;
    }
    run = run.length == 0 ? Run{i, 1} : Run{run.begin, run.length + 1};
    if (run.length > best.length) best = run;
  }
  return best.length >= 2 ? best : Run{};
}

std::string v6_text(const Address& address) {
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = load_be16(address.octets.data() + 2 * i);
  // RFC 5952 5: IPv4-mapped addresses end in a dotted quad
  const bool mapped =
      groups[5] == 0xffff && std::all_of(groups.begin(), groups.begin() + 5, [](auto group) { return group == 0; });
  const std::size_t count = mapped ? 6 : 8;
  const Run zeros = longest_zeros(groups, count);
  std::string text;
  for (std::size_t i = 0; i < count;) {
    if (i == zeros.begin) {
      text += "::";
      i += zeros.length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += hex_group(groups[i++]);
  }
  if (!mapped) return text;
  return text + ':' + dotted(address.octets.data() + 12);
}

/// Digits up to `stop`, at most `width` of them; removed from `text`.
std::optional<std::uint16_t> take_number(std::string_view& text, int base, std::size_t width) {
  std::uint16_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (fault != std::errc{} || length > width) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool parse_v4(std::string_view text, std::uint8_t* to) {
  for (unsigned i = 0; i < 4; ++i) {
    if (i != 0) {
      if (text.empty() || text.front() != '.') return false;
      text.remove_prefix(1);
    }
    const bool leading_zero = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
    const auto part = take_number(text, 10, 3);
    if (!part || *part > 255 || leading_zero) return false;
    to[i] = static_cast<std::uint8_t>(*part);
  }
  return text.empty();
}

/// Groups between colons, the last two perhaps as a dotted quad; gives how many octets they make.
std::optional<std::size_t> parse_groups(std::string_view text, std::array<std::uint8_t, 16>& to) {
  std::size_t at = 0;
  while (!text.empty()) {
    if (at != 0) {
      if (text.front() != ':') return std::nullopt;
      text.remove_prefix(1);
    }
    if (at <= 12 && text.find(':') == std::string_view::npos && text.find('.') != std::string_view::npos) {
      if (!parse_v4(text, to.data() + at)) return std::nullopt;
      return at + 4;
    }
    const auto group = take_number(text, 16, 4);
    if (!group || at == 16) return std::nullopt;
    to[at++] = static_cast<std::uint8_t>(*group >> 8U);
    to[at++] = static_cast<std::uint8_t>(*group & 255U);
  }
  return at;
}

}  // namespace

std::string to_string(const Address& address) {
  switch (address.family) {
    case 4:
      return dotted(address.octets.data());
    case 6:
      return v6_text(address);
    default:
      return "-";
  }
}

std::string to_string(const Endpoint& endpoint) {
  const std::string text = to_string(endpoint.address);
  return (endpoint.address.family == 6 ? '[' + text + ']' : text) + ':' + std::to_string(endpoint.port);
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    std::array<std::uint8_t, 4> octets{};
    if (!parse_v4(text, octets.data())) return std::nullopt;
    return Address::v4(octets.data());
  }
  std::array<std::uint8_t, 16> front{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto length = parse_groups(text, front);
    return length == 16 ? std::optional{Address::v6(front.data())} : std::nullopt;
  }
  std::array<std::uint8_t, 16> back{};
  const auto before = parse_groups(text.substr(0, gap), front);
  const auto after = parse_groups(text.substr(gap + 2), back);
  // "::" stands for at least one group; before it no dotted quad
  if (!before || !after || *before + *after > 14 || text.substr(0, gap).find('.') != std::string_view::npos)
    return std::nullopt;
  std::copy_n(back.begin(), *after, front.end() - static_cast<std::ptrdiff_t>(*after));
  return Address::v6(front.data());
}

}  // namespace ike::net
