#include "format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ike::report {
namespace {

struct IcmpName {
  bool v6;
  std::uint8_t type;
  std::uint8_t code;
  std::string_view text;
};
constexpr auto icmp_names = std::to_array<IcmpName>({
    {false, 3, 0, "network unreachable"},
    {false, 3, 1, "host unreachable"},
    {false, 3, 2, "protocol unreachable"},
    {false, 3, 3, "port unreachable"},
    {false, 3, 4, "fragmentation needed"},
    {false, 3, 5, "source route failed"},
    {false, 3, 6, "network unknown"},
    {false, 3, 7, "host unknown"},
    {false, 3, 9, "network prohibited"},
    {false, 3, 10, "host prohibited"},
    {false, 3, 13, "administratively prohibited"},
    {false, 11, 0, "time to live exceeded"},
    {false, 11, 1, "fragment reassembly time exceeded"},
    {true, 1, 0, "no route"},
    {true, 1, 1, "administratively prohibited"},
    {true, 1, 3, "address unreachable"},
    {true, 1, 4, "port unreachable"},
    {true, 1, 5, "source address policy"},
    {true, 1, 6, "route rejected"},
    {true, 2, 0, "packet too big"},
    {true, 3, 0, "hop limit exceeded"},
    {true, 3, 1, "fragment reassembly time exceeded"},
});

constexpr std::array<std::uint64_t, 10> powers{1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

/// By hand: reports of long captures hold millions of times.
void append_padded(std::string& text, std::uint64_t value, unsigned digits) {
  const auto at = text.size();
  text.append(digits, '0');
  for (auto i = at + digits; i-- > at; value /= 10) text[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

Duration since(Time later, Time earlier) {
  const auto a = static_cast<std::uint64_t>(later.time_since_epoch().count());
  const auto b = static_cast<std::uint64_t>(earlier.time_since_epoch().count());
  return Duration{static_cast<std::int64_t>(a - b)};
}

std::string decimal(Duration span, unsigned digits) {
  const std::int64_t count = span.count();
  const std::uint64_t size = count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
  const std::string_view sign = count < 0 ? "-" : "";
  std::string text{sign};
  text += std::to_string(size / powers[9]);
  if (digits > 0) {
    text += '.';
    append_padded(text, size % powers[9] / powers[9 - digits], digits);
  }
  return text;
}

std::string span_text(Duration span) {
  using namespace std::chrono_literals;
  if (span >= 2h) return decimal(span / 3600, 1) + " h";
  if (span >= 10min) return decimal(span / 60, 1) + " min";
  if (span < 100ms) return decimal(span, 3) + " s";
  return decimal(span + 50ms, 1) + " s";
}

std::string rfc3339(Time time, bool nanoseconds) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto rest = static_cast<std::uint64_t>(since(time, Time{day.time_since_epoch()}).count());
  const std::uint64_t second = rest / powers[9];
  std::string text;
  text.reserve(30);
  const auto part = [&](std::uint64_t value, unsigned digits, char behind) {
    append_padded(text, value, digits);
    text += behind;
  };
  part(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, '-');  // 1677 to 2262: no more fits
  part(static_cast<unsigned>(date.month()), 2, '-');
  part(static_cast<unsigned>(date.day()), 2, 'T');
  part(second / 3600, 2, ':');
  part(second / 60 % 60, 2, ':');
  part(second % 60, 2, '.');
  nanoseconds ? part(rest % powers[9], 9, 'Z') : part(rest % powers[9] / 1000, 6, 'Z');
  return text;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f) out += c;
    else out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string file_text(std::string_view name) { return name == "-" ? "standard input" : printable(name); }

std::string counted(std::uint64_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string times(std::uint64_t count) {
  if (count <= 1) return "once";
  return count == 2 ? "twice" : fmt::format("{} times", count);
}

std::string icmp_text(const track::Event& error) {
  const auto row = std::ranges::find_if(icmp_names, [&](const IcmpName& r) {
    return r.v6 == error.icmp_v6 && r.type == error.icmp_type && r.code == error.icmp_code;
  });
  if (row != icmp_names.end()) return std::string{row->text};
  return fmt::format("type {} code {}", error.icmp_type, error.icmp_code);
}

std::string icmp_text(const net::IcmpError& error) {
  track::Event event;
  event.icmp_type = error.type;
  event.icmp_code = error.code;
  event.icmp_v6 = error.v6;
  return icmp_text(event);
}

std::string notify_text(isakmp::NotifyType type) { return type == isakmp::NotifyType::none ? "a notify" : isakmp::label(type); }

void wrap(std::string& out, std::string_view text, std::string_view first, std::string_view rest, std::size_t width) {
  std::string line{first};
  bool empty = true;  // the line holds no word yet
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    while (!word.empty()) {
      const std::size_t room = width > line.size() + (empty ? 0 : 1) ? width - line.size() - (empty ? 0 : 1) : 0;
      if (word.size() <= room || (empty && room == 0)) {
        if (!empty) line += ' ';
        line += word;
        word = {};
        empty = false;
      } else if (empty) {  // longer than a line
        out.append(line).append(word.substr(0, room)) += '\n';
        word.remove_prefix(room);
        line = rest;
      } else {
        out.append(line) += '\n';
        line = rest;
        empty = true;
      }
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  out.append(line) += '\n';
}

}  // namespace ike::report
