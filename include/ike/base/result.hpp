#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace ike {

/// A value, or the reason why there is none. Its members are a subset of std::expected (C++23), which
/// can replace it. Wire input never throws: every decoder answers with a Result.
template <typename Value, typename Error>
class Result {
 public:
  constexpr Result(Value value) : held_{std::in_place_index<0>, std::move(value)} {}
  constexpr Result(Error error) : held_{std::in_place_index<1>, std::move(error)} {}

  [[nodiscard]] constexpr bool has_value() const noexcept { return held_.index() == 0; }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  constexpr const Value& operator*() const& { return assert(has_value()), *std::get_if<0>(&held_); }
  constexpr Value& operator*() & { return assert(has_value()), *std::get_if<0>(&held_); }
  constexpr Value&& operator*() && { return assert(has_value()), std::move(*std::get_if<0>(&held_)); }
  constexpr const Value* operator->() const { return std::get_if<0>(&held_); }
  constexpr Value* operator->() { return std::get_if<0>(&held_); }
  [[nodiscard]] constexpr const Error& error() const { return assert(!has_value()), *std::get_if<1>(&held_); }

 private:
  std::variant<Value, Error> held_;
};

}  // namespace ike
