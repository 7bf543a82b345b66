#pragma once

#include <span>

#include "exit_code.hpp"
#include "ike/expect/writers.hpp"
#include "options.hpp"

namespace ike::app {

/// Writes the verdict in the format asked for and gives the exit status that it means.
ExitCode conclude(const AssertOptions& options, const expect::Verdict& verdict, const report::Report& report, const expect::Run& run);

/// The expectations watched live, while a command runs if there is one.
ExitCode assert_live(const AssertOptions& options, std::span<const expect::Expectation> expectations);

}  // namespace ike::app
