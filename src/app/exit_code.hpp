#pragma once

namespace ike::app {

/// What the program answers to the shell. The man page lists them.
enum class ExitCode : int {
  ok = 0,          ///< all input was read, whatever it says about tunnels
  failed = 1,      ///< assert: an expectation does not hold, or the command failed
  unusable = 2,    ///< the command line is wrong, or an input could not be read or the output not be written
  nothing = 3,     ///< assert: no IKE traffic where some was expected
};

}  // namespace ike::app
