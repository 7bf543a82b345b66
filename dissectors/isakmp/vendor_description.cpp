#include <algorithm>
#include <array>

#include "ike/isakmp/vendor_id.hpp"

namespace ike::isakmp {
namespace {

constexpr std::size_t most_shown = 32;  // octets of an ID; the longest real ones are 44, and hostile ones 64 Ki

std::string hex(ByteView octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto octet : octets.first(std::min(octets.size(), most_shown))) {
    text += digits[octet >> 4U];
    text += digits[octet & 15U];
  }
  if (octets.size() > most_shown) text += "... (" + std::to_string(octets.size()) + " octets)";
  return text;
}

bool printable(ByteView octets) {
  return !octets.empty() && std::ranges::all_of(octets, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
}

std::string text_of(ByteView octets) {
  const auto shown = octets.first(std::min(octets.size(), most_shown));
  std::string text(shown.begin(), shown.end());
  if (octets.size() > most_shown) text += "...";
  return text;
}

/// What follows the octets that the table knows.
std::string with_rest(std::string name, ByteView rest) {
  if (rest.empty()) return name;
  return name + (printable(rest) ? ", \"" + text_of(rest) + '"' : ", then " + hex(rest));
}

std::string version(std::string name, ByteView rest) {
  if (rest.size() < 2) return with_rest(std::move(name), rest);
  return with_rest(std::move(name) + ' ' + std::to_string(rest[0]) + '.' + std::to_string(rest[1]), rest.subspan(2));
}

std::string fragmentation(ByteView rest) {
  // No RFC: racoon, strongSwan and Cisco agree on these two bits; Windows sends none.
  const auto bits = rest.size() >= 4 ? load_be32(rest.data()) : 0U;
  const bool main_and_aggressive = (bits & 0x80000000U) != 0;
  const bool base = (bits & 0x40000000U) != 0;
  std::string text = "FRAGMENTATION";
  if (main_and_aggressive) text += base ? ", Main, Aggressive and Base Mode" : ", Main Mode and Aggressive Mode";
  else if (base) text += ", Base Mode";
  if ((bits & 0x3fffffffU) != 0) text += ", further bits " + hex(rest.first(4));
  return with_rest(std::move(text), rest.subspan(rest.size() >= 4 ? 4 : 0));
}

/// Cisco VPN 3000, once Altiga: 04 07 is 4.0.7.
std::string concentrator(ByteView rest) {
  std::string text = "Cisco VPN Concentrator";
  if (rest.size() < 2) return with_rest(std::move(text), rest);
  text += ' ' + std::to_string(rest[0]) + '.' + std::to_string(rest[1] >> 4U) + '.' + std::to_string(rest[1] & 15U);
  return with_rest(std::move(text), rest.subspan(2));
}

std::string windows(ByteView rest) {
  if (rest.size() < 4) return with_rest("MS NT5 ISAKMPOAKLEY", rest);
  constexpr auto systems = std::to_array<std::string_view>(
      {"", "", "Windows 2000", "Windows XP", "Windows Server 2003 or XP SP2", "Windows Vista", "Windows Server 2008",
       "Windows 7", "Windows Server 2008 R2", "Windows 8 to 10, Server 2012 R2 or 2016"});
  const auto number = load_be32(rest.data());
  std::string text = "MS NT5 ISAKMPOAKLEY " + std::to_string(number);
  if (number == 16) text += " (Windows Server 2012)";
  else if (number < systems.size() && !systems[number].empty()) text += " (" + std::string{systems[number]} + ')';
  return with_rest(std::move(text), rest.subspan(4));
}

std::string check_point_version(std::uint32_t number, bool later) {
  switch (number) {
    case 2: return "4.1";
    case 3: return "4.1 SP1";
    case 4002: return "4.1 SP2 to SP6";
    case 5000: return "NG";
    case 5001: return "NG FP1";
    case 5002: return "NG FP2";
    case 5003: return "NG FP3";
    case 5004: return "NG AI R54";
    case 5005: return later ? "NGX or later" : "NG AI R55";  // told apart by the timestamp, zero before NGX
    default: return "version " + std::to_string(number);
  }
}

/// Product, version, timestamp, reserved, features: four octets each.
std::string check_point(ByteView rest) {
  std::string text = "Check Point";
  if (rest.size() < 8) return with_rest(std::move(text), rest);
  const auto product = load_be32(rest.data());
  const auto timestamp = rest.size() >= 12 ? load_be32(rest.data() + 8) : 0U;
  text += product == 1 ? " Firewall-1" : product == 2 ? " SecuRemote/SecureClient" : " product " + std::to_string(product);
  text += ' ' + check_point_version(load_be32(rest.data() + 4), timestamp != 0);
  if (timestamp != 0) text += ", timestamp " + hex(rest.subspan(8, 4));
  if (rest.size() >= 20) text += ", features " + hex(rest.subspan(16, 4));
  return with_rest(std::move(text), rest.subspan(std::min<std::size_t>(rest.size(), 20)));
}

std::string fortigate(ByteView rest) {
  if (rest.size() < 4) return with_rest("FortiGate", rest);
  const auto build = load_be16(rest.data() + 2);
  std::string text = "FortiGate";
  if (build != 0) text += ", build " + std::to_string(build);
  if (load_be16(rest.data()) != 0) text += " (" + hex(rest.first(4)) + ')';
  return with_rest(std::move(text), rest.subspan(4));
}

/// Pluto's IDs are readable text: the version where the table has it, the text where it does not.
std::string pluto(const KnownVendorId& known, ByteView data) {
  constexpr std::string_view libreswan = "OE-Libreswan-";
  if (!known.prefix) return std::string{known.name};
  if (!printable(data)) return with_rest(std::string{known.name}, data.subspan(known.hex.size() / 2));
  const auto text = text_of(data);
  if (text.starts_with(libreswan)) return "Libreswan " + text.substr(libreswan.size());
  return std::string{known.name} + ", \"" + text + '"';
}

struct Family {
  std::string_view hex;  // every ID of the family begins with this
  std::string (*describe)(ByteView rest);
};

constexpr auto families = std::to_array<Family>({
    {"12f5f28c457168a9702d9fe274cc", [](ByteView rest) { return version("Cisco Unity", rest); }},
    {"afcad71368a1f1c96b8696fc7757", [](ByteView rest) { return version("Dead Peer Detection", rest); }},
    {"4048b7d56ebce88525e7de7f00d6c2d3", fragmentation},
    {"1f07f70eaa6514d3b0fa96542a50", concentrator},
    {"1e2b516905991c7d7c96fcbfb587e461", windows},
    {"f4ed19e0c114eb516faaac0ee37daf2807b4381f", check_point},
    {"8299031757a36082c6a621de", fortigate},
});

std::string describe_known(const KnownVendorId& known, ByteView data) {
  for (const auto& family : families) {
    if (known.hex.starts_with(family.hex)) return family.describe(data.subspan(family.hex.size() / 2));
  }
  if (known.hex.starts_with("4f45") || known.hex.starts_with("4f5357")) return pluto(known, data);
  auto text = with_rest(std::string{known.name}, data.subspan(known.hex.size() / 2));
  if (!known.verified) text += " (not verified)";
  return text;
}

}  // namespace

std::string describe_vendor_id(ByteView data, Cookie initiator_cookie, Cookie responder_cookie) {
  if (is_cisco_cookie_bound(data, initiator_cookie) || is_cisco_cookie_bound(data, responder_cookie)) {
    return "Cisco IOS or ASA (bound to the sender's cookie)";
  }
  if (const auto* known = find_vendor_id(data)) return describe_known(*known, data);
  if (data.empty()) return "empty";
  return printable(data) ? '"' + text_of(data) + '"' : hex(data);
}

}  // namespace ike::isakmp
