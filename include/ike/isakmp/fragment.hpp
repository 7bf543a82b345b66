#pragma once

#include <cstdint>

#include "ike/base/bytes.hpp"

namespace ike::isakmp {

/// Cisco and Microsoft IKE fragment payload (132; MS-IKEE 2.2.3.1). FragmentAssembler puts them together.
struct IkeFragment {
  std::uint16_t id = 0;
  std::uint8_t number = 0;  ///< from 1
  bool last = false;
  ByteView data;
};

/// Refuses fragment number 0.
Decoded<IkeFragment> decode_ike_fragment(ByteView body);

}  // namespace ike::isakmp
