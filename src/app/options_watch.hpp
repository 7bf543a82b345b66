#pragma once

#include <CLI/CLI.hpp>

#include "options.hpp"

namespace ike::app {

void add_watch(CLI::App& command, WatchOptions& options);
void add_filter(CLI::App& command, FilterOptions& options);
/// What CLI11 can't check of an option alone. Throws UsageError.
void check_watch(const WatchOptions& options);

}  // namespace ike::app
