#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ike/isakmp/describe.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/net/datagram.hpp"
#include "ike/report/report.hpp"

namespace ike::app {

/// What a reader of one message wants to know that stands in others, or has to be computed: what was offered, which
/// message this is a copy of, whether addresses fit the NAT-D hashes, who may have sent it. Remembers the last
/// max_exchanges exchanges.
class ExchangeNotes {
 public:
  /// An attacker can begin exchanges without end; 4096 at once is a busy gateway.
  static constexpr std::size_t max_exchanges = 4096;
  /// Octets of an offer that are kept to be compared. Real ones are below 4 Ki.
  static constexpr std::size_t max_offer = 8192;
  /// Messages of one exchange that are known again. A phase 1 has six.
  static constexpr std::size_t max_messages = 16;
  /// Gaps between the copies of one message that are kept; no product sends more often.
  static constexpr std::size_t max_gaps = 16;

  /// `capture` must outlive this: it names the files.
  explicit ExchangeNotes(const report::CaptureInfo& capture) : capture_{capture} {}

  /// Takes the next message; payload() and after() are about it until the next call, and it must outlive them.
  void begin(const net::PacketInfo& packet, const isakmp::Message& message);
  /// Adds lines behind those of a payload.
  void payload(const isakmp::Payload& payload, std::vector<isakmp::Line>& out);
  /// Adds lines behind the message: what it is sent again of, and guesses, each marked as one.
  void after(std::vector<isakmp::Line>& out) const;

  /// Exchanges forgotten because of max_exchanges.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return turn_ - by_turn_.size(); }

 private:
  struct Key {
    isakmp::Cookie initiator_cookie = 0;
    std::uint32_t message_id = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Sent {
    std::uint64_t digest = 0;
    std::uint64_t packet = 0;
    std::uint16_t file = 0;
    Time time{};
    std::vector<Duration> gaps;
  };
  struct Exchange {
    std::uint64_t turn = 0;             // when it was begun: the oldest is forgotten first
    net::Endpoint initiator;            // who sent the first message that was seen
    bool whole = false;                 // that was the very first
    std::vector<std::uint8_t> offer;    // the SA payload's body
    std::string offered_in;             // "packet 3"; empty while no offer was seen
    bool offer_too_long = false;
    isakmp::Group group{};              // of the KE payloads
    std::vector<Sent> sent;
  };

  Exchange& exchange_of(const isakmp::Header& header);
  [[nodiscard]] bool from_initiator() const;
  void security_association(const isakmp::SecurityAssociation& sa, std::vector<isakmp::Line>& out);
  void keep_group(const isakmp::SecurityAssociation& sa);

  [[nodiscard]] std::string place(std::uint64_t packet, std::uint16_t file) const;

  const report::CaptureInfo& capture_;
  std::map<Key, Exchange> exchanges_;
  std::map<std::uint64_t, Key> by_turn_;
  std::uint64_t turn_ = 0;
  const net::PacketInfo* packet_ = nullptr;
  const isakmp::Message* message_ = nullptr;
  Exchange* exchange_ = nullptr;
  Sent* sent_ = nullptr;
  std::string again_;             // what the message is sent again of
  unsigned nat_discoveries_ = 0;  // in this message, so far
};

}  // namespace ike::app
