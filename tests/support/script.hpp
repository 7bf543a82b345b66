#pragma once

#include <deque>
#include <string_view>

#include "ike/track/evidence.hpp"

/// Exchanges written down in one line, for tests of rules and reports: no capture, no tracker.
///
///     const auto seen = ike::test::script("I1@0 R2@0.1 I3@0.2 I3@8.2 RN:INVALID-COOKIE@8.3 END@30");
///     diagnose(seen.tunnel, seen.capture);
///
/// A script is words with blanks between; " | " starts the next attempt (new cookies, same pair of peers).
/// Every event word ends in `@seconds` since the capture's first frame and may carry `*suffixes` before it.
///
///   I1 R2 I3 R4 I5 R6     message of Main Mode (5 and 6 encrypted); after `AM`: I1 R2 I3 of Aggressive Mode
///   IQ1 RQ2 IQ3           Quick Mode; `IQ1:7` has message ID 7, without it 1. RQ1 IQ2 RQ3: the responder began
///   RT1 IT2               Transaction (XAUTH, mode config); `RT1:9` has message ID 9, without it 2
///   RN:NO-PROPOSAL-CHOSEN Informational in clear with that notify, from R or I; a number may stand for the name
///   R-info R-info:76      encrypted Informational (length 76), from R or I; each has a message ID of its own
///   ICMP:3/3 ICMP6:1/4    ICMP error that quotes the message written last, from whom that message was for;
///                         `ICMP:3/13:192.0.2.99` from that (IPv4) router
///   ESP>:20 ESP<:20       20 ESP packets to the tunnel's responder, or to its initiator, ten a second;
///                         `ESP>:20@3-9` spreads them from second 3 to 9. Each word is a flow with its own SPI
///   V2> V2<               IKEv2 IKE_SA_INIT from the initiator's address, or a response to it; `V2<:14`: with
///                         that error notify; V3 likewise
///   END                   the capture's last frame; without it the last event is
///
/// The same message word again (side, number, message ID) is a resend; a letter makes other octets of it
/// (`I3b`). Suffixes:
///
///   *copy       mirror copy of the same word before it     *resend   resend of the same word before it (notifies)
///   *4500       on UDP 4500                                *frag     came in IP fragments
///   *ikefrag    came in IKE fragments                      *partial  not all of its fragments were seen
///   *cut        cut by the snap length                     *malformed
///   *clear      not encrypted, where it would be           *decrypted a key opened it
///   *delete     holds a Delete (decrypted)                 *notify:NAME  holds that notify (decrypted)
///   *len:1300   length in octets                           *id:12    message ID
///   *cookie:3   responder cookie ...03                     *mtu:1400 of an ICMP error
///   *udp        ESP in UDP
///
/// Words without time set something for their attempt:
///
///   AM          Aggressive Mode                            swap      the other peer is the initiator
///   psk cert xauth hybrid   authentication method offered and chosen; without a word: psk
///   natI natR nonat         NAT-D says: initiator, responder, nobody is behind a NAT
///   nattI nattR             that side announced NAT traversal by vendor ID (neither did without the words)
///   fragvidI fragvidR       that side announced IKE fragmentation by vendor ID
///   assumed     sides are provisional: the beginning is missing
///   moved       also seen under other addresses            port:1024 the initiator's port
///   v6          the pair has IPv6 addresses
///
/// Unless said otherwise the peers are 192.0.2.1 (initiator) and 198.51.100.2. Packets are numbered from 1 as
/// they are written. A message 1 brings Attempt::offer, a message 2 Attempt::choice. A word that is none of
/// these throws std::invalid_argument.
namespace ike::test {

struct Script {
  track::Tunnel tunnel;
  track::CaptureFacts capture;
  std::deque<track::Offer> offers;  ///< what Attempt::offer and choice point to

  Script() = default;
  Script(Script&&) = default;  // moving keeps every span and pointer valid, copying would not
  Script& operator=(Script&&) = default;

  [[nodiscard]] const track::Attempt& newest() const { return tunnel.attempts.back(); }
};

Script script(std::string_view text);

/// The point of time `seconds` after a script's capture began.
Time script_time(double seconds);

}  // namespace ike::test
