#include "ike/isakmp/vendor_id.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ike::isakmp {
namespace {

constexpr bool exact = false;
constexpr bool prefix = true;
constexpr bool verified = true;
constexpr bool unverified = false;

// How the octets of an ID were made from its source text.
constexpr std::string_view none = "";
constexpr std::string_view ascii = "ASCII";
constexpr std::string_view md5 = "MD5";
constexpr std::string_view md5_8 = "MD5 first 8 bytes";
constexpr std::string_view md5_12 = "MD5 first 12 bytes";
constexpr std::string_view md5_13 = "MD5 first 13 bytes";
constexpr std::string_view md5_14 = "MD5 first 14 bytes";
constexpr std::string_view md5_14_2 = "MD5 first 14 bytes + 2 version bytes";
constexpr std::string_view md5_4 = "MD5 + 4 appended bytes";
// FreeS/WAN and its children: two or three letters, then MD5 octets made printable by (octet & 0x7f) | 0x40.
constexpr std::string_view oe_md5 = "OE + printable MD5 first 10 bytes";
constexpr std::string_view osw_md5 = "OSW + printable MD5 first 9 bytes";
constexpr std::string_view oen_md5 = "OEN + printable MD5 first 9 bytes";

constexpr auto table = std::to_array<KnownVendorId>({
// clang-format off
#include "vendor_table.inc"
    // clang-format on
});

constexpr std::uint8_t nibble(char digit) {
  return static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

constexpr std::size_t total_octets() {
  std::size_t total = 0;
  for (const auto& row : table) total += row.hex.size() / 2;
  return total;
}

constexpr std::uint16_t no_row = 0xffff;

/// The table made ready for looking up: octets instead of hex digits, and from each row a link to the
/// longest row that is a beginning of it.
struct Index {
  struct Row {
    std::uint16_t offset = 0;   // of its octets
    std::uint16_t shorter = no_row;
    std::uint8_t length = 0;
    bool is_prefix = false;
  };
  std::array<Row, table.size()> rows{};
  std::array<std::uint64_t, table.size()> heads{};  // of each row the first eight octets, zeros behind a shorter ID
  std::array<std::uint16_t, 257> first{};  // rows that start with octet n: [first[n], first[n + 1])
  std::array<std::uint8_t, total_octets()> octets{};
};

constexpr bool begins_with(const Index& index, std::size_t row, std::size_t beginning) {
  const auto& a = index.rows[row];
  const auto& b = index.rows[beginning];
  if (b.length > a.length) return false;
  for (std::size_t i = 0; i < b.length; ++i) {
    if (index.octets[a.offset + i] != index.octets[b.offset + i]) return false;
  }
  return true;
}

constexpr Index make_index() {
  Index index;
  std::size_t at = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto& row = index.rows[i];
    row.offset = static_cast<std::uint16_t>(at);
    row.length = static_cast<std::uint8_t>(table[i].hex.size() / 2);
    row.is_prefix = table[i].prefix;
    for (std::size_t k = 0; k < row.length; ++k) {
      const auto octet = static_cast<std::uint8_t>(nibble(table[i].hex[2 * k]) << 4 | nibble(table[i].hex[2 * k + 1]));
      index.octets[at++] = octet;
      if (k < 8) index.heads[i] |= std::uint64_t{octet} << (56 - 8 * k);
    }
    for (auto shorter = i == 0 ? no_row : static_cast<std::uint16_t>(i - 1); shorter != no_row;
         shorter = index.rows[shorter].shorter) {
      if (begins_with(index, i, shorter)) {
        row.shorter = shorter;
        break;
      }
    }
    ++index.first[index.octets[row.offset] + 1U];
  }
  for (std::size_t i = 1; i < index.first.size(); ++i) {
    index.first[i] = static_cast<std::uint16_t>(index.first[i] + index.first[i - 1]);
  }
  return index;
}

constexpr Index index = make_index();

static_assert(std::ranges::is_sorted(table, {}, &KnownVendorId::hex), "the look-up needs the rows in order");
static_assert(std::ranges::all_of(table, [](const auto& row) { return row.hex.size() >= 4 && row.hex.size() % 2 == 0; }));

bool matches(const Index::Row& row, ByteView data) noexcept {
  return row.length <= data.size() && (row.is_prefix || row.length == data.size()) &&
         std::memcmp(index.octets.data() + row.offset, data.data(), row.length) == 0;
}

/// Whether `data` sorts before `row`.
bool before(ByteView data, const Index::Row& row) noexcept {
  const auto common = std::min<std::size_t>(data.size(), row.length);
  const int order = std::memcmp(data.data(), index.octets.data() + row.offset, common);
  return order != 0 ? order < 0 : data.size() < row.length;
}

}  // namespace

std::span<const KnownVendorId> known_vendor_ids() { return table; }

const KnownVendorId* find_vendor_id(ByteView data) noexcept {
  if (data.empty()) return nullptr;
  std::uint64_t head = 0;
  if (data.size() >= 8) {
    head = load_be64(data.data());
  } else {
    for (std::size_t i = 0; i < data.size(); ++i) head |= std::uint64_t{data[i]} << (56 - 8 * i);
  }
  const std::size_t first = index.first[data[0]];
  std::size_t behind = first;  // becomes the first row behind `data`
  for (auto left = index.first[data[0] + 1U] - first; left != 0;) {  // without a jump that depends on the octets
    const auto half = (left + 1) / 2;
    behind += index.heads[behind + half - 1] <= head ? half : 0;
    left -= half;
  }
  while (behind != first && index.heads[behind - 1] == head && before(data, index.rows[behind - 1])) --behind;
  if (behind == first) return nullptr;
  // Every row that `data` begins with stands at or before the row in front, and is a beginning of it.
  for (auto row = static_cast<std::uint16_t>(behind - 1); row != no_row; row = index.rows[row].shorter) {
    if (matches(index.rows[row], data)) return &table[row];
  }
  return nullptr;
}

bool is_cisco_cookie_bound(ByteView data, Cookie sender) noexcept {
  constexpr Cookie mask = 0xf5c7a71d00010000;
  return data.size() == 16 && sender != 0 && load_be64(data.data()) == (sender ^ mask);
}

}  // namespace ike::isakmp
