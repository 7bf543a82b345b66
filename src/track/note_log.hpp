#pragma once

#include <cstdint>

#include "ike/base/time.hpp"
#include "pool.hpp"

namespace ike::track {

/// What is kept of one message (or ICMP error): 32 octets, since there are many. Sides are relative to the attempt's assumed
/// initiator; numbers in the exchange are worked out when the record is read, not here.
struct Note {
  enum Flag : std::uint16_t {
    from_responder = 1U << 0U,
    encrypted = 1U << 1U,
    partial = 1U << 2U,
    cut = 1U << 3U,
    ip_fragmented = 1U << 4U,
    ike_fragmented = 1U << 5U,
    malformed = 1U << 6U,
    natt_port = 1U << 7U,
    carries_sa = 1U << 8U,        // also under the encryption: first payload by the header
    carries_ke_or_nonce = 1U << 9U,
    carries_auth = 1U << 10U,     // HASH or SIG in clear (Aggressive Mode message 2 and 3); encrypted: a key opened it
    has_notify = 1U << 11U,
    has_delete = 1U << 12U,
    resend = 1U << 13U,
    copy = 1U << 14U,
    icmp = 1U << 15U,
  };

  static constexpr std::uint8_t no_original = 0xff;

  std::int64_t time = 0;          // nanoseconds since the epoch
  std::uint32_t digest = 0;       // of the ISAKMP octets; of an ICMP error: type, code, flags
  std::uint32_t packet_low = 0;
  std::uint16_t packet_high = 0;
  std::uint16_t file = 0;
  std::uint16_t length = 0;       // saturates; of an ICMP error: index of the sender's address
  std::uint16_t ip_id = 0;
  std::uint16_t payloads = 0;     // index of an interned PayloadList
  std::uint16_t notify = 0;       // of an ICMP error: the MTU
  std::uint16_t flags = 0;
  std::uint8_t original = no_original;  // ordinal of the message this one repeats; the last but one value: too far back
  std::uint8_t responder_cookie = 0;    // 0: zero; n: the attempt's n-th

  [[nodiscard]] std::uint64_t packet() const { return std::uint64_t{packet_high} << 32U | packet_low; }
  void set_packet(std::uint64_t number) {
    packet_low = static_cast<std::uint32_t>(number);
    packet_high = static_cast<std::uint16_t>(number >> 32U);
  }
  [[nodiscard]] bool is(Flag flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool repeats() const { return (flags & (resend | copy)) != 0; }
};
static_assert(sizeof(Note) == 32);

/// One cache line. With the message that its log holds inline, Quick Mode fits one chunk, Main Mode three.
struct alignas(64) NoteChunk {
  static constexpr std::uint32_t capacity = 2;
  Note notes[capacity];
};
static_assert(sizeof(NoteChunk) == 64);

/// The chunks, and which one follows which: apart, since few logs have a second.
class NotePool {
 public:
  std::uint32_t allocate() {
    const auto fresh = chunks_.allocate();
    if (fresh >= next_.size()) next_.resize(std::size_t{fresh} + 1, none);
    return fresh;
  }
  void release(std::uint32_t index) { chunks_.release(index); }
  NoteChunk& operator[](std::uint32_t index) { return chunks_[index]; }
  const NoteChunk& operator[](std::uint32_t index) const { return chunks_[index]; }
  [[nodiscard]] std::uint32_t next(std::uint32_t index) const { return next_[index]; }
  void link(std::uint32_t index, std::uint32_t next) { next_[index] = next; }

 private:
  Pool<NoteChunk> chunks_;
  std::vector<std::uint32_t> next_;
};

/// The messages of one exchange: the first `head` and the last `tail` are kept, those between only counted,
/// so that a resend storm costs nothing. The first one is inline: most exchanges of a flood have no other.
class NoteLog {
 public:
  static constexpr std::uint32_t head = 1 + 12 * NoteChunk::capacity;
  static constexpr std::uint32_t tail = 5 * NoteChunk::capacity;

  /// Messages ever added.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t left_out() const { return size_ > head + tail ? size_ - head - tail : 0; }

