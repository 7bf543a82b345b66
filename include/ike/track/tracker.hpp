#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ike/isakmp/message.hpp"
#include "ike/net/datagram.hpp"
#include "ike/track/evidence.hpp"

namespace ike::track {

/// How much the tracker may remember. What is dropped is counted.
struct Limits {
  std::uint32_t attempts = 1'000'000;    ///< phase 1 attempts held; beyond, the least useful is dropped
  std::uint32_t esp_flows = 65'536;      ///< distinct (addresses, SPI)
};

/// What passed so far.
struct TrackCounts {
  std::uint64_t messages = 0;           ///< IKEv1 messages
  std::uint64_t malformed = 0;          ///< of them, those with a fault
  std::uint64_t ikev2 = 0;
  std::uint64_t other_version = 0;      ///< major version neither 1 nor 2
  std::uint64_t esp = 0;                ///< ESP packets, native and in UDP
  std::uint64_t keepalives = 0;
  std::uint64_t unknown = 0;            ///< datagrams on our ports that are none of these
  std::uint64_t icmp_errors = 0;        ///< that quote a packet of ours
  std::uint64_t attempts = 0;           ///< distinct phase 1 attempts ever begun
  std::uint64_t attempts_evicted = 0;
  std::uint64_t esp_flows_left_out = 0;
  std::uint64_t resends = 0;
  std::uint64_t copies = 0;
};

/// A pair of addresses whose attempts, one after the other, went by the book: phase 1 whole and in order, then whole Quick
/// Modes, and Informationals that each side answers. It is up, and there is no more to say of it.
struct Routine {
  net::Address initiator;
  net::Address responder;
  ExchangeType mode{};
  std::uint32_t attempt = 0;  ///< Attempt::id of the first
  std::uint32_t resends = 0;
  std::uint32_t attempts = 1;
};

/// A message whose header or chain cannot be read to its end.
struct MalformedMessage {
  std::uint64_t packet = 0;
  std::uint16_t file = 0;
  std::optional<DecodeError> why;  ///< none: an exchange type that no document names
};

/// Groups messages into exchanges, exchanges into attempts (by cookies and address pair), attempts into
/// tunnels (pairs of addresses). Holds a compact record of each; memory depends on open exchanges, not on how
/// much passed. Feed it in order of time.
class Tracker {
 public:
  explicit Tracker(Limits limits = {});
  ~Tracker();
  Tracker(Tracker&&) noexcept;
  Tracker& operator=(Tracker&&) noexcept;

  /// Shown every whole message in order (encrypted ones only where `keys` are at hand); gives what is inside an encrypted
  /// one, valid until it is asked again, or null.
  using Open = std::function<const isakmp::Message*(const isakmp::Message&, const net::PacketInfo&)>;
  void set_opener(Open open, bool keys);

  /// A UDP datagram on an IKE port, whatever is in it.
  void datagram(const net::Datagram& datagram);
  /// An ESP packet of IP protocol 50.
  void esp(const net::EspPacket& packet);
  /// An ICMP error that quotes a packet of ours.
  void icmp_error(const net::IcmpError& error);

  [[nodiscard]] const TrackCounts& counts() const noexcept;
  /// The first `max_malformed` of those that counts().malformed counts.
  [[nodiscard]] const std::vector<MalformedMessage>& malformed() const noexcept;
  static constexpr std::size_t max_malformed = 5;  ///< enough to begin looking with `decode`

  /// Pairs of addresses between which IKE was seen, in order of first packet. One index may give several
  /// tunnels: attempts of several clients behind one address are told apart by their ports.
  [[nodiscard]] std::uint32_t pairs() const noexcept;
  /// Whether pair `index` is such a routine: most are, and need neither be opened nor judged. Fast in order of index.
  [[nodiscard]] std::optional<Routine> routine(std::uint32_t index) const;
  /// The tunnels of pair `index`, as values. `tunnels` is reused: its storage is kept, its size set.
  void tunnels(std::uint32_t index, std::vector<Tunnel>& tunnels) const;
  /// The vendor IDs that `side` sent in `attempt` (of a Tunnel given before).
  [[nodiscard]] std::vector<VendorSeen> vendors(const Attempt& attempt, Side side) const;
  /// The first four octets of each NAT-D hash that `side` sent, in order; none when not all were kept.
  [[nodiscard]] std::vector<std::uint32_t> nat_discoveries(const Attempt& attempt, Side side) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::track
