#include "keys.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <iterator>

#include "output.hpp"

namespace ike::app {
namespace {

void leave_no_core() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

/// What `loaded` holds, its warnings said; or UsageError.
template <typename Loaded>
auto take(Loaded&& loaded) {
  if (!loaded) throw UsageError{loaded.error().message};
  return std::move(*loaded);
}

template <typename Value>
void append(std::vector<Value>& to, std::vector<Value>&& more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

crypto::OpenerKeys load_keys(const KeyOptions& options) {
  if (!options.keys.empty() || !options.logs.empty() || !options.psks.empty()) leave_no_core();
  crypto::OpenerKeys all;
  const auto warn = [&](const std::vector<std::string>& warnings) {
    for (const auto& warning : options.quiet ? std::vector<std::string>{} : warnings) complain(warning);
  };
  const auto add_keys = [&](const std::string& path, crypto::KeyFormat format) {
    auto file = take(crypto::load_key_file(path, format));
    warn(file.warnings);
    append(all.keys, std::move(file.keys));
  };
  for (const auto& path : options.keys) add_keys(path, crypto::KeyFormat::automatic);
  for (const auto& path : options.logs) add_keys(path, crypto::KeyFormat::strongswan_log);
  for (const auto& path : options.psks) {
    auto file = take(crypto::load_psk_file(path));
    warn(file.warnings);
    append(all.psks, std::move(file.psks));
  }
  for (const auto& path : options.authorities) append(all.authorities, take(crypto::load_certificates(path)));
  return all;
}

}  // namespace ike::app
