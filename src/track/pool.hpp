#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "huge.hpp"
#include "ike/base/prefetch.hpp"

namespace ike::track {

/// No record: an index that refers to nothing.
inline constexpr std::uint32_t none = 0xffffffff;

/// Brings all of `record` near, for a use that comes a little later.
template <typename Record>
void prefetch(const Record& record) {
  constexpr std::uintptr_t line = 64;
  const auto begin = reinterpret_cast<std::uintptr_t>(&record);
  for (auto at = begin & ~(line - 1); at < begin + sizeof(Record); at += line) prefetch_line(reinterpret_cast<const void*>(at));
}

/// Records that never move, named by a 32-bit index; freed ones are used again. Grows by chunks, so that a
/// million records cost no copying.
template <typename Record, std::uint32_t chunk_records = 1024>
class Pool {
 public:
  std::uint32_t allocate() {
    if (free_ != none) {
      const auto index = free_;
      free_ = free_link(index);
      (*this)[index] = Record{};
      ++used_;
      return index;
    }
    if (end_ == chunks_.size() * chunk_records) add_chunk();
    ++used_;
    new (&chunks_[end_ / chunk_records]->records[end_ % chunk_records]) Record{};
    return end_++;
  }

  void release(std::uint32_t index) {
    free_link(index) = free_;
    free_ = index;
    --used_;
  }

  Record& operator[](std::uint32_t index) { return chunks_[index / chunk_records]->records[index % chunk_records].record; }
  const Record& operator[](std::uint32_t index) const { return chunks_[index / chunk_records]->records[index % chunk_records].record; }

  /// Records in use.
  [[nodiscard]] std::uint32_t used() const { return used_; }
  /// One past the highest index ever given out.
  [[nodiscard]] std::uint32_t end() const { return end_; }

 private:
  static_assert(std::is_trivially_destructible_v<Record>);
  static_assert(sizeof(Record) >= sizeof(std::uint32_t));

  // The slot of a freed record holds the index of the next freed one.
  union Slot {
    Slot() {}
    Record record;
    std::uint32_t next_free;
  };
  struct Chunk {
    Slot records[chunk_records];
  };
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  static constexpr std::size_t small = huge_page / sizeof(Chunk);  // chunks of their own, before whole slabs are asked for

  void add_chunk() {
    if (chunks_.size() < small) {
      constexpr std::size_t line = 64;
      void* memory = std::aligned_alloc(line, (sizeof(Chunk) + line - 1) / line * line);
      if (memory == nullptr) throw std::bad_alloc{};
      owned_.emplace_back(memory);
      chunks_.push_back(static_cast<Chunk*>(memory));
      return;
    }
    constexpr auto per_slab = pages_of_slab() * huge_page / sizeof(Chunk);
    auto* slab = static_cast<std::uint8_t*>(allocate_huge(per_slab * sizeof(Chunk)));
    owned_.emplace_back(slab);
    for (std::size_t i = 0; i < per_slab; ++i) chunks_.push_back(reinterpret_cast<Chunk*>(slab + i * sizeof(Chunk)));
  }

  /// As many as leave the least behind the last chunk that fits: what is left over of a huge page is there for nothing.
  static constexpr std::size_t pages_of_slab() {
    std::size_t best = (sizeof(Chunk) + huge_page - 1) / huge_page;
    for (std::size_t pages = best; pages <= best + 3; ++pages) {
      if (pages * huge_page % sizeof(Chunk) * best < best * huge_page % sizeof(Chunk) * pages) best = pages;
    }
    return best;
  }

  std::uint32_t& free_link(std::uint32_t index) { return chunks_[index / chunk_records]->records[index % chunk_records].next_free; }

  std::vector<Chunk*> chunks_;
  std::vector<std::unique_ptr<void, Free>> owned_;
  std::uint32_t free_ = none;
  std::uint32_t end_ = 0;
  std::uint32_t used_ = 0;
};

}  // namespace ike::track
