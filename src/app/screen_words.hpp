#pragma once

#include <array>
#include <string_view>

namespace ike::app {

/// A word that the screen of `read` shows and that is neither a finding nor a position.
struct ScreenWord {
  std::string_view names;  ///< separated by blanks, the commonest first
  std::string_view text;   ///< its first sentence fits into a list
};

inline constexpr auto screen_words = std::to_array<ScreenWord>({
    {"stalled stall", "Verdict: it waits in vain or was refused. In phase 1, in XAUTH or mode config, or in phase 2; or it was up and the peer is silent now."},
    {"pending", "Verdict: too young to be judged when the capture ends. The position is given; capture longer to see whether it goes on."},
    {"phase1-up", "Verdict: phase 1 is complete, phase 2 was not seen. No Quick Mode was begun, or none was seen to fail."},
    {"up", "Verdict: phase 1 and a Quick Mode are complete. ESP under it counts as well, where the beginning was not captured."},
    {"closed", "Verdict: was up, and was deleted in good order. Nothing newer was tried."},
    {"refused", "The other side said no. It did so by a notify, an ICMP error, a Delete, or an Informational in place of the answer to an authentication message."},
    {"confirmed", "Certainty: the packets alone prove it."},
    {"likely", "Certainty: it is the known signature of this cause."},
    {"possible", "Certainty: other causes leave the same trace. They are listed, and ranked."},
    {"warning", "Severity: something is wrong though the tunnel is up."},
    {"remark", "Severity: worth knowing, no stall. Also a stall of an older attempt, once a later one came up."},
    {"attempt", "A phase 1 exchange, by its initiator cookie. Everything that happens under that cookie belongs to it. The newest attempt of a pair of addresses decides the verdict."},
    {"CKY-I CKY-R", "The cookies of initiator and responder. Both together name an ISAKMP SA (RFC 2408 2.5.3); that of the initiator names an attempt."},
    {"1 2 3 4 5 6", "The place of a message in phase 1. Main Mode has six of them, Aggressive Mode three. Odd ones are the initiator's in both."},
    {"QM QM1 QM2 QM3", "Quick Mode, message 1 to 3. It makes the IPsec SAs (RFC 2409 5.5) and is always encrypted."},
    {"TR TR1 TR2 TR3 TR4", "Transaction exchange: XAUTH or mode config. It comes between phase 1 and Quick Mode and is always encrypted."},
    {"INF", "An encrypted Informational: notify, Delete or DPD. Without keys none of these can be told from the others, save by length and by when it comes."},
    {"N", "A notify, or its payload. As a message of its own: one that stands in clear, and so is not authenticated; anybody on the way could have sent it."},
    {"D", "A Delete, or its payload. The sender gives up the SA that it names."},
    {"x1 x3 x33", "A message of another exchange type, by its number. 1 is the Base exchange, 3 Authentication Only (RFC 2408 3.1), 33 New Group Mode (RFC 2409 5.6)."},
    {"again resent resends resend", "The same message sent once more. The octets are the same; an answer did not come, or did not arrive. The time is since it was last sent."},
    {"copy", "One packet that the capture holds twice. No resend: a mirror port, or several interfaces, saw it more than once."},
    {"encrypted", "The payloads can't be read without keys. The length in octets stands in parentheses."},
    {"cut", "The capture kept only the beginning of this packet. Capture with a larger snap length: tcpdump -s 0."},
    {"malformed", "Lengths or values of this message contradict each other. ikescope decode shows at which octet."},
    {"whole", "Not whole: IP fragments of this message did not come. Only its beginning was seen here."},
    {"SA", "Payload: security association. The offer of policies, or the one that was chosen (RFC 2408 3.4)."},
    {"KE", "Payload: key exchange. The Diffie-Hellman public value (RFC 2408 3.7)."},
    {"NONCE", "Payload: nonce. Random octets (RFC 2408 3.13)."},
    {"ID", "Payload: identification. The name or address of a side, in clear in Aggressive Mode only (RFC 2407 4.6.2)."},
    {"VID", "Payload: vendor ID. It tells which product that is, or what it can do (RFC 2408 3.16). ikescope decode names those that are known."},
    {"HASH", "Payload: hash. It authenticates a message or a side (RFC 2408 3.11)."},
    {"SIG", "Payload: signature. It authenticates a side by its certificate (RFC 2408 3.12)."},
    {"CERT", "Payload: certificate (RFC 2408 3.9)."},
    {"CR", "Payload: certificate request (RFC 2408 3.10)."},
    {"NAT-D", "Payload: NAT detection. A hash of address and port (RFC 3947 3.2); it fits no more where a NAT changed them."},
    {"NAT-OA", "Payload: the original address, before NAT (RFC 3947 5.2)."},
    {"ATTR", "Payload: attributes of XAUTH or mode config."},
    {"FRAG", "Payload: a piece of a message, cut by IKE itself. That is no IP fragmentation; the vendor ID FRAGMENTATION announces it."},
    {"XAUTH", "Extended authentication by a user's name and password. It comes after phase 1 and travels in Transaction exchanges (draft-beaulieu-ike-xauth-02); the vendor ID announces it."},
    {"DPD", "Dead peer detection (RFC 3706). R-U-THERE and its acknowledgement in encrypted Informationals ask whether the peer is alive; the vendor ID announces it."},
    {"NAT-T", "NAT traversal (RFC 3947, RFC 3948). NAT-D payloads find a NAT; where there is one, IKE and ESP go on in UDP 4500. The vendor ID announces it."},
    {"FRAGMENTATION", "Vendor ID: its sender can read FRAG payloads. Long messages may come in pieces then, cut by IKE and not by IP. No RFC; Cisco's, and others have it too."},
    {"VIDx3", "x3 behind a payload: three of them in a row."},
    {"-", "In place of a position: nothing was seen of that side."},
});

}  // namespace ike::app
