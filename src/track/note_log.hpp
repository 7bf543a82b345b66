#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "ike/base/time.hpp"
#include "pool.hpp"

namespace ike::track {

/// The number of a packet in 48 bits.
struct PacketNumber {
  std::uint16_t words[3]{};
  PacketNumber& operator=(std::uint64_t number) {
    const std::uint32_t low = static_cast<std::uint32_t>(number);
    std::memcpy(words, &low, sizeof low);
    words[2] = static_cast<std::uint16_t>(number >> 32U);
    return *this;
  }
  operator std::uint64_t() const {  // NOLINT(google-explicit-constructor): it is a number
    std::uint32_t low;
    std::memcpy(&low, words, sizeof low);
    return std::uint64_t{words[2]} << 32U | low;
  }
};

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
  PacketNumber number;
  std::uint16_t file = 0;
  std::uint16_t length = 0;       // saturates; of an ICMP error: index of the sender's address
  std::uint16_t ip_id = 0;
  std::uint16_t payloads = 0;     // index of an interned PayloadList
  std::uint16_t notify = 0;       // of an ICMP error: the MTU
  std::uint16_t flags = 0;
  std::uint8_t original = no_original;  // ordinal of the message this one repeats; the last but one value: too far back
  std::uint8_t responder_cookie = 0;    // 0: zero; n: the attempt's n-th

  [[nodiscard]] std::uint64_t packet() const { return number; }
  void set_packet(std::uint64_t packet) { number = packet; }
  [[nodiscard]] bool is(Flag flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool repeats() const { return (flags & (resend | copy)) != 0; }
};
static_assert(sizeof(Note) == 32);

/// The notes of all logs, and which one follows which: apart, so that notes fit their cache lines, and so that a log lets
/// all of its notes go without looking at one.
class NotePool {
 public:
  /// What a note held before is still there.
  std::uint32_t allocate() {
    if (free_ == none) {
      const auto fresh = notes_.allocate();
      if (fresh / links >= next_.size()) [[unlikely]]
        next_.push_back(std::make_unique_for_overwrite<std::uint32_t[]>(links));
      return fresh;
    }
    const auto fresh = free_;
    free_ = next(fresh);
    --unused_;
    if (free_ != none) prefetch(free_);  // for the next one who asks
    return fresh;
  }
  /// Those from `first` to `last`, as they follow each other.
  void release(std::uint32_t first, std::uint32_t last, std::uint32_t count) {
    link(last, free_);
    free_ = first;
    unused_ += count;
  }
  /// Notes in use.
  [[nodiscard]] std::uint32_t used() const { return notes_.used() - unused_; }
  Note& operator[](std::uint32_t index) { return notes_[index]; }
  const Note& operator[](std::uint32_t index) const { return notes_[index]; }
  [[nodiscard]] std::uint32_t next(std::uint32_t index) const { return next_[index / links][index % links]; }
  void link(std::uint32_t index, std::uint32_t next) { next_[index / links][index % links] = next; }
  /// Brings a note near, and who follows it.
  void prefetch(std::uint32_t index) const {
    track::prefetch(notes_[index]);
    prefetch_link(index);
  }
  void prefetch_link(std::uint32_t index) const { prefetch_line(&next_[index / links][index % links]); }

