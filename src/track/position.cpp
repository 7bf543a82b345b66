#include "ike/track/position.hpp"

#include <algorithm>
#include <array>

namespace ike::track {
namespace {

/// One position in every product's words. libreswan has a word for each side; a side that can't be there has none.
struct Words {
  Position position;
  std::string_view asa;
  std::string_view libreswan_initiator;
  std::string_view libreswan_responder;
};
constexpr auto words = std::to_array<Words>({
    {Position::unseen, "", "", ""},
    {Position::mm_wait_msg2, "MM_WAIT_MSG2", "MAIN_I1", ""},
    {Position::mm_wait_msg3, "MM_WAIT_MSG3", "", "MAIN_R1"},
    {Position::mm_wait_msg4, "MM_WAIT_MSG4", "MAIN_I2", ""},
    {Position::mm_wait_msg5, "MM_WAIT_MSG5", "", "MAIN_R2"},
    {Position::mm_wait_msg6, "MM_WAIT_MSG6", "MAIN_I3", ""},
    {Position::mm_active, "MM_ACTIVE", "MAIN_I4", "MAIN_R3"},
    {Position::am_wait_msg2, "AM_WAIT_MSG2", "AGGR_I1", ""},
    {Position::am_wait_msg3, "AM_WAIT_MSG3", "", "AGGR_R1"},
    {Position::am_active, "AM_ACTIVE", "AGGR_I2", "AGGR_R2"},
});

constexpr const Words& words_for(Position position) {
  const auto* row = std::ranges::find(words, position, &Words::position);
  return row == words.end() ? words.front() : *row;
}

/// The exchange's state in IOS and PIX, by the last message of phase 1.
constexpr auto ios_main = std::to_array<std::string_view>(
    {"MM_NO_STATE", "MM_NO_STATE", "MM_SA_SETUP", "MM_SA_SETUP", "MM_KEY_EXCH", "MM_KEY_EXCH"});
constexpr auto ios_aggressive = std::to_array<std::string_view>({"AG_NO_STATE", "AG_NO_STATE", "AG_INIT_EXCH"});

}  // namespace

std::string_view asa_name(Position position) { return words_for(position).asa; }

std::string_view ios_name(Position position, std::uint8_t last_message) {
  if (position == Position::unseen) return {};
  if (is_active(position)) return "QM_IDLE";  // MM_KEY_AUTH and AG_AUTH last no longer than the step to it
  // A side that still waits after the last message has not authenticated the other: the state before it.
  if (position == Position::am_wait_msg2 || position == Position::am_wait_msg3) {
    return ios_aggressive[std::min<std::size_t>(last_message, ios_aggressive.size() - 1)];
  }
  return ios_main[std::min<std::size_t>(last_message, ios_main.size() - 1)];
}

std::string_view libreswan_name(Position position, Side side) {
  const Words& row = words_for(position);
  return side == Side::initiator ? row.libreswan_initiator : row.libreswan_responder;
}

}  // namespace ike::track
