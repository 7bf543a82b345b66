#pragma once

#include <cstdint>
#include <vector>

#include "support/packets.hpp"

namespace ike::fuzz {

/// Two peers, their cookies and what they have sent so far: turns the steps of a script into IP packets.
class Conversation {
 public:
  /// The packets (fragments, or one, or none) of one step.
  /// what: the kind of message, see `message`; beyond those ESP, ICMP errors, resends, and new cookies.
  /// how: who sends it, on which port, under which cookies, whole or in fragments.
  /// wrong: what is damaged in it, and the octet that damages it; 0 for nothing.
  std::vector<test::Bytes> step(std::uint8_t what, std::uint8_t how, std::uint8_t wrong);

 private:
  [[nodiscard]] test::Bytes message(unsigned kind, bool responder, std::uint8_t variant) const;
  [[nodiscard]] test::Isakmp header(std::uint8_t exchange, std::uint32_t message_id, bool responder_cookie = true) const;

  std::uint8_t attempt_ = 1;
  std::uint8_t cookie_ = 1;  // the responder's
  std::uint8_t exchange_ = 1;
  std::uint16_t ip_id_ = 1;
  std::vector<test::Bytes> sent_;  // UDP datagrams as IP packets, unfragmented
};

}  // namespace ike::fuzz
