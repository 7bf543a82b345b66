#include <botan/mem_ops.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "ike/crypto/secrets.hpp"
#include "key_text.hpp"

namespace ike::crypto {
namespace {

// A line of charon's log, whatever stands before the thread's number:
//     09:22:10.801 14[IKE] <net|1> SKEYID => 32 bytes @ 0x64005260
//     09:22:10.801 14[IKE] <net|1>    0: 0E CB A7 9A B7 9F 45 23 A3 67 A1 E5 DA 84 1B B1  ......E#.g......
struct Line {
  unsigned thread = 0;
  std::uint64_t sa = 0;
  std::string_view text;
};

template <typename Number>
bool read_number(std::string_view text, Number& value, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<Line> read_line(std::string_view line) {
  constexpr std::string_view group = "[IKE] <";
  const auto at = line.find(group);
  if (at == std::string_view::npos) return std::nullopt;
  auto begin = at;
  while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9') --begin;
  Line read;
  if (!read_number(line.substr(begin, at - begin), read.thread)) return std::nullopt;
  line.remove_prefix(at + group.size());
  const auto close = line.find("> ");  // "net|1" or, before the connection is known, "1"
  if (close == std::string_view::npos) return std::nullopt;
  const auto name = line.substr(0, close);
  const auto bar = name.rfind('|');
  if (!read_number(bar == std::string_view::npos ? name : name.substr(bar + 1), read.sa)) return std::nullopt;
  read.text = line.substr(close + 2);
  return read;
}

enum class Field : std::uint8_t { natd, hash_i, hash_r, g_xy, skeyid, d, a, e, key, iv };

struct Title {
  std::string_view text;
  Field field;
};

constexpr auto titles = std::to_array<Title>({
    {"natd_chunk", Field::natd},
    {"HASH_I data", Field::hash_i},
    {"HASH_R data", Field::hash_r},
    {"shared Diffie Hellman secret", Field::g_xy},
    {"SKEYID", Field::skeyid},
    {"SKEYID_d", Field::d},
    {"SKEYID_a", Field::a},
    {"SKEYID_e", Field::e},
    {"encryption key Ka", Field::key},
    {"initial IV", Field::iv},
});

constexpr std::size_t max_dump = 4096;    // octets; two public values of MODP-8192, an SA payload and an ID
constexpr std::size_t max_threads = 256;  // dumps open at a time
constexpr std::size_t natd_lengths[] = {22, 34};  // CKY-I, CKY-R, IPv4 or IPv6 address, port

/// A hex dump being read.
struct Dump {
  std::uint64_t sa = 0;
  Field field{};
  std::size_t length = 0;
  std::array<std::uint8_t, max_dump> octets{};
  std::size_t got = 0;

  Dump() = default;
  Dump(const Dump&) = delete;
  Dump& operator=(const Dump&) = delete;
  ~Dump() { Botan::secure_scrub_memory(octets.data(), octets.size()); }
};

struct Cookies {
  isakmp::Cookie initiator = 0, responder = 0;
  friend bool operator==(const Cookies&, const Cookies&) = default;
};

/// What is known of one IKE_SA number of charon; with another try it begins anew.
struct Sa {
  Cookies cookies;
  std::optional<std::size_t> keys;  // which of the result
  std::optional<Secret> g_xy;       // comes before SKEYID
};

class LogReader {
 public:
  /// False when there are too many keys.
  bool take(std::string_view whole) {
    if (whole.find("[DMN] Starting IKE") != std::string_view::npos) sas_.clear();  // numbers begin again at 1
    const auto read = read_line(whole);
    if (!read) return true;
    if (const auto title = read_title(*read)) {
      if (dumps_.size() == max_threads && !dumps_.contains(read->thread)) dumps_.clear();
      auto& dump = dumps_[read->thread];
      dump.sa = read->sa;
      dump.field = title->first;
      dump.length = title->second;
      dump.got = 0;
      return true;
    }
    const auto dump = dumps_.find(read->thread);
    if (dump == dumps_.end()) return true;
    if (dump->second.sa != read->sa || !read_octets(read->text, dump->second)) {
      dumps_.erase(dump);
      return true;
    }
    if (dump->second.got < dump->second.length) return true;
    const bool room = store(dump->second);
    dumps_.erase(dump);
    return room;
  }

  KeyFile result;
  std::string_view file;
  std::size_t line = 0;

 private:
  /// "SKEYID => 32 bytes @ 0x64005260"
  static std::optional<std::pair<Field, std::size_t>> read_title(const Line& line) {
    constexpr std::string_view arrow = " => ";
    const auto at = line.text.find(arrow);
    if (at == std::string_view::npos) return std::nullopt;
    const auto title = std::ranges::find(titles, line.text.substr(0, at), &Title::text);
    if (title == titles.end()) return std::nullopt;
    const auto rest = line.text.substr(at + arrow.size());
    std::size_t length = 0;
    if (!read_number(rest.substr(0, rest.find(' ')), length)) return std::nullopt;
    if (length == 0 || length > max_dump) return std::nullopt;
    return std::pair{title->field, length};
  }

  /// "  16: 5B 5A ...  [ZV..": the offset must be what is expected next.
  static bool read_octets(std::string_view text, Dump& dump) {
    const auto begin = text.find_first_not_of(' ');
    const auto colon = text.find(": ");
    std::size_t offset = 0;
    if (begin == std::string_view::npos || colon == std::string_view::npos || colon < begin) return false;
    if (!read_number(text.substr(begin, colon - begin), offset) || offset != dump.got) return false;
    text.remove_prefix(colon + 2);
    const auto count = std::min<std::size_t>(16, dump.length - dump.got);
    for (std::size_t i = 0; i < count; ++i) {
      if (text.size() < 3 * i + 2 || !read_number(text.substr(3 * i, 2), dump.octets[dump.got], 16)) return false;
      ++dump.got;
    }
    return true;
  }

  bool store(const Dump& dump) {
    if (sas_.size() == max_keys && !sas_.contains(dump.sa)) return false;
    auto& sa = sas_[dump.sa];
    const auto octets = ByteView{dump.octets}.first(dump.length);
    if (dump.field == Field::natd) {
      if (std::ranges::find(natd_lengths, dump.length) != std::end(natd_lengths)) {
        learn_cookies(sa, {load_be64(octets.data()), load_be64(octets.data() + 8)});
      }
      return true;
    }
    if (dump.field == Field::g_xy) {
      sa.g_xy.emplace(octets);
      return true;
    }
    if (dump.field == Field::skeyid) {
      if (result.keys.size() == max_keys) return false;
      sa.keys = result.keys.size();
      auto& keys = result.keys.emplace_back();
      keys.source = source_of(file, line);
      keys.skeyid.emplace(octets);
      keys.g_xy = std::exchange(sa.g_xy, std::nullopt);
      if (sa.cookies.initiator != 0) name(keys, sa.cookies);
      return true;
    }
    if (!sa.keys) return true;  // the log begins in the middle
    auto& keys = result.keys[*sa.keys];
    if (dump.field == Field::hash_i || dump.field == Field::hash_r) {
      learn_cookies_from_hash(sa, keys, octets, dump.field == Field::hash_r);
      return true;
    }
    switch (dump.field) {
      case Field::d: keys.skeyid_d.emplace(octets); break;
      case Field::a: keys.skeyid_a.emplace(octets); break;
      case Field::e: keys.skeyid_e.emplace(octets); break;
      case Field::key: keys.encryption_key.emplace(octets); break;
      case Field::iv: keys.initial_iv.emplace(octets); break;
      default: break;
    }
    return true;
  }

  static void name(PhaseOneKeys& keys, const Cookies& cookies) {
    keys.initiator_cookie = cookies.initiator;
    keys.responder_cookie = cookies.responder;
  }

  /// HASH_I is of g^xi | g^xr | CKY-I | CKY-R | ..., HASH_R with both pairs turned round. Only MODP, whose public
  /// values are as long as the secret.
  void learn_cookies_from_hash(Sa& sa, const PhaseOneKeys& keys, ByteView data, bool turned) {
    if (keys.initiator_cookie != 0 || !keys.g_xy || keys.g_xy->size() < 96) return;
    const auto at = 2 * keys.g_xy->size();
    if (data.size() < at + 16) return;
    const Cookies cookies{load_be64(&data[at + (turned ? 8 : 0)]), load_be64(&data[at + (turned ? 0 : 8)])};
    learn_cookies(sa, cookies);
  }

  void learn_cookies(Sa& sa, const Cookies& cookies) {
    if (cookies.initiator == 0 || cookies.responder == 0 || cookies == sa.cookies) return;
    const bool another_try = sa.cookies.initiator != 0;
    sa.cookies = cookies;
    if (another_try) sa.keys.reset();
    else if (sa.keys && result.keys[*sa.keys].initiator_cookie == 0) name(result.keys[*sa.keys], cookies);
  }

  std::map<unsigned, Dump> dumps_;  // by thread
  std::map<std::uint64_t, Sa> sas_;
};

}  // namespace

Result<KeyFile, KeyError> parse_strongswan_log(std::string_view text, std::string_view file) {
  LogReader reader;
  reader.file = file;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    reader.line = number;
    if (line.size() > max_key_line) return KeyError{std::string{file} + ':' + std::to_string(number) + ": line is too long"};
    if (!reader.take(line)) return KeyError{std::string{file} + ':' + std::to_string(number) + ": too many keys"};
  }
  const auto nameless = std::ranges::count(reader.result.keys, isakmp::Cookie{0}, &PhaseOneKeys::initiator_cookie);
  if (nameless != 0) {
    reader.result.warnings.push_back(std::string{file} + ": " + std::to_string(nameless) + " phase 1 without cookies: the log does not show them");
  }
  return std::move(reader.result);
}

}  // namespace ike::crypto
