#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace ike::track {

/// No record: an index that refers to nothing.
inline constexpr std::uint32_t none = 0xffffffff;

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
    if (end_ == chunks_.size() * chunk_records) chunks_.push_back(std::make_unique<Chunk>());
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
    Slot() {}  // chunks come untouched: the kernel's zero pages are not written before they are needed
    Record record;
    std::uint32_t next_free;
  };
  struct Chunk {
    Slot records[chunk_records];
  };
  std::uint32_t& free_link(std::uint32_t index) { return chunks_[index / chunk_records]->records[index % chunk_records].next_free; }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::uint32_t free_ = none;
  std::uint32_t end_ = 0;
  std::uint32_t used_ = 0;
};

}  // namespace ike::track
