#include "vocabulary.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

namespace ike::expect {
namespace {

using isakmp::AuthMethod;
using isakmp::EncryptionAlgorithm;
using isakmp::Group;
using isakmp::HashAlgorithm;

template <typename Value>
using Word = std::pair<std::string_view, Value>;

constexpr auto states = std::to_array<Word<State>>({
    {"healthy", State::healthy},   {"up", State::up},             {"phase1", State::phase1},   {"phase2", State::phase2},       {"stalled", State::stalled},
    {"rejected", State::rejected}, {"flapping", State::flapping}, {"closed", State::closed},   {"pending", State::pending},     {"phase1-up", State::phase1_up},
    {"probe", State::probe},       {"main", State::main},         {"aggressive", State::aggressive}, {"warnings", State::warnings},
});
constexpr auto subjects = std::to_array<Word<Subject>>({
    {"tunnels", Subject::tunnels}, {"attempts", Subject::attempts},     {"resends", Subject::resends}, {"quick-modes", Subject::quick_modes}, {"lifetime", Subject::lifetime}, {"group", Subject::group},
    {"mode", Subject::mode},       {"encryption", Subject::encryption}, {"hash", Subject::hash},       {"auth", Subject::auth},               {"esp", Subject::esp},
});
constexpr auto esp_words = std::to_array<Word<Esp>>({
    {"both", Esp::both}, {"none", Esp::none}, {"any", Esp::any}, {"to-responder", Esp::to_responder}, {"to-initiator", Esp::to_initiator},
});
constexpr auto ciphers = std::to_array({EncryptionAlgorithm::aes_cbc, EncryptionAlgorithm::triple_des_cbc, EncryptionAlgorithm::des_cbc, EncryptionAlgorithm::camellia_cbc, EncryptionAlgorithm::blowfish_cbc,
                                        EncryptionAlgorithm::cast_cbc, EncryptionAlgorithm::idea_cbc});
constexpr auto hashes = std::to_array({HashAlgorithm::md5, HashAlgorithm::sha1, HashAlgorithm::sha2_256, HashAlgorithm::sha2_384, HashAlgorithm::sha2_512});
constexpr std::uint16_t last_group = 40;  // of those with a name
constexpr auto methods = std::to_array({AuthMethod::psk, AuthMethod::rsa_sig, AuthMethod::dss, AuthMethod::ecdsa_256, AuthMethod::ecdsa_384, AuthMethod::ecdsa_521, AuthMethod::xauth_init_psk, AuthMethod::xauth_resp_psk,
                                        AuthMethod::xauth_init_rsa, AuthMethod::xauth_resp_rsa, AuthMethod::hybrid_init_rsa, AuthMethod::hybrid_resp_rsa});

constexpr char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// In whatever case it is written.
template <typename Value, std::size_t size>
std::optional<Value> find(const std::array<Word<Value>, size>& words, std::string_view word) {
  const auto found = std::ranges::find_if(words, [&](const Word<Value>& known) { return std::ranges::equal(known.first, word, {}, {}, small); });
  if (found == words.end()) return std::nullopt;
  return found->second;
}

template <typename Value, std::size_t size>
std::string_view name_of(const std::array<Word<Value>, size>& words, Value value) {
  const auto found = std::ranges::find(words, value, &Word<Value>::second);
  return found == words.end() ? std::string_view{} : found->first;
}

/// Letters and digits of `text` in lower case: "SHA2-256" and "sha2_256" are the same to us.
std::string bare(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
  }
  return letters;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Whether the cipher has keys of `bits` to be negotiated (RFC 2409 appendix A; others have one length only).
bool has_key_length(EncryptionAlgorithm cipher, std::uint16_t bits) {
  switch (cipher) {
    case EncryptionAlgorithm::aes_cbc:
    case EncryptionAlgorithm::camellia_cbc: return bits == 128 || bits == 192 || bits == 256;
    case EncryptionAlgorithm::blowfish_cbc: return bits >= 40 && bits <= 448 && bits % 8 == 0;
    case EncryptionAlgorithm::cast_cbc: return bits >= 40 && bits <= 128 && bits % 8 == 0;
    default: return false;
  }
}

/// "AES", "AES-CBC", "AES-256", "AES-CBC-256".
bool read_cipher(std::string_view word, Compare& compare) {
  const std::string asked = bare(word);
  for (const EncryptionAlgorithm cipher : ciphers) {
    std::string known = bare(name(cipher));
    for (const bool whole : {true, false}) {
      if (!whole) known.resize(known.size() - 3);  // without "cbc"
      if (!asked.starts_with(known)) continue;
      const std::string_view rest = std::string_view{asked}.substr(known.size());
      const std::optional<std::uint16_t> bits = rest.empty() ? std::uint16_t{0} : number_of<std::uint16_t>(rest);
      if (!bits || (!rest.empty() && !has_key_length(cipher, *bits))) continue;
      compare.value = number(cipher);
      compare.key_length = *bits;
      return true;
    }
  }
  return false;
}

bool read_hash(std::string_view word, Compare& compare) {
  std::string asked = bare(word);
  if (asked == "sha") asked = "sha1";
  if (asked == "sha256" || asked == "sha384" || asked == "sha512") asked.insert(3, "2");  // SHA-256 is SHA2-256
  for (const HashAlgorithm hash : hashes) {
    if (asked != bare(name(hash))) continue;
    compare.value = number(hash);
    return true;
  }
  return false;
}

bool read_auth(std::string_view word, Compare& compare) {
  for (const AuthMethod method : methods) {
    if (bare(word) != bare(short_name(method))) continue;
    compare.value = number(method);
    return true;
  }
  return false;
}

bool read_group(std::string_view word, Compare& compare) {
  if (const auto value = number_of<std::uint16_t>(word); value && *value > 0) {
    compare.value = *value;
    return true;
  }
  for (std::uint16_t code = 1; code <= last_group; ++code) {
    const std::string_view known = name(Group{code});
    if (known.empty() || bare(word) != bare(known)) continue;
    compare.value = code;
    return true;
  }
  return false;
}

template <typename Codes, typename Name>
std::string listed(const Codes& codes, Name name_of_code) {
  std::string text;
  for (std::size_t i = 0; i < codes.size(); ++i) text.append(i == 0 ? "" : i + 1 == codes.size() ? " or " : ", ").append(name_of_code(codes[i]));
  return text;
}

/// Insertions, deletions and replacements that make one of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = corner + (a[i] == b[j] ? 0 : 1);
      corner = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, corner + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view name(State state) { return name_of(states, state); }
std::string_view name(Subject subject) { return name_of(subjects, subject); }
std::string_view name(Esp directions) { return name_of(esp_words, directions); }

std::string_view name(Relation relation) {
  constexpr std::array<std::string_view, 6> signs{"=", "!=", "<", "<=", ">", ">="};
  return signs[static_cast<std::size_t>(relation)];
}

std::optional<State> find_state(std::string_view word) { return find(states, word); }
std::optional<Subject> find_subject(std::string_view word) { return find(subjects, word); }
std::optional<Esp> find_esp(std::string_view word) { return find(esp_words, word); }

std::optional<track::Position> find_position(std::string_view word) {
  const std::string asked = bare(word);
  for (auto code = static_cast<std::uint8_t>(track::Position::mm_wait_msg2); code <= static_cast<std::uint8_t>(track::Position::am_active); ++code) {
    if (asked == bare(asa_name(track::Position{code}))) return track::Position{code};
  }
  return std::nullopt;
}

bool is_number(Subject subject) { return subject <= Subject::group; }

std::string values_of(Subject subject) {
  switch (subject) {
    case Subject::mode: return "main or aggressive";
    case Subject::encryption: return listed(ciphers, [](EncryptionAlgorithm code) { return name(code); }) + ", with a key length if wanted: AES-256";
    case Subject::hash: return listed(hashes, [](HashAlgorithm code) { return name(code); });
    case Subject::auth: return listed(methods, [](AuthMethod code) { return short_name(code); });
    case Subject::esp: return listed(esp_words, [](const Word<Esp>& word) { return word.first; });
    case Subject::group: return "a group such as 14 or MODP-2048";
    case Subject::lifetime: return "a number of seconds";
    default: return "a number";
  }
}

bool read_value(std::string_view word, Compare& compare) {
  switch (compare.subject) {
    case Subject::mode:
      if (word != "main" && word != "aggressive") return false;
      compare.value = number(word == "main" ? isakmp::ExchangeType::identity_protection : isakmp::ExchangeType::aggressive);
      return true;
    case Subject::encryption: return read_cipher(word, compare);
    case Subject::hash: return read_hash(word, compare);
    case Subject::auth: return read_auth(word, compare);
    case Subject::group: return read_group(word, compare);
    case Subject::esp: {
      const auto directions = find_esp(word);
      if (directions) compare.value = static_cast<std::uint64_t>(*directions);
      return directions.has_value();
    }
    default: {
      const auto value = number_of<std::uint32_t>(word);
      if (value) compare.value = *value;
      return value.has_value();
    }
  }
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& among) {
  if (word.size() > 40 || std::ranges::find(among, word) != among.end()) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view known : among) {
    const std::size_t steps = distance(word, known);
    if (steps < least) least = steps, best = known;
  }
  return best;
}

const std::vector<std::string_view>& finding_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    for (std::size_t id = 0; id < diagnose::finding_count; ++id) all.push_back(name(diagnose::FindingId{static_cast<std::uint8_t>(id)}));
    return all;
  }();
  return words;
}

const std::vector<std::string_view>& condition_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all{"within", "with", "at", "not", "no", "never"};
    for (const auto& word : states) all.push_back(word.first);
    for (const auto& word : subjects) all.push_back(word.first);
    return all;
  }();
  return words;
}

}  // namespace ike::expect
