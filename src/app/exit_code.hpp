#pragma once

namespace ike::app {

/// What the program answers to the shell. The man page lists them.
enum class ExitCode : int {
  ok = 0,          ///< all input was read, whatever it says about tunnels
  unusable = 2,    ///< the command line is wrong, or an input could not be read or the output not be written
};

}  // namespace ike::app
