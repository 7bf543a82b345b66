#include "ike/crypto/secrets.hpp"

#include <sys/stat.h>

#include <fstream>

#include "key_text.hpp"

namespace ike::crypto {
namespace {

/// Reads one "cookie,key"; the reason when it cannot. The line itself is never repeated: it may hold a key.
std::optional<std::string> read_row(std::string_view line, PhaseOneKeys& keys) {
  const auto comma = line.find(',');
  if (comma == std::string_view::npos) return "no comma between cookie and key";
  const auto cookie = unquoted(line.substr(0, comma));
  const auto key = unquoted(line.substr(comma + 1));
  const auto octets = from_hex(cookie);
  if (cookie.size() != 16 || !octets) return "cookie is not 16 hex digits";
  keys.initiator_cookie = load_be64(octets->octets().data());
  keys.encryption_key = key.size() > 128 ? std::nullopt : from_hex(key);
  if (!keys.encryption_key) return "key is not 2 to 128 hex digits in pairs";
  return std::nullopt;
}

}  // namespace

Result<KeyFile, KeyError> parse_wireshark_table(std::string_view text, std::string_view file) {
  KeyFile result;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const auto whole = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (whole.size() > max_key_line) return KeyError{at_line(file, line) + "line is too long"};
    const auto content = trimmed(whole.substr(0, whole.find('#')));
    if (content.empty()) continue;
    if (result.keys.size() == max_keys) return KeyError{at_line(file, line) + "too many keys"};
    PhaseOneKeys keys;
    if (const auto why = read_row(content, keys)) return KeyError{at_line(file, line) + *why};
    keys.source = source_of(file, line);
    result.keys.push_back(std::move(keys));
  }
  return result;
}

namespace {

/// Reads the whole of a file that holds secrets into `file`; the reason when it cannot.
std::optional<KeyError> read_file(const std::filesystem::path& path, FileText& file, std::vector<std::string>& warnings) {
  const auto shown = path.string();
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return KeyError{shown + ": cannot be read"};
  if (!S_ISREG(facts.st_mode)) return KeyError{shown + ": not a file"};
  if (facts.st_size > static_cast<off_t>(max_key_file)) return KeyError{shown + ": too long for a key file"};
  file.text.resize(static_cast<std::size_t>(facts.st_size));  // once: growing would leave unwiped copies
  std::ifstream in;
  in.rdbuf()->pubsetbuf(nullptr, 0);  // no buffer that would keep keys
  in.open(path, std::ios::binary);
  if (!in) return KeyError{shown + ": cannot be read"};
  in.read(file.text.data(), static_cast<std::streamsize>(file.text.size()));
  file.length = static_cast<std::size_t>(in.gcount());
  if ((facts.st_mode & (S_IRGRP | S_IROTH)) != 0) warnings.push_back(shown + ": others than its owner may read this key file");
  return std::nullopt;
}

/// Told by the first line that says something: "cookie name=value", "cookie,key", or a log.
KeyFormat format_of(std::string_view text) {
  if (text.find("[IKE] ") != std::string_view::npos) return KeyFormat::strongswan_log;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    if (!line.empty() && line.front() != '#') return line.find('=') != std::string_view::npos ? KeyFormat::ikescope_lines : KeyFormat::wireshark_table;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return KeyFormat::wireshark_table;
}

}  // namespace

Result<KeyFile, KeyError> load_key_file(const std::filesystem::path& path, KeyFormat format) {
  const auto shown = path.string();
  FileText file;
  std::vector<std::string> warnings;
  if (auto why = read_file(path, file, warnings)) return *why;
  const auto text = file.view();
  if (format == KeyFormat::automatic) format = format_of(text);
  auto result = format == KeyFormat::strongswan_log   ? parse_strongswan_log(text, shown)
                : format == KeyFormat::ikescope_lines ? parse_key_lines(text, shown)
                                                      : parse_wireshark_table(text, shown);
  if (!result) return result;
  result->warnings.insert(result->warnings.end(), warnings.begin(), warnings.end());
  if (result->keys.empty()) result->warnings.push_back(shown + ": no keys in it");
  return result;
}

Result<PskFile, KeyError> load_psk_file(const std::filesystem::path& path) {
  FileText file;
  std::vector<std::string> warnings;
  if (auto why = read_file(path, file, warnings)) return *why;
  auto result = parse_psks(file.view(), path.string());
  if (!result) return result;
  result->warnings.insert(result->warnings.end(), warnings.begin(), warnings.end());
  if (result->psks.empty()) result->warnings.push_back(path.string() + ": no pre-shared keys in it");
  return result;
}

}  // namespace ike::crypto
