#include "ike/crypto/secrets.hpp"

#include <botan/mem_ops.h>
#include <sys/stat.h>

#include <array>
#include <fstream>

namespace ike::crypto {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Secret> from_hex(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0 || hex.size() > 128) return std::nullopt;
  std::array<std::uint8_t, 64> octets{};
  bool good = true;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = nibble(hex[i]);
    const int low = nibble(hex[i + 1]);
    good = good && high >= 0 && low >= 0;
    octets[i / 2] = static_cast<std::uint8_t>((high << 4 | low) & 0xff);
  }
  Secret secret{ByteView{octets}.first(hex.size() / 2)};
  Botan::secure_scrub_memory(octets.data(), octets.size());
  if (!good) return std::nullopt;
  return secret;
}

std::string at_line(std::string_view file, std::size_t line) { return std::string{file} + ':' + std::to_string(line) + ": "; }

/// Reads one "cookie,key"; the reason when it cannot. The line itself is never repeated: it may hold a key.
std::optional<std::string> read_row(std::string_view line, PhaseOneKeys& keys) {
  const auto comma = line.find(',');
  if (comma == std::string_view::npos) return "no comma between cookie and key";
  const auto cookie = unquoted(line.substr(0, comma));
  const auto key = unquoted(line.substr(comma + 1));
  const auto octets = from_hex(cookie);
  if (cookie.size() != 16 || !octets) return "cookie is not 16 hex digits";
  keys.initiator_cookie = load_be64(octets->octets().data());
  keys.encryption_key = from_hex(key);
  if (!keys.encryption_key) return "key is not 2 to 128 hex digits in pairs";
  return std::nullopt;
}

/// Text of a file, which is wiped.
struct FileText {
  std::string text;
  FileText() = default;
  FileText(const FileText&) = delete;
  FileText& operator=(const FileText&) = delete;
  ~FileText() { Botan::secure_scrub_memory(text.data(), text.size()); }
};

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
    result.keys.push_back(std::move(keys));
  }
  return result;
}

Result<KeyFile, KeyError> load_key_file(const std::filesystem::path& path, KeyFormat format) {
  const auto shown = path.string();
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return KeyError{shown + ": cannot be read"};
  if (!S_ISREG(facts.st_mode)) return KeyError{shown + ": not a file"};
  if (facts.st_size > static_cast<off_t>(max_key_file)) return KeyError{shown + ": too long for a key file"};
  FileText file;
  file.text.resize(static_cast<std::size_t>(facts.st_size));  // once: growing would leave unwiped copies
  std::ifstream in;
  in.rdbuf()->pubsetbuf(nullptr, 0);  // no buffer that would keep keys
  in.open(path, std::ios::binary);
  if (!in) return KeyError{shown + ": cannot be read"};
  in.read(file.text.data(), static_cast<std::streamsize>(file.text.size()));
  const std::string_view text{file.text.data(), static_cast<std::size_t>(in.gcount())};
  if (format == KeyFormat::automatic) {
    format = text.find("[IKE] ") != std::string_view::npos ? KeyFormat::strongswan_log : KeyFormat::wireshark_table;
  }
  auto result = format == KeyFormat::strongswan_log ? parse_strongswan_log(text, shown) : parse_wireshark_table(text, shown);
  if (result && (facts.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    result->warnings.push_back(shown + ": others than its owner may read this key file");
  }
  if (result && result->keys.empty()) result->warnings.push_back(shown + ": no keys in it");
  return result;
}

}  // namespace ike::crypto
