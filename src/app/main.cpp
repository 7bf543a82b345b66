#include <csignal>
#include <exception>
#include <span>
#include <variant>

#include "commands.hpp"
#include "output.hpp"

namespace ike::app {
namespace {

ExitCode run(const Print& print) {
  write(print.text);
  return ExitCode::ok;
}
ExitCode run(const ReadOptions& options) { return read(options); }
ExitCode run(const DecodeOptions& options) { return decode(options); }
ExitCode run(const ExtractOptions& options) { return extract(options); }
ExitCode run(const CheckPskOptions& options) { return check_psk(options); }
ExitCode run(const ExplainOptions& options) { return explain(options); }
ExitCode run(const WatchOptions& options) { return watch(options); }
ExitCode run(const FilterOptions& options) { return filter(options); }
ExitCode run(const AssertOptions& options) { return assert_expectations(options); }

ExitCode run(std::span<const char* const> arguments) {
  ExitCode code = ExitCode::ok;
  try {
    code = std::visit([](const auto& command) { return run(command); }, parse(arguments));
    flush_output();
  } catch (const OutputClosed&) {  // `... | head`: a verdict that is known counts all the same
  } catch (const std::exception& why) {
    complain(why.what());
    return ExitCode::unusable;
  }
  return code;
}

}  // namespace
}  // namespace ike::app

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is told by write(), quietly
  const auto count = static_cast<std::size_t>(argc);
  return static_cast<int>(ike::app::run({argv, count}));
}
