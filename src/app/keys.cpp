#include "keys.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <iterator>
#include <system_error>

#include "output.hpp"

namespace ike::app {
namespace {

void leave_no_core() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

constexpr std::string_view key_line = "a line of keys is COOKIE,KEY in hex: 0123456789abcdef,00112233445566778899aabbccddeeff";
constexpr std::string_view key_log = "charon writes keys into its log where the level of ike is 4";
constexpr std::string_view certificate_file = "a certificate is expected, in PEM or DER";

/// What `loaded` holds; or UsageError, with `expected` beside the reason.
template <typename Loaded>
auto take(Loaded&& loaded, std::string_view expected = {}) {
  if (!loaded) throw UsageError{fmt::format("{}{}{}", loaded.error().message, expected.empty() ? "" : "; ", expected)};
  return std::move(*loaded);
}

/// Refuses a file that cannot be read, and says why.
const std::string& readable(std::string_view option, const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0) throw UsageError{fmt::format("{}: {}: {}", option, path, std::generic_category().message(errno))};
  return path;
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
  const auto add_keys = [&](const std::string& path, crypto::KeyFormat format, std::string_view expected) {
    auto file = take(crypto::load_key_file(path, format), expected);
    if (file.keys.empty()) throw UsageError{fmt::format("{}: no keys in it; {}", path, expected)};
    warn(file.warnings);
    append(all.keys, std::move(file.keys));
  };
  for (const auto& path : options.keys) add_keys(readable("--keys", path), crypto::KeyFormat::automatic, key_line);
  for (const auto& path : options.logs) add_keys(readable("--keys-from", path), crypto::KeyFormat::strongswan_log, key_log);
  for (const auto& path : options.psks) {
    auto file = take(crypto::load_psk_file(readable("--psk-file", path)));
    warn(file.warnings);
    append(all.psks, std::move(file.psks));
  }
  for (const auto& path : options.authorities) append(all.authorities, take(crypto::load_certificates(readable("--ca", path)), certificate_file));
  return all;
}

}  // namespace ike::app
