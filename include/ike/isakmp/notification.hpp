#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"
#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {

/// Notification payload (RFC 2408 3.14): an error or status sent to the peer, in clear or under HASH.
/// `data` is of `type`'s own format.
struct Notification {
  Doi doi{};
  ProtocolId protocol{};
  NotifyType type{};
  ByteView spi;
  ByteView data;
};

Decoded<Notification> decode_notification(ByteView body);

}  // namespace ike::isakmp
