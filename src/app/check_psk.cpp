#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "commands.hpp"
#include "ike/crypto/opener.hpp"
#include "ike/isakmp/ike_fragments.hpp"
#include "ike/net/dissector.hpp"
#include "keys.hpp"
#include "output.hpp"
#include "timeline.hpp"

namespace ike::app {
namespace {

using crypto::HashCheck;
using crypto::MessageFact;
using crypto::Opening;
using isakmp::ExchangeType;

constexpr std::size_t max_octets = 64U << 20U;  // of phase 1 messages held, to be tried with every candidate
constexpr std::size_t max_attempts = 4096;      // phase 1s told
constexpr std::size_t max_informationals = 8;   // tried of one phase 1

/// A phase 1 message, kept whole.
struct Kept {
  std::vector<std::uint8_t> octets;
  net::PacketInfo packet;
};

/// One phase 1, and what the candidates say of its two sides.
struct Attempt {
  isakmp::Cookie initiator = 0, responder = 0;
  bool aggressive = false;
  std::array<net::Address, 2> ends;
  std::array<std::string, 2> candidate;   ///< by side, "candidates.txt:3"; empty: none so far
  std::array<bool, 2> tried{};            ///< a hash of that side could be held against the candidates
  std::array<std::uint64_t, 2> packet{};  ///< that held it
  std::array<bool, 2> informational{};    ///< it was the HASH of an Informational, not of phase 1
  std::array<bool, 2> encrypted{};        ///< that side sent what only g^xy opens
  std::size_t informationals = 0;         ///< encrypted ones seen
};

class Phase1Messages {
 public:
  void datagram(const net::Datagram& datagram) {
    const auto what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
    if (what.content != isakmp::Content::isakmp || datagram.partial) return;
    if (!isakmp::decode_message(datagram.payload.subspan(what.offset), datagram.sent_length - what.offset, message_)) return;
    if (message_.payloads.size() == 1) {
      if (const auto* fragment = std::get_if<isakmp::IkeFragment>(&message_.payloads.front().content)) {
        const auto whole = fragments_.add(message_, *fragment, datagram.source, datagram.destination, datagram.time, datagram.packet);
        if (!whole || !isakmp::decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), message_)) return;
      }
    }
    keep(datagram);
  }

  std::vector<Kept> kept;
  std::vector<Attempt> attempts;
  std::uint64_t left_out = 0;

 private:
  void keep(const net::Datagram& datagram) {
    const auto& header = message_.header;
    const bool aggressive = header.exchange_type == ExchangeType::aggressive;
    // A side that refuses the other's hash never sends its own: its Informational has one, too.
    const bool refusal = header.exchange_type == ExchangeType::informational && header.encrypted();
    if ((!aggressive && !refusal && header.exchange_type != ExchangeType::identity_protection) || message_.cut) return;
    auto found = std::ranges::find_if(attempts, [&](const Attempt& one) { return one.initiator == header.initiator_cookie && one.responder == header.responder_cookie; });
    if (refusal && (found == attempts.end() || found->informationals++ >= max_informationals)) return;
    if (held_ + message_.octets.size() > max_octets) {
      ++left_out;
      return;
    }
    held_ += message_.octets.size() + sizeof(Kept);
    kept.push_back({{message_.octets.begin(), message_.octets.end()}, datagram});
    if (header.responder_cookie == 0 || refusal) return;
    if (found == attempts.end()) {
      if (attempts.size() == max_attempts) {
        ++left_out;
        return;
      }
      const bool answers = std::ranges::any_of(message_.payloads, [](const auto& payload) { return payload.type == isakmp::PayloadType::security_association; });
      Attempt fresh;
      fresh.initiator = header.initiator_cookie;
      fresh.responder = header.responder_cookie;
      fresh.aggressive = aggressive;
      fresh.ends = {answers ? datagram.destination.address : datagram.source.address, answers ? datagram.source.address : datagram.destination.address};
      attempts.push_back(fresh);
      found = attempts.end() - 1;
    }
    if (header.encrypted()) found->encrypted[datagram.source.address == found->ends[0] ? 0 : 1] = true;
  }

  isakmp::Message message_;
  isakmp::FragmentAssembler fragments_;
  std::size_t held_ = 0;
};

