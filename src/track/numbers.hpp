#pragma once

#include "records.hpp"

/// Where a message of phase 1 stands in its mode, from 1: told by what it carries and who sent it (RFC 2409 5.4);
/// 0 when it has no place.
namespace ike::track {

inline std::uint8_t main_mode_number(const Note& note, bool from_responder) {
  if (note.is(Note::encrypted)) return from_responder ? 6 : 5;
  if (note.is(Note::carries_sa)) {
    if (note.responder_cookie == 0) return from_responder ? 0 : 1;
    return from_responder ? 2 : 0;
  }
  if (note.is(Note::carries_ke_or_nonce)) return from_responder ? 4 : 3;
  return 0;
}

inline std::uint8_t aggressive_mode_number(const Note& note, bool from_responder) {
  if (note.is(Note::encrypted)) return from_responder ? 0 : 3;
  if (note.is(Note::carries_sa)) {
    if (note.responder_cookie == 0) return from_responder ? 0 : 1;
    return from_responder ? 2 : 0;
  }
  return note.is(Note::carries_auth) && !from_responder ? 3 : 0;
}

inline std::uint8_t phase1_number(ExchangeType mode, const Note& note, bool from_responder) {
  if (mode == ExchangeType::identity_protection) return main_mode_number(note, from_responder);
  if (mode == ExchangeType::aggressive) return aggressive_mode_number(note, from_responder);
  return 0;
}

/// Messages of a whole phase 1.
constexpr std::uint8_t phase1_length(ExchangeType mode) { return mode == ExchangeType::aggressive ? 3 : 6; }

}  // namespace ike::track
