#include "ike/isakmp/implementation.hpp"

#include <algorithm>
#include <array>

#include "ike/isakmp/vendor_id.hpp"

namespace ike::isakmp {
namespace {

// One letter for each ID that many products send; '?' for what is unknown, '!' for a product's own.
struct Letter {
  std::string_view hex;  // the ID begins with this
  char letter;
};
constexpr auto letters = std::to_array<Letter>({
    {"09002689dfd6b712", 'X'},                          // XAUTH
    {"afcad71368a1f1c96b8696fc7757", 'D'},              // DPD
    {"12f5f28c457168a9702d9fe274cc", 'U'},              // Unity
    {"4048b7d56ebce88525e7de7f00d6c2d380000000", 'F'},  // FRAGMENTATION of Main and Aggressive Mode
    {"4048b7d56ebce88525e7de7f00d6c2d3c0000000", 'G'},  // and of Base Mode
    {"4048b7d56ebce88525e7de7f00d6c2d3", 'f'},          // without flags
    {"4a131c81070358455c5728f20e95452f", 'N'},          // NAT-T of the RFC, and of drafts
    {"439b59f8ba676c4c7737ae22eab8f582", '7'},
    {"7d9419a65310ca6f2c179d9215529d56", '3'},
    {"90cb80913ebb696e086381b5ec427b1f", 'n'},  // draft 02, its text ending in a newline
    {"cd60464335df21f87cfdb2fc68b6a448", '2'},
    {"16f6ca16e4a4066d83821a0f0aeaa862", '1'},
    {"4485152d18b6bbcd0be8a8469579ddcc", '0'},
    {"1f07f70eaa6514d3b0fa96542a50", 'A'},  // Altiga
});

struct Habit {
  std::string_view ids;
  std::string_view name;
};
// Seen in captures of these products, the Cisco ones also in their own debug output.
constexpr auto habits = std::to_array<Habit>({
    {"XDFNn", "strongSwan"}, {"XDFN", "strongSwan"}, {"XDNn", "strongSwan"}, {"XDUFNn", "strongSwan"}, {"XDUFN", "strongSwan"},
    {"fDN3n2", "libreswan"}, {"fXDN3n2", "libreswan"}, {"DN3n2", "libreswan"}, {"fDN", "libreswan"}, {"fXDN", "libreswan"},
    {"XUN3n210D", "vpnc"}, {"XUD", "vpnc"},
    {"N73n", "Cisco IOS"},
    {"n3NG", "Cisco ASA"}, {"23NG", "Cisco ASA"}, {"nG", "Cisco ASA"}, {"2G", "Cisco ASA"}, {"NG", "Cisco ASA"},
});

std::uint8_t digit(char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

bool begins_with(ByteView data, std::string_view hex) {
  if (data.size() < hex.size() / 2) return false;
  for (std::size_t i = 0; i < hex.size() / 2; ++i) {
    if (data[i] != (digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]))) return false;
  }
  return true;
}

char letter_of(ByteView data) {
  const auto row = std::ranges::find_if(letters, [&](const Letter& letter) { return begins_with(data, letter.hex); });
  return row == letters.end() ? '?' : row->letter;
}

/// Whether the ID names its sender: those of standards, and Cisco's extensions that others send too, do not.
bool names_product(const KnownVendorId& known) {
  return !known.vendor.starts_with("IETF") && known.vendor != "unknown" && known.vendor != "vendor" && known.announces == Announces::nothing;
}

}  // namespace

ImplementationGuess guess_implementation(const Message& message) {
  std::string ids;
  bool bound = false;
  for (const auto& payload : message.payloads) {
    const auto* id = std::get_if<VendorId>(&payload.content);
    if (id == nullptr) continue;
    bound = bound || is_cisco_cookie_bound(id->data, message.header.initiator_cookie) || is_cisco_cookie_bound(id->data, message.header.responder_cookie);
    ids += letter_of(id->data);
    if (ids.back() != '?') continue;
    const auto* known = find_vendor_id(id->data);
    if (known != nullptr && names_product(*known)) return {std::string{known->vendor} + ": " + describe_vendor_id(id->data, 0, 0), false};
  }
  if (bound) return {ids.find('A') != std::string::npos ? "Cisco ASA" : "Cisco IOS", false};
  const auto habit = std::ranges::find(habits, ids, &Habit::ids);
  return habit == habits.end() ? ImplementationGuess{} : ImplementationGuess{std::string{habit->name}, true};
}

}  // namespace ike::isakmp
