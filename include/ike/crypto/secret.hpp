#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ike/base/bytes.hpp"

namespace ike::crypto {

/// Octets that must not outlive their use: wiped when destroyed or replaced. There is no way to print one.
class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView octets) : octets_(octets.begin(), octets.end()) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : octets_{std::exchange(other.octets_, {})} {}
  Secret& operator=(Secret other) noexcept {
    octets_.swap(other.octets_);
    return *this;
  }
  ~Secret();

  [[nodiscard]] ByteView octets() const noexcept { return octets_; }
  [[nodiscard]] std::size_t size() const noexcept { return octets_.size(); }
  [[nodiscard]] bool empty() const noexcept { return octets_.empty(); }
  /// Takes time that does not depend on the octets.
  friend bool operator==(const Secret& a, const Secret& b) noexcept;

 private:
  std::vector<std::uint8_t> octets_;
};

}  // namespace ike::crypto