 private:
  static constexpr std::uint32_t links = 4096;
  Pool<Note> notes_;
  std::vector<std::unique_ptr<std::uint32_t[]>> next_;  // grows by blocks: nothing is moved
  std::uint32_t free_ = none;                           // the first of those let go
  std::uint32_t unused_ = 0;
};

/// A note in 16 octets, as what it adds to the one before it. One that says more than most is kept as it is, behind a mark.
namespace packed {

inline constexpr std::size_t usual = 16;
inline constexpr std::size_t longest = 8 + sizeof(Note);
inline constexpr std::uint64_t most_time = (std::uint64_t{1} << 28U) - 1;  // microseconds; the last value is the mark
inline constexpr std::uint64_t most_packets = (std::uint64_t{1} << 20U) - 1;
inline constexpr std::uint16_t most_payloads = (1U << 7U) - 1;
inline constexpr std::uint16_t kept_flags = Note::from_responder | Note::encrypted | Note::cut | Note::ip_fragmented | Note::natt_port | Note::carries_sa | Note::carries_ke_or_nonce | Note::carries_auth;

// The kept ones stand at bits 0, 1, 3, 4 and 7 to 10.
constexpr std::uint64_t narrow(std::uint16_t flags) { return (flags & 3U) | (flags >> 1U & 0xcU) | (flags >> 3U & 0xf0U); }
constexpr std::uint16_t widen(std::uint64_t flags) { return static_cast<std::uint16_t>((flags & 3U) | (flags & 0xcU) << 1U | (flags & 0xf0U) << 3U); }
static_assert(widen(narrow(kept_flags)) == kept_flags);

/// Writes `note` at `at`, where there is room for the longest; gives the place behind it.
inline std::uint8_t* put(std::uint8_t* at, const Note& before, const Note& note) {
  const auto waited = static_cast<std::uint64_t>(note.time) - static_cast<std::uint64_t>(before.time);  // earlier: a huge number
  const auto packets = note.packet() - before.packet();
  const auto microseconds = waited / 1000;
  const bool is_usual = waited == microseconds * 1000 && microseconds < most_time && packets <= most_packets && note.payloads <= most_payloads && (note.flags & ~kept_flags) == 0 && note.file == before.file &&
                        note.notify == 0 && note.original == Note::no_original && note.responder_cookie <= 1;
  const std::uint64_t first = is_usual ? microseconds | packets << 28U | std::uint64_t{note.payloads} << 48U | std::uint64_t{note.responder_cookie} << 55U | narrow(note.flags) << 56U : most_time;
  std::memcpy(at, &first, sizeof first);
  if (!is_usual) {
    std::memcpy(at + sizeof first, &note, sizeof note);
    return at + longest;
  }
  const std::uint64_t second = std::uint64_t{note.digest} | std::uint64_t{note.length} << 32U | std::uint64_t{note.ip_id} << 48U;
  std::memcpy(at + sizeof first, &second, sizeof second);
  return at + usual;
}
inline const std::uint8_t* get(const std::uint8_t* at, const Note& before, Note& note) {
  std::uint64_t first;
  std::memcpy(&first, at, sizeof first);
  if ((first & most_time) == most_time) {
    std::memcpy(&note, at + sizeof first, sizeof note);
    return at + longest;
  }
  std::uint64_t second;
  std::memcpy(&second, at + sizeof first, sizeof second);
  const auto packet = before.packet() + (first >> 28U & most_packets);
  note = Note{};
  note.time = before.time + static_cast<std::int64_t>((first & most_time) * 1000);
  note.set_packet(packet);
  note.file = before.file;
  note.payloads = static_cast<std::uint16_t>(first >> 48U & most_payloads);
  note.responder_cookie = static_cast<std::uint8_t>(first >> 55U & 1U);
  note.flags = widen(first >> 56U);
  note.digest = static_cast<std::uint32_t>(second);
  note.length = static_cast<std::uint16_t>(second >> 32U);
  note.ip_id = static_cast<std::uint16_t>(second >> 48U);
  return at + usual;
}

}  // namespace packed

/// The messages of one exchange: the first `head` and the last `tail` are kept, those between only counted,
/// so that a resend storm costs nothing. The first one is inline: most exchanges of a flood have no other. An exchange that
/// is over is packed, until something is added to it.
class NoteLog {
 public:
  static constexpr std::uint32_t head = 25;
  static constexpr std::uint32_t tail = 10;

  /// Messages ever added; stops counting near 2^28.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t left_out() const { return size_ > head + tail ? size_ - head - tail : 0; }

  [[gnu::always_inline]] void append(NotePool& pool, const Note& note) {
    if (size_ == 0) {
      size_ = 1;
      first_ = note;
    } else {
      append_further(pool, note);
    }
  }

  /// Calls visit(ordinal, note) for every kept message, oldest first, until it says true; whether it did.
  template <typename Visit>
  bool each(const NotePool& pool, Visit visit) const {
    if (packed_ != 0) return each_packed(pool, visit);
    return const_cast<NoteLog*>(this)->each_mutable(const_cast<NotePool&>(pool), [&](std::uint32_t ordinal, Note& note) { return visit(ordinal, static_cast<const Note&>(note)); });
  }
  template <typename Visit>
  bool each_mutable(NotePool& pool, Visit visit) {
    if (size_ == 0) return false;
    if (packed_ != 0) unpack(pool);
    if (visit(0U, first_)) return true;
    auto index = first_kept_;
    const auto kept_head = size_ < head ? size_ : head;
    for (std::uint32_t ordinal = 1; ordinal < kept_head; ++ordinal) {
      if (visit(ordinal, pool[index])) return true;
      if (ordinal + 1 < kept_head) index = pool.next(index);
    }
    for (auto ordinal = head + left_out(); ordinal < size_; ++ordinal) {
      if (visit(ordinal, pool[at(pool, head + (ordinal - head) % tail)])) return true;
    }
    return false;
  }

  /// Starts fetching the first and the last of what is kept.
  void prefetch(const NotePool& pool) const {
    if (kept() == 0) return;
    pool.prefetch(first_kept_);
    if (kept() > 1) pool.prefetch(last_kept_);
  }
  /// Starts fetching what pack() reads.
  void prefetch_all(const NotePool& pool) const {
    if (size_ < 2 || size_ > longest_packed || packed_ != 0) return;
    auto index = first_kept_;
    for (auto left = size_ - 1; left > 0; --left) {
      track::prefetch(pool[index]);
      if (left > 1) index = pool.next(index);
    }
  }
  /// Starts fetching what add() and clear() write to.
  void prefetch_tail(const NotePool& pool) const {
    if (last_kept_ != none) pool.prefetch_link(last_kept_);
  }

  void clear(NotePool& pool) {
    if (const auto count = kept(); count > 0) pool.release(first_kept_, last_kept_, count);
    *this = NoteLog{};
  }

