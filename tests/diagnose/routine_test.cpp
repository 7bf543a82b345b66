// What the tracker calls a routine is up under every rule, so that nobody has to judge it.
#include <random>

#include "ike/diagnose/finding.hpp"
#include "track/observer.hpp"

namespace ike::track {
namespace {

struct Step {
  bool from_initiator = true;
  Bytes message;
};

std::vector<Step> steps(bool aggressive) {
  std::vector<Step> all;
  const unsigned last = aggressive ? 3 : 6;
  for (unsigned number = 1; number <= last; ++number) all.push_back({number % 2 == 1, aggressive ? am(number) : mm(number)});
  for (std::uint8_t number = 1; number <= 3; ++number) all.push_back({number % 2 == 1, sealed(32, 0xabcd, number)});
  return all;
}

std::optional<Routine> watch(const std::vector<Step>& exchange, Observer& wire) {
  double at = 1;
  for (const auto& step : exchange) wire.send(at += 0.1, step.from_initiator ? over : answer, step.message);
  REQUIRE(wire.tracker().pairs() == 1);
  return wire.tracker().routine(0);
}

/// The n-th attempt of its kind comes up, from `at` on: Main Mode and a Quick Mode.
Cookies come_up(Observer& wire, double& at, std::uint64_t n) {
  const Cookies cookies{0x1111000000000000 + n, 0x2222000000000000 + n};
  for (unsigned number = 1; number <= 6; ++number) wire.send(at += 0.1, number % 2 == 1 ? over : answer, mm(number, cookies));
  for (std::uint8_t number = 1; number <= 3; ++number) wire.send(at += 0.1, number % 2 == 1 ? over : answer, sealed(32, 0xabcd, number, cookies));
  return cookies;
}

diagnose::Diagnosis judge(const Observer& wire) {
  diagnose::Options options;
  options.brief = true;
  return diagnose::diagnose(wire.tunnel(), {.first = {}, .last = Time{std::chrono::seconds{1'700'010'000}}}, options);
}

/// What is called a routine is up when it is judged, and nothing is found.
diagnose::Diagnosis check_up(const Observer& wire) {
  auto judged = judge(wire);
  CHECK(judged.verdict == diagnose::Verdict::up);
  CHECK(judged.findings.empty());
  return judged;
}

TEST_CASE("an exchange that goes by the book is a routine, in either mode, and up") {
  for (const bool aggressive : {false, true}) {
    CAPTURE(aggressive);
    Observer wire;
    const auto routine = watch(steps(aggressive), wire);
    REQUIRE(routine);
    CHECK(routine->initiator == *net::parse_address("192.0.2.1"));
    CHECK(routine->mode == (aggressive ? ExchangeType::aggressive : ExchangeType::identity_protection));
    const auto judged = check_up(wire);
    CHECK(judged.positions.last_message == (aggressive ? 3 : 6));
    CHECK(is_active(judged.positions.initiator));
    CHECK(is_active(judged.positions.responder));
  }
}

TEST_CASE("a resend changes nothing but the count, except that of Quick Mode's second message") {
  for (const bool aggressive : {false, true}) {
    const auto good = steps(aggressive);
    for (std::size_t i = 0; i < good.size(); ++i) {
      CAPTURE(aggressive);
      CAPTURE(i);
      auto exchange = good;
      exchange.push_back(exchange[i]);
      Observer wire;
      const auto routine = watch(exchange, wire);
      CHECK(routine.has_value() == (i + 2 != good.size()));
      if (!routine) continue;
      CHECK(routine->resends == 1);
      check_up(wire);
    }
  }
}

TEST_CASE("one Informational of each side after phase 2 is a keepalive and its answer, or a Delete; more has to be looked at") {
  for (const bool aggressive : {false, true}) {
    for (unsigned count = 1; count <= 3; ++count) {
      for (unsigned who = 0; who < 1U << count; ++who) {
        CAPTURE(aggressive);
        CAPTURE(count);
        CAPTURE(who);
        auto exchange = steps(aggressive);
        for (unsigned i = 0; i < count; ++i) exchange.push_back({(who >> i & 1U) != 0, sealed(5, 77 + i, static_cast<std::uint8_t>(9 + i))});
        Observer wire;
        const auto routine = watch(exchange, wire);
        CHECK(routine.has_value() == (count == 1 || (count == 2 && (who == 1 || who == 2))));
        if (!routine) continue;
        check_up(wire);
      }
    }
  }
}

TEST_CASE("one step out of order, missing or strange, and it is no routine") {
  for (const bool aggressive : {false, true}) {
    const auto good = steps(aggressive);
    for (std::size_t i = 0; i < good.size(); ++i) {
      CAPTURE(aggressive);
      CAPTURE(i);
      const auto differs = [&](auto change) {
        auto exchange = good;
        change(exchange);
        Observer wire;
        CHECK_FALSE(watch(exchange, wire));
      };
      differs([&](auto& exchange) { exchange.erase(exchange.begin() + static_cast<std::ptrdiff_t>(i)); });
      differs([&](auto& exchange) { exchange[i].from_initiator = !exchange[i].from_initiator; });
      differs([&](auto& exchange) { exchange.insert(exchange.begin() + static_cast<std::ptrdiff_t>(i) + 1, {i % 2 == 1, clear_notify(14)}); });
      if (i + 1 < good.size()) differs([&](auto& exchange) { exchange.insert(exchange.begin() + static_cast<std::ptrdiff_t>(i) + 1, {true, sealed(5, 77, 9)}); });
      if (i > 0) differs([&](auto& exchange) { std::swap(exchange[i - 1], exchange[i]); });
    }
  }
}

TEST_CASE("keepalives over hours and new attempts in order are a routine as long as each is answered") {
  const auto watch_for = [](unsigned attempts, unsigned keepalives, bool last_answered) {
    Observer wire;
    double at = 1;
    for (std::uint64_t n = 0; n < attempts; ++n) {
      const auto cookies = come_up(wire, at, n);
      for (unsigned i = 0; i < keepalives; ++i) {
        wire.send(at += 30, over, sealed(5, 2 * i + 1, static_cast<std::uint8_t>(2 * i + 1), cookies));
        if (i + 1 < keepalives || n + 1 < attempts || last_answered) wire.send(at += 0.1, answer, sealed(5, 2 * i + 2, static_cast<std::uint8_t>(2 * i + 2), cookies));
      }
    }
    const auto routine = wire.tracker().routine(0);
    if (routine) {
      CHECK(routine->attempts == attempts);
      check_up(wire);
    }
    return routine.has_value();
  };
  for (const unsigned attempts : {1U, 3U}) {
    for (const unsigned keepalives : {1U, 2U, 40U}) {
      CAPTURE(attempts);
      CAPTURE(keepalives);
      CHECK(watch_for(attempts, keepalives, true));
      CHECK(watch_for(attempts, keepalives, false));  // one without an answer is no silence yet
    }
  }
  CHECK_FALSE(watch_for(40, 1, true));  // so many that something may be wrong
}

TEST_CASE("whatever Informationals come when: a routine is judged up and without findings") {
  std::mt19937 random{21};
  unsigned routines = 0;
  for (int round = 0; round < 3'000; ++round) {
    Observer wire;
    double at = 1;
    for (std::uint64_t n = 0, attempts = 1 + random() % 3; n < attempts; ++n) {
      const auto cookies = come_up(wire, at, n);
      bool from_initiator = random() % 2 == 0;
      for (auto count = random() % 7; count > 0; --count) {
        const double gaps[] = {0.05, 0.1, 0.7, 1.4, 1.9, 2.1, 10, 40};
        wire.send(at += gaps[random() % std::size(gaps)], from_initiator ? over : answer, sealed(5, static_cast<std::uint32_t>(random() | 1U), static_cast<std::uint8_t>(random()), cookies));
        if (random() % 4 != 0) from_initiator = !from_initiator;
      }
      at += random() % 2 == 0 ? 0.5 : 60;
    }
    if (!wire.tracker().routine(0)) continue;
    ++routines;
    CAPTURE(round);
    check_up(wire);
  }
  CHECK(routines > 500);
}

TEST_CASE("whatever is lost, doubled or moved: a routine is judged up and without findings") {
  std::mt19937 random{20};
  unsigned routines = 0;
  for (int round = 0; round < 3'000; ++round) {
    auto exchange = steps(round % 2 == 1);
    for (auto changes = random() % 3; changes > 0 && !exchange.empty(); --changes) {
      const auto i = static_cast<std::ptrdiff_t>(random() % exchange.size());
      switch (random() % 4) {
        case 0: exchange.erase(exchange.begin() + i); break;
        case 1: exchange.push_back(exchange[static_cast<std::size_t>(i)]); break;
        case 2: std::swap(exchange[static_cast<std::size_t>(i)], exchange.back()); break;
        default: exchange.push_back({random() % 2 == 0, sealed(random() % 2 == 0 ? 5 : 32, 0xef, static_cast<std::uint8_t>(random()))}); break;
      }
    }
    if (exchange.empty()) continue;
    Observer wire;
    if (!watch(exchange, wire)) continue;
    ++routines;
    CAPTURE(round);
    check_up(wire);
  }
  CHECK(routines > 500);
}

}  // namespace
}  // namespace ike::track