  Note& append(NotePool& pool, const Note& note) {
    const auto ordinal = size_++;
    if (ordinal == 0) return first_ = note;
    const auto at = place(ordinal);
    if (at % NoteChunk::capacity == 0 && at / NoteChunk::capacity >= chunks_) {
      const auto fresh = pool.allocate();
      if (chunks_ == 0) first_chunk_ = fresh;
      else pool.link(last_chunk_, fresh);
      last_chunk_ = fresh;
      ++chunks_;
    }
    auto& slot = pool[chunk(pool, at / NoteChunk::capacity)].notes[at % NoteChunk::capacity];
    if (ordinal < head + tail || slot.repeats()) return slot = note;
    Note added = note;
    save(pool, slot, ordinal - tail, added);
    return slot = added;
  }

  /// Calls visit(ordinal, note) for every kept message, oldest first, until it says true; whether it did.
  template <typename Visit>
  bool each(const NotePool& pool, Visit visit) const {
    return const_cast<NoteLog*>(this)->each_mutable(const_cast<NotePool&>(pool), [&](std::uint32_t ordinal, Note& note) { return visit(ordinal, static_cast<const Note&>(note)); });
  }
  template <typename Visit>
  bool each_mutable(NotePool& pool, Visit visit) {
    if (size_ == 0) return false;
    if (visit(0U, first_)) return true;
    std::uint32_t index = first_chunk_;
    const auto kept_head = size_ < head ? size_ : head;
    for (std::uint32_t ordinal = 1; ordinal < kept_head; ++ordinal) {
      const auto at = (ordinal - 1) % NoteChunk::capacity;
      if (visit(ordinal, pool[index].notes[at])) return true;
      if (at + 1 == NoteChunk::capacity && ordinal + 1 < kept_head) index = pool.next(index);
    }
    for (auto ordinal = head + left_out(); ordinal < size_; ++ordinal) {
      const auto at = place(ordinal);
      if (visit(ordinal, pool[chunk(pool, at / NoteChunk::capacity)].notes[at % NoteChunk::capacity])) return true;
    }
    return false;
  }

  /// Starts fetching the first and the last chunk.
  void prefetch(const NotePool& pool) const {
    if (chunks_ == 0) return;
    track::prefetch(pool[first_chunk_]);
    if (chunks_ > 1) track::prefetch(pool[last_chunk_]);
  }
  /// Starts fetching where the next message will be put.
  void prefetch_tail(const NotePool& pool) const {
    if (chunks_ == 0) return;
    track::prefetch(pool[last_chunk_]);
  }

  void clear(NotePool& pool) {
    for (auto index = first_chunk_; chunks_ > 0; --chunks_) {
      const auto next = chunks_ > 1 ? pool.next(index) : none;
      pool.release(index);
      index = next;
    }
    *this = NoteLog{};
  }

 private:
  // A message that came the first time is about to fall out behind the head: the head's newest repetition makes room
  // for it, so that no storm of resends hides what came in its midst.
  void save(NotePool& pool, const Note first_of_kind, std::uint32_t ordinal_then, Note& added) {
    std::uint32_t gone = head;
    std::uint8_t repeated = Note::no_original;
    each_mutable(pool, [&](std::uint32_t ordinal, Note& note) {
      if (ordinal > 0 && ordinal < head && note.repeats()) gone = ordinal, repeated = note.original;
      return ordinal >= head;
    });
    if (gone == head) return;
    const auto renumber = [&](Note& note) {
      if (note.original == Note::no_original) return;
      if (note.original == ordinal_then) note.original = head - 1;
      else if (note.original == gone) note.original = repeated;
      else if (note.original > gone && note.original < head) --note.original;
    };
    Note* hole = nullptr;
    each_mutable(pool, [&](std::uint32_t ordinal, Note& note) {
      renumber(note);
      if (ordinal < gone || ordinal >= head) return false;
      if (hole != nullptr) *hole = note;
      hole = &note;
      return false;
    });
    *hole = first_of_kind;
    renumber(added);
  }

  // Place of an ordinal behind the inline one: first the head's, then the ring of the tail.
  static std::uint32_t place(std::uint32_t ordinal) { return ordinal < head ? ordinal - 1 : head - 1 + (ordinal - head) % tail; }
  std::uint32_t chunk(const NotePool& pool, std::uint32_t n) const {
    if (n + 1 == chunks_) return last_chunk_;
    auto index = first_chunk_;
    for (; n > 0; --n) index = pool.next(index);
    return index;
  }

  Note first_;
  std::uint32_t size_ = 0;
  std::uint32_t first_chunk_ = none;
  std::uint32_t last_chunk_ = none;
  std::uint32_t chunks_ = 0;
};

}  // namespace ike::track
