#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace ike::track {

/// Records are looked up at random, so that translating addresses costs as much as fetching them. Large tables
/// ask for huge pages; where the kernel has none, they get ordinary ones.
inline constexpr std::size_t huge_page = std::size_t{2} << 20U;

inline void* allocate_huge(std::size_t octets) {
  const auto rounded = (octets + huge_page - 1) / huge_page * huge_page;
  void* memory = std::aligned_alloc(huge_page, rounded);
  if (memory == nullptr) throw std::bad_alloc{};
  ::madvise(memory, rounded, MADV_HUGEPAGE);
  return memory;
}

/// For std::vector: huge pages from four of them on, so that small captures stay small.
template <typename Value>
struct HugeAllocator {
  using value_type = Value;
  HugeAllocator() = default;
  template <typename Other>
  HugeAllocator(const HugeAllocator<Other>&) {}  // NOLINT(google-explicit-constructor): what allocators do

  static constexpr std::size_t threshold = 4 * huge_page;
  Value* allocate(std::size_t count) {
    const auto octets = count * sizeof(Value);
    return static_cast<Value*>(octets >= threshold ? allocate_huge(octets) : ::operator new(octets));
  }
  void deallocate(Value* memory, std::size_t count) {
    if (count * sizeof(Value) >= threshold) std::free(memory);
    else ::operator delete(memory);
  }
  friend bool operator==(const HugeAllocator&, const HugeAllocator&) { return true; }
};

}  // namespace ike::track
