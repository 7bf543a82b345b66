#pragma once

#include <cstdint>
#include <string_view>

namespace ike::track {

/// The two ends of an exchange (RFC 2408 2.1): who sent its first message, and the other.
enum class Side : std::uint8_t { initiator, responder };
constexpr Side other(Side side) { return side == Side::initiator ? Side::responder : Side::initiator; }
constexpr std::string_view name(Side side) { return side == Side::initiator ? "initiator" : "responder"; }

/// Where one side of a phase 1 exchange stands, in the ASA's words. `unseen`: nothing was seen of that side.
enum class Position : std::uint8_t {
  unseen,
  mm_wait_msg2,
  mm_wait_msg3,
  mm_wait_msg4,
  mm_wait_msg5,
  mm_wait_msg6,
  mm_active,
  am_wait_msg2,
  am_wait_msg3,
  am_active,
};

/// Positions of both sides, and the highest message of the sequence that was seen.
struct Positions {
  Position initiator = Position::unseen;
  Position responder = Position::unseen;
  std::uint8_t last_message = 0;

  [[nodiscard]] constexpr Position of(Side side) const { return side == Side::initiator ? initiator : responder; }
  friend constexpr bool operator==(const Positions&, const Positions&) = default;
};

/// "MM_WAIT_MSG4"; empty for unseen.
std::string_view asa_name(Position position);
/// "MM_SA_SETUP", "AG_INIT_EXCH", "QM_IDLE": IOS and PIX name the state of the exchange, so the last message
/// counts too. Empty for unseen.
std::string_view ios_name(Position position, std::uint8_t last_message);
/// "MAIN_I2", "AGGR_R1"; empty for unseen.
std::string_view libreswan_name(Position position, Side side);

constexpr bool is_active(Position position) { return position == Position::mm_active || position == Position::am_active; }

}  // namespace ike::track
