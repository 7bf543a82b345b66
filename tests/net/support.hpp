#pragma once

#include <doctest/doctest.h>

#include "ike/net/dissector.hpp"
#include "support/packets.hpp"

namespace ike::net {

using Kind = Dissector::Kind;
using test::Bytes;

/// The payload of `seen` as a value that can be compared.
inline Bytes octets_of(ByteView view) { return {view.begin(), view.end()}; }

/// The kind of one frame for a dissector of its own.
inline Kind kind_of(const Bytes& frame, LinkType link = LinkType::ethernet) {
  Dissector dissector;
  return dissector.dissect(test::frame_of(frame, link));
}

}  // namespace ike::net
