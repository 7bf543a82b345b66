#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ike/report/report.hpp"
#include "json_writer.hpp"

/// The lines of EventStream that are about a tunnel, not a packet.
namespace ike::report {

/// Whether its findings are told: it is stalled, flapping, or has a warning.
bool in_trouble(const TunnelRow& row);
/// Begins the object of event `name`, with the time when there is one.
void event(JsonWriter& json, std::string_view name, const std::optional<Time>& now);
void tunnel_line(JsonWriter& json, std::uint32_t number, const TunnelRow& row, const std::optional<Time>& now);
void finding_lines(JsonWriter& json, std::uint32_t number, const TunnelReport& opened, const std::optional<Time>& now);

}  // namespace ike::report
