#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

namespace ike {

/// One row of a registry: a wire value and its name. The enum may hold any value of its underlying
/// type, so an unassigned number is never lost; `name_in` is empty for it and writers print the number.
template <typename Code>
struct Named {
  Code code;
  std::string_view name;
};

/// Whether rows rise strictly by code, as `name_in` requires; for static_assert beside each table.
template <typename Code, std::size_t size>
constexpr bool ascending(const std::array<Named<Code>, size>& rows) {
  return std::ranges::adjacent_find(rows, [](const auto& a, const auto& b) { return a.code >= b.code; }) == rows.end();
}

/// The name of `code`, empty when the table has none.
template <typename Code, std::size_t size>
constexpr std::string_view name_in(const std::array<Named<Code>, size>& rows, Code code) {
  const auto row = std::ranges::lower_bound(rows, code, {}, &Named<Code>::code);
  return row != rows.end() && row->code == code ? row->name : std::string_view{};
}

/// The wire value of an enumerator.
template <typename Code>
  requires std::is_enum_v<Code>
constexpr auto number(Code code) noexcept {
  return static_cast<std::underlying_type_t<Code>>(code);
}

}  // namespace ike
