#pragma once

#include <string>
#include <vector>

#include "ike/net/dissector.hpp"
#include "timeline.hpp"

namespace ike::app {

/// By how much each capture's clock is to be set so that packets seen in several of them have the same time: those
/// of the first file stay. Where both directions are in both, the time on the way
/// drops out. `remarks` gets a line for every file.
std::vector<Duration> clock_shifts(const std::vector<std::string>& files, const net::Ports& ports, std::vector<std::string>& remarks);

}  // namespace ike::app
