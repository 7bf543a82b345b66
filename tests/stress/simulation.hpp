#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "support/packets.hpp"

/// Two simulated daemons, the path between them with its faults and losses, and an observer who does not see
/// everything. What really happened is known, so that a report can be held against it. All of it follows from one
/// number.
namespace ike::test {

/// Numbers that follow from a seed, the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(double probability) { return static_cast<double>(next() >> 11U) * 0x1p-53 < probability; }

 private:
  std::uint64_t state_;
};

enum class Fault : std::uint8_t {
  none,
  peer_down,         ///< the responder never hears anything
  port_unreachable,  ///< ... and its host says so by ICMP
  no_proposal,       ///< message 1 is refused in clear
  no_key,            ///< message 3 (Main Mode) is ignored
  refused_msg3,      ///< ... or refused in clear
  psk_mismatch,      ///< message 5 is answered by an encrypted Informational
  answers_blocked,   ///< what the responder sends is lost behind the observer
  natt_blocked,      ///< UDP 4500 to the responder is lost behind the observer
  phase2_refused,    ///< Quick Mode 1 is answered by an encrypted Informational
  phase2_silent,     ///< Quick Mode 1 is ignored
};
inline constexpr std::size_t fault_count = 11;
std::string_view name(Fault fault);

/// What one variant suffers.
struct Weather {
  Fault fault = Fault::none;
  bool aggressive = false;
  bool floats = false;      ///< to UDP 4500 with message 5
  bool fragmented = false;  ///< messages 5 and 6 come in IP fragments
  double lost_before = 0;   ///< of all packets, before the observer
  double lost_after = 0;    ///< behind it
  double unseen = 0;        ///< passed, but missed by the observer
  double doubled = 0;       ///< shown twice, 10 ms apart
  double late = 0;          ///< shown up to 35 ms late: behind what was sent with it, not behind its answer
  bool late_start = false;  ///< the capture begins inside
  bool early_end = false;   ///< and ends inside
  bool goes_on = false;     ///< other traffic is captured for half a minute more
  int only = -1;            ///< 0, 1: the observer sees the initiator's (responder's) packets only
  double travel = 0.02;     ///< half the way from one side to the other, seconds
  double place = 0.5;       ///< of the observer on that way: 0 at the initiator, 1 at the responder
  unsigned schedule = 0;    ///< of resends: that of an ASA, libreswan, strongSwan, IOS
  bool clear_third = false; ///< Aggressive Mode: message 3 is not encrypted
  unsigned behind_nat = 0;  ///< NAT-D says: 1 the initiator, 2 the responder, 3 both; 4: nobody; 0: no NAT-D
  bool same_cookie = false; ///< the second attempt has the initiator cookie of the first
  bool keepalives = false;  ///< DPD under the SA that is up
  bool deletes = false;     ///< and it is deleted at last
  unsigned forged = 0;      ///< error notifies in clear in somebody's name
  unsigned flood = 0;       ///< Informationals under cookies that nobody knows (all on port 500: ports tell clients apart)
};

/// Between whom. Different cookies make different exchanges.
struct Peers {
  const char* initiator = "192.0.2.1";
  const char* responder = "198.51.100.2";
  std::uint64_t cookie = 0x1111111111110000;
};

/// A packet as the observer shows it, and what it really was.
struct Shown {
  double at = 0;
  Bytes octets{};            ///< from the IP header
  int side = 0;              ///< 0: initiator's; 1: responder's; 2: neither's
  std::uint64_t cookie = 0;  ///< of the attempt; 0: no IKE message of the two
  std::uint8_t number = 0;   ///< of a phase 1 message, else 0
  bool quick_mode = false;
  bool sealed_info = false;
  bool esp = false;
  bool again = false;  ///< shown a second time
  bool on_4500 = false;
  std::uint64_t forged = 0;  ///< cookie in whose name it is forged
};

/// What happened, and what of it was shown.
struct Outcome {
  std::vector<Shown> shown;
  bool complete = false;      ///< both sides hold Quick Mode complete
  bool all_shown = false;     ///< everything that passed the observer is in `shown`
  std::uint32_t resends = 0;  ///< by either side
  std::uint32_t doubled = 0;
  std::array<bool, 2> spoke{};       ///< whether that side sent any IKE message
  std::vector<std::uint64_t> begun;  ///< cookies of the attempts, in order
};

/// Weather that follows from `random`; each kind of it is absent in many variants.
Weather any_weather(Random& random);
Outcome simulate(const Weather& weather, Random& random, const Peers& peers = {});
/// Both seen by one observer, `other` later by `shift` seconds.
void merge(Outcome& outcome, const Outcome& other, double shift);

}  // namespace ike::test