  /// Whether a message of that digest may be among those remembered; when not, nothing needs to be searched.
  [[nodiscard]] bool may_hold(std::uint32_t digest) const { return (digests_ & bits(digest)) == bits(digest); }
  void remember(std::uint32_t digest) { digests_ |= bits(digest); }
  /// From now on everything has to be searched for: something here is compared by more than its digest.
  void search_always() { digests_ = ~std::uint32_t{0}; }

  /// Nothing more is expected: takes less room, where it is as short as whole exchanges are.
  void pack(NotePool& pool) {
    if (packed_ != 0 || size_ < 2 || size_ > longest_packed) return;
    Packed octets;
    auto* end = octets.data();
    const Note* before = &first_;
    auto index = first_kept_;
    for (std::uint32_t left = size_ - 1; left > 0; --left) {
      end = packed::put(end, *before, pool[index]);
      before = &pool[index];
      if (left > 1) index = pool.next(index);
    }
    const auto needed = static_cast<std::uint32_t>((static_cast<std::size_t>(end - octets.data()) + sizeof(Note) - 1) / sizeof(Note));
    if (needed >= kept()) return;
    const auto spare = kept() - needed;
    const auto last = last_kept_;
    index = first_kept_;
    for (std::uint32_t n = 0; n < needed; ++n, index = pool.next(index)) {
      std::memcpy(&pool[index], octets.data() + n * sizeof(Note), sizeof(Note));
      last_kept_ = index;
    }
    pool.release(index, last, spare);
    packed_ = needed & 15U;
  }

 private:
  static constexpr std::uint32_t most = 0x0fffffff;
  static constexpr std::uint32_t longest_packed = 8;
  using Packed = std::array<std::uint8_t, longest_packed * packed::longest>;

  [[gnu::noinline]] void append_further(NotePool& pool, const Note& note) {
    if (packed_ != 0) unpack(pool);
    if (size_ == most) size_ = most - tail;  // the place in the ring stays the same
    const std::uint32_t ordinal = size_++;
    if (ordinal < head + tail) {
      add(pool, ordinal) = note;
      return;
    }
    auto& slot = pool[at(pool, head + (ordinal - head) % tail)];
    Note added = note;
    if (!slot.repeats()) save(pool, slot, ordinal - tail, added);
    slot = added;
  }

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

  /// Places in the pool: all but the first note's, which is here.
  [[nodiscard]] std::uint32_t kept() const { return packed_ != 0 ? packed_ : size_ == 0 ? 0 : std::min<std::uint32_t>(size_, head + tail) - 1; }
  /// Of the n-th note, counted from the inline one.
  [[nodiscard]] std::uint32_t at(const NotePool& pool, std::uint32_t n) const {
    auto index = first_kept_;
    for (; n > 1; --n) index = pool.next(index);
    return index;
  }
  /// Room for the n-th note, behind those before it.
  Note& add(NotePool& pool, std::uint32_t n) {
    const auto fresh = pool.allocate();
    if (n == 1) first_kept_ = fresh;
    else pool.link(last_kept_, fresh);
    last_kept_ = fresh;
    return pool[fresh];
  }
  void octets_of(const NotePool& pool, Packed& octets) const {
    auto index = first_kept_;
    for (std::uint32_t n = 0; n < packed_; ++n) {
      std::memcpy(octets.data() + n * sizeof(Note), &pool[index], sizeof(Note));
      if (n + 1 < packed_) index = pool.next(index);
    }
  }
  template <typename Visit>
  bool each_packed(const NotePool& pool, Visit visit) const {
    Packed octets;
    octets_of(pool, octets);
    const auto* from = octets.data();
    Note note = first_;
    for (std::uint32_t ordinal = 0; ordinal < size_; ++ordinal) {
      const Note before = note;
      if (ordinal > 0) from = packed::get(from, before, note);
      if (visit(ordinal, static_cast<const Note&>(note))) return true;
    }
    return false;
  }
  [[gnu::noinline]] void unpack(NotePool& pool) {
    Packed octets;
    octets_of(pool, octets);
    const std::uint32_t held = packed_;
    packed_ = 0;
    for (auto n = held + 1; n < size_; ++n) add(pool, n);
    const auto* from = octets.data();
    Note before = first_;
    auto index = first_kept_;
    for (std::uint32_t n = 1; n < size_; ++n) {
      from = packed::get(from, before, pool[index]);
      before = pool[index];
      if (n + 1 < size_) index = pool.next(index);
    }
  }
  static constexpr std::uint32_t bits(std::uint32_t digest) { return std::uint32_t{1} << (digest & 31U) | std::uint32_t{1} << (digest >> 5U & 31U); }
  Note first_;
  std::uint32_t packed_ : 4 = 0;  // into the room of so many notes; 0: each note as it is
  std::uint32_t size_ : 28 = 0;
  std::uint32_t first_kept_ = none;
  std::uint32_t last_kept_ = none;
  std::uint32_t digests_ = 0;  // Bloom filter of the messages' digests: most messages are new, and need no search
};
static_assert(sizeof(NoteLog) == 48);

}  // namespace ike::track
