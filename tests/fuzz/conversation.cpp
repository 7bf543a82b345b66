#include "fuzz/conversation.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace ike::fuzz {

using namespace ike::test;

namespace {

/// What a `what` beyond the messages does.
enum Kind : unsigned {
  main_mode = 0,  // 1 to 6
  aggressive = 6,  // 1 to 3
  quick_mode = 9,  // 1 to 3
  transaction = 12,
  notify_clear,
  informational,
  delete_clear,
  ike_fragment,
  ikev2,
  keepalive,
  esp_in_udp,
  esp_native,
  icmp,
  resend,
  new_attempt,
  new_cookie,
  new_exchange,
  count
};

constexpr std::array<std::uint16_t, 12> notifies{4, 5, 7, 11, 14, 16, 17, 18, 24, 24578, 36136, 0xffff};
constexpr std::array<std::pair<std::uint8_t, std::uint8_t>, 8> unreachable{{{3, 3}, {3, 1}, {3, 13}, {3, 4}, {11, 0}, {11, 1}, {12, 0}, {3, 15}}};

const Part natt = vid(hex("4a131c81070358455c5728f20e95452f"));
const Part fragmentation = vid(hex("4048b7d56ebce88525e7de7f00d6c2d380000000"));
const Part xauth = vid(hex("09002689dfd6b712"));

Part offer(std::uint8_t variant) {
  constexpr std::array<std::uint16_t, 6> authentication{1, 3, 65001, 65005, 64221, 9};
  std::vector<TransformSpec> transforms;
  for (unsigned i = 0; i <= variant % 3U; ++i) {
    transforms.push_back({1, phase1(i == 0 ? 7 : 5, i == 0 ? 256 : 0, 2, authentication[variant % authentication.size()], 2)});
  }
  return sa({{1, {}, transforms}});
}

}  // namespace

Isakmp Conversation::header(std::uint8_t exchange, std::uint32_t message_id, bool responder_cookie) const {
  return {0x1111111111111100U + attempt_, responder_cookie ? 0x2222222222222200U + cookie_ : 0, exchange, 0, message_id};
}

Bytes Conversation::message(unsigned kind, bool responder, std::uint8_t variant) const {
  const std::uint32_t id = exchange_ * 0x01010101U;
  const auto peer = identification(1, hex(responder ? "c6336402" : "c0000201"));
  switch (kind) {
    case main_mode + 0: return isakmp(header(2, 0, false), {offer(variant), natt, fragmentation, xauth});
    case main_mode + 1: return isakmp(header(2, 0), {offer(static_cast<std::uint8_t>(variant / 3 * 3)), natt});
    case main_mode + 2:
    case main_mode + 3: return isakmp(header(2, 0), {ke(128, variant), nonce(20, variant), nat_d(), nat_d(20, variant)});
    case main_mode + 4:
    case main_mode + 5: return isakmp_encrypted(header(2, 0), 5, 76, static_cast<std::uint8_t>(kind + variant));
    case aggressive + 0: return isakmp(header(4, 0, false), {offer(variant), ke(), nonce(), peer, natt});
    case aggressive + 1: return isakmp(header(4, 0), {offer(static_cast<std::uint8_t>(variant / 3 * 3)), ke(), nonce(), peer, hash(), nat_d()});
    case aggressive + 2:
      return variant % 2 == 0 ? isakmp(header(4, 0), {hash()}) : isakmp_encrypted(header(4, 0), 8, 60, variant);
    case quick_mode + 0: return isakmp_encrypted(header(32, id), 8, 300, 1);
    case quick_mode + 1: return isakmp_encrypted(header(32, id), 8, 292, 2);
    case quick_mode + 2: return isakmp_encrypted(header(32, id), 8, 60, 3);
    case transaction: return isakmp_encrypted(header(6, id), 8, 76, variant);
    case notify_clear: return isakmp(header(5, variant, variant % 2 == 0), {notify(notifies[variant % notifies.size()], hex("01020304"))});
    case informational: return isakmp_encrypted(header(5, 0x80000000U + variant), 8, 76 + 8U * (variant % 4), variant);
    case delete_clear: return isakmp(header(5, 7), {remove(1, {be64(0x1111111111111100U + attempt_) + be64(0x2222222222222200U + cookie_)})});
    case ike_fragment: {
      const auto whole = message(variant % 6U, responder, 0);
      const auto half = static_cast<std::ptrdiff_t>(whole.size() / 2);
      const bool last = variant % 16 >= 8;
      const Bytes part = last ? Bytes{whole.begin() + half, whole.end()} : Bytes{whole.begin(), whole.begin() + half};
      return isakmp(header(2, 0), {{132, hex("0007") + hex(last ? "0201" : "0100") + part}});
    }
    case ikev2: {
      auto other = header(34, variant % 2, responder);
      other.version = variant % 8 == 7 ? 0x30 : 0x20;
      other.flags = responder ? 0x20 : 0x08;
      return isakmp(other, {{41, hex("0000000e")}});
    }
    case keepalive: return hex("ff");
    default: return esp_payload(0xc0000000U + variant % 4, variant);
  }
}

