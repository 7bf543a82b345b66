// A log that is packed tells the same as before, and goes on where it was left.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <vector>

#include "note_log.hpp"

namespace ike::track {
namespace {

bool same(const Note& a, const Note& b) {
  return a.time == b.time && a.digest == b.digest && a.packet() == b.packet() && a.file == b.file && a.length == b.length && a.ip_id == b.ip_id && a.payloads == b.payloads && a.notify == b.notify &&
         a.flags == b.flags && a.original == b.original && a.responder_cookie == b.responder_cookie;
}

std::vector<Note> all(const NoteLog& log, const NotePool& pool) {
  std::vector<Note> seen;
  log.each(pool, [&](std::uint32_t ordinal, const Note& note) {
    CHECK(ordinal == seen.size());
    seen.push_back(note);
    return false;
  });
  return seen;
}

/// What most notes are, now and then with a field at the edge of what a packed one holds, or beyond.
Note random_note(std::mt19937& random, const Note& before) {
  const bool odd = random() % 6 == 0;
  const auto chance = [&](unsigned of) { return odd && random() % of == 0; };
  Note note;
  const std::int64_t waits[] = {0, 1000, 20'000'000, (std::int64_t{1} << 28) * 1000 - 2000, (std::int64_t{1} << 28) * 1000 - 1000, (std::int64_t{1} << 28) * 1000, 17, -1000, std::int64_t{1} << 60};
  note.time = before.time + waits[chance(3) ? random() % std::size(waits) : random() % 3];
  const std::uint64_t packets[] = {1, 0, (1U << 20U) - 1, 1U << 20U, std::uint64_t{1} << 40U};
  note.set_packet(before.packet() + packets[chance(4) ? random() % std::size(packets) : 0]);
  note.digest = static_cast<std::uint32_t>(random());
  note.length = static_cast<std::uint16_t>(random());
  note.ip_id = static_cast<std::uint16_t>(random());
  note.payloads = static_cast<std::uint16_t>(chance(6) ? 127 + random() % 3 : random() % 20);
  note.flags = static_cast<std::uint16_t>(chance(4) ? random() : random() & (Note::from_responder | Note::encrypted | Note::carries_sa));
  note.file = static_cast<std::uint16_t>(chance(8) ? 1 : 0);
  note.notify = static_cast<std::uint16_t>(chance(8) ? 14 : 0);
  note.original = chance(8) ? std::uint8_t{2} : Note::no_original;
  note.responder_cookie = static_cast<std::uint8_t>(chance(8) ? random() % 256 : random() % 2);
  return note;
}

}  // namespace

TEST_CASE("whatever the notes are, a packed log gives them back, takes more, and lets go of all its room") {
  std::mt19937 random{7};
  NotePool pool;
  unsigned packed = 0;
  for (int round = 0; round < 4'000; ++round) {
    CAPTURE(round);
    NoteLog log;
    std::vector<Note> put;
    Note last;
    last.time = 1'700'000'000'000'000'000;
    for (auto count = random() % 12; count > 0; --count) {
      put.push_back(last = random_note(random, last));
      log.append(pool, last);
    }
    const auto room = pool.used();
    log.pack(pool);
    if (pool.used() < room) ++packed;
    CHECK(pool.used() <= room);
    auto seen = all(log, pool);
    REQUIRE(std::ranges::equal(seen, put, same));
    if (random() % 2 == 0) {
      put.push_back(last = random_note(random, last));
      log.append(pool, last);
      seen = all(log, pool);
      REQUIRE(std::ranges::equal(seen, put, same));
    }
    log.clear(pool);
    CHECK(log.size() == 0);
    REQUIRE(pool.used() == 0);
  }
  CHECK(packed > 1'000);
}

TEST_CASE("logs that share a pool keep to their own notes, whoever comes, is packed and goes") {
  std::mt19937 random{11};
  NotePool pool;
  std::array<NoteLog, 16> logs;
  std::array<std::vector<Note>, 16> put;
  Note last;
  for (int step = 0; step < 20'000; ++step) {
    const auto which = random() % logs.size();
    CAPTURE(step);
    if (put[which].size() == NoteLog::head || random() % 12 == 0) {
      logs[which].clear(pool);
      put[which].clear();
    } else if (random() % 6 == 0) {
      logs[which].pack(pool);
    } else {
      last.time = 1'700'000'000'000'000'000 + step;  // leaps add up
      put[which].push_back(last = random_note(random, last));
      logs[which].append(pool, last);
    }
    const auto seen = all(logs[which], pool);
    REQUIRE(std::ranges::equal(seen, put[which], same));
  }
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const auto seen = all(logs[i], pool);
    CHECK(std::ranges::equal(seen, put[i], same));
    logs[i].clear(pool);
  }
  CHECK(pool.used() == 0);
}

TEST_CASE("an exchange as it usually is takes half the room") {
  NotePool pool;
  NoteLog log;
  for (unsigned i = 0; i < 6; ++i) {
    Note note;
    note.time = 1'700'000'000'000'000'000 + std::int64_t{i} * 30'000'000;
    note.set_packet(100 + i);
    note.flags = static_cast<std::uint16_t>(i % 2 == 1 ? Note::from_responder : 0);
    log.append(pool, note);
  }
  CHECK(pool.used() == 5);
  log.pack(pool);
  CHECK(pool.used() == 3);
  log.pack(pool);
  CHECK(pool.used() == 3);
  CHECK(all(log, pool).size() == 6);
}

TEST_CASE("a long log keeps its beginning and its end, and is never packed") {
  NotePool pool;
  NoteLog log;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    Note note;
    note.set_packet(i);
    if (i > 0) note.flags = Note::resend;
    log.append(pool, note);
    log.pack(pool);
  }
  std::vector<std::uint64_t> seen;
  log.each(pool, [&](std::uint32_t, const Note& note) { return seen.push_back(note.packet()), false; });
  REQUIRE(seen.size() == NoteLog::head + NoteLog::tail);
  for (std::uint32_t i = 0; i < NoteLog::head; ++i) CHECK(seen[i] == i);
  for (std::uint32_t i = 0; i < NoteLog::tail; ++i) CHECK(seen[NoteLog::head + i] == 1'000 - NoteLog::tail + i);
  CHECK(log.left_out() == 1'000 - NoteLog::head - NoteLog::tail);
  CHECK(pool.used() == NoteLog::head + NoteLog::tail - 1);
}

}  // namespace ike::track