void learn(Attempt& attempt, const crypto::PhaseOneFacts& facts) {
  for (const MessageFact& fact : facts.messages) {
    const std::size_t side = fact.from_responder ? 1 : 0;
    if (fact.hash == HashCheck::unchecked && fact.opening != Opening::does_not_decrypt) continue;
    attempt.tried[side] = true;
    if (fact.hash != HashCheck::right || fact.key >= facts.keys.size() || !facts.key_is_psk[fact.key] || !attempt.candidate[side].empty()) continue;
    attempt.candidate[side] = facts.keys[fact.key];
    attempt.packet[side] = fact.packet;
    attempt.informational[side] = fact.exchange == ExchangeType::informational;
  }
}

/// What opens a message without a candidate says nothing of the candidates: g^xy is what counts.
void keep_secrets_alone(std::vector<crypto::PhaseOneKeys>& keys) {
  std::erase_if(keys, [](const crypto::PhaseOneKeys& one) { return !one.g_xy && !one.private_value; });
  for (crypto::PhaseOneKeys& one : keys) {
    for (auto* field : {&one.skeyid, &one.skeyid_d, &one.skeyid_a, &one.skeyid_e, &one.encryption_key, &one.psk}) field->reset();
  }
}

void tell(const Attempt& attempt, std::size_t candidates) {
  write(fmt::format("{} -> {}, {} Mode, CKY-I {:016x}, CKY-R {:016x}\n", net::to_string(attempt.ends[0]), net::to_string(attempt.ends[1]), attempt.aggressive ? "Aggressive" : "Main",
                    attempt.initiator, attempt.responder));
  for (const std::size_t side : {0U, 1U}) {
    const std::string_view who = side == 0 ? "initiator" : "responder";
    const std::string_view hash = side == 0 ? "HASH_I" : "HASH_R";
    if (!attempt.candidate[side].empty()) {
      write(fmt::format("  {}: uses the pre-shared key of {} ({} in packet {})\n", who, printable(attempt.candidate[side]), attempt.informational[side] ? "HASH of its Informational" : hash, attempt.packet[side]));
    } else if (attempt.tried[side]) {
      write(fmt::format("  {}: uses none of the {} candidate{}\n", who, candidates, candidates == 1 ? "" : "s"));
    } else if (attempt.encrypted[side]) {
      write(fmt::format("  {}: its {} is encrypted; give g^xy or a side's private value too (--keys, see ikescope(1))\n", who, hash));
    } else {
      write(fmt::format("  {}: its {} was not captured\n", who, hash));
    }
  }
}

}  // namespace

ExitCode check_psk(const CheckPskOptions& options) {
  bool all_read = true;
  const OnError on_error = [&](std::string_view line) {
    complain(line);
    all_read = false;
  };
  crypto::OpenerKeys keys = load_keys(options.keys);
  keep_secrets_alone(keys.keys);
  Timeline timeline{capture_files(options.input.paths, on_error), on_error};
  net::Dissector dissector{{options.input.ports}};
  Phase1Messages phase1;
  while (const Frame* frame = timeline.next()) {
    if (dissector.dissect(*frame) == net::Dissector::Kind::udp) phase1.datagram(dissector.datagram());
  }
  // As many candidates at a time as an Opener tries on one phase 1; each key given brings one set of its own.
  constexpr std::size_t at_once = crypto::Opener::max_key_sets / 4;
  const std::span candidates{keys.psks};
  for (std::size_t begin = 0; begin < std::max<std::size_t>(candidates.size(), 1); begin += at_once) {
    const auto some = candidates.subspan(begin, std::min(at_once, candidates.size() - begin));
    crypto::Opener opener{{keys.keys, {some.begin(), some.end()}, {}}};
    isakmp::Message message;
    for (const Kept& one : phase1.kept) {
      if (isakmp::decode_message(one.octets, static_cast<std::uint32_t>(one.octets.size()), message)) opener.take(message, one.packet);
    }
    for (Attempt& attempt : phase1.attempts) {
      if (const auto* facts = opener.facts(attempt.initiator, attempt.responder)) learn(attempt, *facts);
    }
  }
  for (const Attempt& attempt : phase1.attempts) tell(attempt, candidates.size());
  flush_output();
  if (phase1.attempts.empty()) complain("no phase 1 with an answer in this capture");
  if (phase1.left_out > 0) complain(fmt::format("{} phase 1 messages left out: too many at once", phase1.left_out));
  return all_read ? ExitCode::ok : ExitCode::unusable;
}

}  // namespace ike::app
