#pragma once

#include <botan/mem_ops.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "ike/crypto/secret.hpp"

/// What the readers of key files share.
namespace ike::crypto {

inline constexpr std::size_t max_key_octets = 1024;  // g^xy of MODP-8192

inline std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

inline std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

inline int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline std::optional<Secret> from_hex(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0 || hex.size() > 2 * max_key_octets) return std::nullopt;
  std::array<std::uint8_t, max_key_octets> octets{};
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

/// "keys.txt:3", without the folder.
inline std::string source_of(std::string_view file, std::size_t line) { return std::string{file.substr(file.rfind('/') + 1)} + ':' + std::to_string(line); }
inline std::string at_line(std::string_view file, std::size_t line) { return std::string{file} + ':' + std::to_string(line) + ": "; }

/// Text of a file, which is wiped.
struct FileText {
  std::string text;
  std::size_t length = 0;  // of it that was read
  FileText() = default;
  FileText(const FileText&) = delete;
  FileText& operator=(const FileText&) = delete;
  [[nodiscard]] std::string_view view() const { return std::string_view{text}.substr(0, length); }
  ~FileText() { Botan::secure_scrub_memory(text.data(), text.size()); }
};

}  // namespace ike::crypto
