#pragma once

#include "ike/crypto/opener.hpp"
#include "options.hpp"

namespace ike::app {

/// Reads every file that `options` names; warnings go to standard error. From then on this process leaves no core that would
/// hold them. Throws UsageError.
crypto::OpenerKeys load_keys(const KeyOptions& options);

}  // namespace ike::app
