#pragma once

#include <string_view>
#include <vector>

#include "support/packets.hpp"

/// The exchanges that the field reports behind this project quote from an ASA's log, as captures: message
/// kinds, payloads in their order, lengths and seconds are the log's; what a log does not say (cookies,
/// fractions of a second, key material) is made up, and always the same.
namespace ike::test {

struct Seed {
  std::string_view name;  ///< of the file, without ".pcap"
  Bytes pcap;
};
std::vector<Seed> seeds();

}  // namespace ike::test