std::vector<Bytes> Conversation::step(std::uint8_t what, std::uint8_t how, std::uint8_t wrong) {
  const unsigned kind = what % count;
  const auto variant = static_cast<std::uint8_t>(what / count + (wrong >= 0xf0 ? wrong : 0));
  const bool responder = (how & 1U) != 0;
  const bool port4500 = (how & 2U) != 0;
  if (kind == new_attempt) attempt_ = static_cast<std::uint8_t>(attempt_ + 1 + variant);
  if (kind == new_cookie) cookie_ = static_cast<std::uint8_t>(cookie_ + 1 + variant);
  if (kind == new_exchange) exchange_ = static_cast<std::uint8_t>(exchange_ + 1 + variant);
  if (kind >= new_attempt) return {};

  const bool v6 = (how & 4U) != 0;
  std::array<std::string, 3> hosts{"192.0.2.1", "198.51.100.2", "192.0.2.9"};
  if (v6) hosts = {"2001:db8::1", "2001:db8::2", "2001:db8::9"};
  const bool moved = (how & 0xc0U) == 0xc0;
  const Ip ip_header{.source = responder ? hosts[1] : hosts[moved ? 2 : 0], .destination = responder ? hosts[moved ? 2 : 0] : hosts[1], .id = ++ip_id_};
  if (kind == esp_native) return {esp(ip_header, 0xd0000000U + variant % 4, ip_id_)};
  if ((kind == icmp || kind == resend) && sent_.empty()) return {};
  const auto& earlier = sent_.empty() ? Bytes{} : sent_[sent_.size() - 1 - wrong % std::min<std::size_t>(sent_.size(), 8)];
  if (kind == icmp) {
    const auto [type, code] = unreachable[variant % unreachable.size()];
    return {icmp_error({.source = (how & 8U) != 0 ? "203.0.113.7" : "198.51.100.2", .destination = "192.0.2.1"}, type, code, earlier, 1400, (how & 16U) != 0 ? 28 : 600)};
  }
  if (kind == resend) return {Bytes{earlier}};

  auto octets = message(kind, responder, variant);
  if (wrong != 0 && wrong < 0xf0) octets[wrong % octets.size()] ^= static_cast<std::uint8_t>(1U << (wrong % 8U));
  if (port4500 && kind < keepalive) octets = with_marker(octets);
  const std::uint16_t port = port4500 ? 4500 : 500;
  const std::uint16_t nat_port = (how & 0xc0U) == 0x40 ? std::uint16_t{1024} : port;
  const auto packet = udp(ip_header, responder ? port : nat_port, responder ? nat_port : port, octets);
  sent_.push_back(packet);
  if ((how & 0x30U) == 0 || octets.size() < 64) return {packet};
  auto parts = fragments(packet, 2, ip_id_);
  if ((how & 0x10U) == 0) parts.erase(parts.begin() + ((how & 8U) != 0 ? 0 : 1));
  return parts;
}

}  // namespace ike::fuzz
