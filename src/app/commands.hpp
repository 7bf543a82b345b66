#pragma once

#include "exit_code.hpp"
#include "options.hpp"

namespace ike::app {

// One function per command, each in the file of its name.
ExitCode read(const ReadOptions& options);
ExitCode decode(const DecodeOptions& options);
ExitCode extract(const ExtractOptions& options);
ExitCode check_psk(const CheckPskOptions& options);
ExitCode watch(const WatchOptions& options);
ExitCode filter(const FilterOptions& options);
ExitCode explain(const ExplainOptions& options);
ExitCode assert_expectations(const AssertOptions& options);  // assert.cpp; `assert` itself may be a macro

}  // namespace ike::app
