#include "support/script.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace ike::test {
namespace {

using namespace track;
using isakmp::AuthMethod;
using enum PayloadType;

constexpr Time epoch{std::chrono::seconds{1'700'000'000}};

struct NotifyName {
  std::string_view text;
  NotifyType type;
};
constexpr NotifyName notify_names[] = {
    {"INVALID-PAYLOAD-TYPE", NotifyType::invalid_payload_type},
    {"INVALID-COOKIE", NotifyType::invalid_cookie},
    {"INVALID-MAJOR-VERSION", NotifyType::invalid_major_version},
    {"INVALID-EXCHANGE-TYPE", NotifyType::invalid_exchange_type},
    {"INVALID-MESSAGE-ID", NotifyType::invalid_message_id},
    {"INVALID-SPI", NotifyType::invalid_spi},
    {"ATTRIBUTES-NOT-SUPPORTED", NotifyType::attributes_not_supported},
    {"NO-PROPOSAL-CHOSEN", NotifyType::no_proposal_chosen},
    {"BAD-PROPOSAL-SYNTAX", NotifyType::bad_proposal_syntax},
    {"PAYLOAD-MALFORMED", NotifyType::payload_malformed},
    {"INVALID-KEY-INFORMATION", NotifyType::invalid_key_information},
    {"INVALID-ID-INFORMATION", NotifyType::invalid_id_information},
    {"INVALID-HASH-INFORMATION", NotifyType::invalid_hash_information},
    {"INVALID-CERTIFICATE", NotifyType::invalid_certificate},
    {"INVALID-CERT-AUTHORITY", NotifyType::invalid_cert_authority},
    {"AUTHENTICATION-FAILED", NotifyType::authentication_failed},
    {"INVALID-SIGNATURE", NotifyType::invalid_signature},
    {"UNSUPPORTED-EXCHANGE-TYPE", NotifyType::unsupported_exchange_type},
    {"UNEQUAL-PAYLOAD-LENGTHS", NotifyType::unequal_payload_lengths},
    {"INITIAL-CONTACT", NotifyType::initial_contact},
    {"R-U-THERE", NotifyType::r_u_there},
    {"R-U-THERE-ACK", NotifyType::r_u_there_ack},
};

[[noreturn]] void reject(std::string_view word, std::string_view why) {
  throw std::invalid_argument{"script: " + std::string{word} + ": " + std::string{why}};
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <typename Number>
Number to_number(std::string_view text, std::string_view word) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) reject(word, "not a number");
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

NotifyType to_notify(std::string_view text, std::string_view word) {
  const auto* row = std::ranges::find(notify_names, text, &NotifyName::text);
  if (row != std::end(notify_names)) return row->type;
  return NotifyType{to_number<std::uint16_t>(text, word)};
}

net::Address to_address(std::string_view text, std::string_view word) {
  net::Address address{{}, 4};
  const auto parts = split(text, '.');
  if (parts.size() != 4) reject(word, "not an IPv4 address");
  for (std::size_t i = 0; i < 4; ++i) address.octets[i] = to_number<std::uint8_t>(parts[i], word);
  return address;
}

net::Address peer_v6(std::uint8_t last) {
  net::Address address{{0x20, 0x01, 0x0d, 0xb8}, 6};
  address.octets[15] = last;
  return address;
}

PayloadList payloads(std::initializer_list<PayloadType> types) {
  PayloadList list;
  for (const PayloadType type : types) list.types[list.count++] = type;
  return list;
}

/// What a message of that place usually holds, so that reports have something to show.
struct Usual {
  PayloadList payloads;
  std::uint32_t length;
  bool encrypted;
};
Usual usual(ExchangeType exchange, unsigned number) {
  if (exchange == ExchangeType::aggressive) {
    if (number == 1) return {payloads({security_association, key_exchange, nonce, identification, vendor_id}), 404, false};
    if (number == 2) return {payloads({security_association, key_exchange, nonce, identification, hash, vendor_id}), 420, false};
    return {payloads({hash}), 108, true};
  }
  if (exchange == ExchangeType::identity_protection) {
    if (number == 1) return {payloads({security_association, vendor_id, vendor_id, vendor_id}), 148, false};
    if (number == 2) return {payloads({security_association, vendor_id}), 108, false};
    if (number == 3 || number == 4) return {payloads({key_exchange, nonce, nat_discovery, nat_discovery}), 372, false};
    return {payloads({identification}), 108, true};
  }
  return {payloads({hash}), exchange == ExchangeType::quick_mode ? 188U : 76U, true};
}

class Builder {
 public:
  Script build(std::string_view text) {
    std::size_t at = 0;
    begin_attempt();
    while (at < text.size()) {
      const auto end = std::min(text.find(' ', at), text.size());
      if (const auto one = text.substr(at, end - at); one == "|") {
        end_attempt();
        begin_attempt();
      } else if (!one.empty()) {
        word(one);
      }
      at = end + 1;
    }
    end_attempt();
    finish();
    return std::move(script_);
  }

 private:
  struct Key {  // equal keys of one attempt: the same octets again
    std::string token;
    std::uint32_t message_id;
    std::uint32_t first;
  };

  void begin_attempt() {
    attempt_ = {};
    attempt_.id = static_cast<std::uint32_t>(script_.tunnel.attempts.size() + 1);
    attempt_.mode = ExchangeType::identity_protection;
    attempt_.initiator_cookie = 0xa000'0000'0000'0000 + attempt_.id;
    attempt_.initiator = {left_, 500};
    attempt_.responder = {right_, 500};
    auth_ = AuthMethod::psk;
    first_event_ = script_.tunnel.events.size();
    keys_.clear();
  }

  void word(std::string_view whole) {
    const auto at = whole.rfind('@');
    if (at == std::string_view::npos) return option(whole);
    const auto times = split(whole.substr(at + 1), '-');
    const Time time = script_time(to_number<double>(times[0], whole));
    const auto parts = split(whole.substr(0, at), '*');
    std::string_view token = parts[0];
    const std::span suffixes{parts.begin() + 1, parts.end()};
    last_ = std::max(last_, time);
    if (token == "END") return;
    if (take_prefix(token, "ESP")) return esp(token, suffixes, time, times, whole);
    if (token.size() >= 3 && token[0] == 'V') return other_version(token, time, whole);
    if (token.starts_with("ICMP")) return icmp(token, suffixes, time, whole);
    message(token, suffixes, time, whole);
  }

  void option(std::string_view word) {
    if (word == "AM") attempt_.mode = ExchangeType::aggressive;
    else if (word == "swap") std::swap(attempt_.initiator, attempt_.responder);
    else if (word == "psk") auth_ = AuthMethod::psk;
    else if (word == "cert") auth_ = AuthMethod::rsa_sig;
    else if (word == "xauth") auth_ = AuthMethod::xauth_init_psk;
    else if (word == "hybrid") auth_ = AuthMethod::hybrid_init_rsa;
    else if (word == "natI") nat(true, attempt_.nat_responder.value_or(false));
    else if (word == "natR") nat(attempt_.nat_initiator.value_or(false), true);
    else if (word == "nonat") nat(false, false);
    else if (word == "nattI") attempt_.natt_vendor_initiator = true;
    else if (word == "nattR") attempt_.natt_vendor_responder = true;
    else if (word == "fragvidI") attempt_.fragmentation_vendor_initiator = true;
    else if (word == "fragvidR") attempt_.fragmentation_vendor_responder = true;
    else if (word == "assumed") attempt_.initiator_assumed = true;
    else if (word == "moved") attempt_.other_addresses = true;
    else if (take_prefix(word, "port:")) attempt_.initiator.port = to_number<std::uint16_t>(word, word);
    else if (word == "v6") use_v6();
    else reject(word, "neither an option nor an event with @seconds");
  }

  void nat(bool initiator, bool responder) {
    attempt_.nat_initiator = initiator;
    attempt_.nat_responder = responder;
  }

  void use_v6() {
    left_ = peer_v6(1);
    right_ = peer_v6(2);
    attempt_.initiator.address = left_;
    attempt_.responder.address = right_;
  }

  void message(std::string_view token, std::span<const std::string_view> suffixes, Time time, std::string_view whole) {
    if (token.size() < 2 || (token[0] != 'I' && token[0] != 'R')) reject(whole, "unknown word");
    Event event;
    event.time = time;
    event.from = token[0] == 'I' ? Side::initiator : Side::responder;
    event.packet = ++packet_;
    const auto colon = token.find(':');
    const std::string_view argument = colon == std::string_view::npos ? std::string_view{} : token.substr(colon + 1);
    const std::string_view kind = token.substr(1, colon == std::string_view::npos ? colon : colon - 1);
    bool repeats = true;  // the same word again is a resend
    if (kind == "N") {
      event.exchange = ExchangeType::informational;
      event.payloads = payloads({notification});
      event.length = 40;
      event.has_notify = true;
      event.notify = to_notify(argument, whole);
      repeats = false;
    } else if (kind == "-info") {
      sealed_informational(event, argument, whole);
      repeats = false;
    } else {
      numbered(event, kind, argument, whole);
    }
    event.responder_cookie = event.number == 1 && event.is_phase1() ? 0 : 0xb000'0000'0000'0000 + attempt_.id;
    if (event.exchange == ExchangeType::informational && !event.encrypted && attempt_.responder_cookies.empty()) event.responder_cookie = 0;
    bool copy = false;
    for (const auto suffix : suffixes) this->suffix(event, suffix, copy, repeats, whole);
    relate(event, token.substr(0, colon), copy, repeats, whole);
    add(event);
  }

  void sealed_informational(Event& event, std::string_view argument, std::string_view whole) {
    const auto plain = usual(ExchangeType::informational, 0);
    event.exchange = ExchangeType::informational;
    event.payloads = plain.payloads;
    event.encrypted = true;
    event.length = argument.empty() ? plain.length : to_number<std::uint32_t>(argument, whole);
    event.message_id = 0x1000 + static_cast<std::uint32_t>(packet_);
  }

  void numbered(Event& event, std::string_view kind, std::string_view argument, std::string_view whole) {
    event.exchange = attempt_.mode;
    if (kind[0] == 'Q' || kind[0] == 'T') {
      event.exchange = kind[0] == 'Q' ? ExchangeType::quick_mode : ExchangeType::transaction;
      event.message_id = argument.empty() ? (kind[0] == 'Q' ? 1 : 2) : to_number<std::uint32_t>(argument, whole);
      kind.remove_prefix(1);
    } else if (!argument.empty()) {
      reject(whole, "phase 1 has no message ID");
    }
    const bool variant = kind.size() == 2 && kind[1] >= 'a' && kind[1] <= 'z';
    if (kind.size() != (variant ? 2 : 1) || kind[0] < '1' || kind[0] > '9') reject(whole, "unknown word");
    event.number = static_cast<std::uint8_t>(kind[0] - '0');
    const auto plain = usual(event.exchange, event.number);
    event.payloads = plain.payloads;
    event.length = plain.length;
    event.encrypted = plain.encrypted;
  }

  void suffix(Event& event, std::string_view text, bool& copy, bool& repeats, std::string_view whole) const {
    if (text == "copy") copy = true;
    else if (text == "resend") repeats = true;
    else if (text == "4500") event.natt_port = true;
    else if (text == "frag") event.ip_fragmented = true;
    else if (text == "ikefrag") event.ike_fragmented = true;
    else if (text == "partial") event.partial = true;
    else if (text == "cut") event.cut = true;
    else if (text == "malformed") event.malformed = true;
    else if (text == "clear") event.encrypted = false;
    else if (text == "decrypted") event.decrypted = true;
    else if (text == "delete") event.has_delete = true, event.decrypted = event.encrypted;
    else if (take_prefix(text, "notify:")) event.has_notify = true, event.decrypted = event.encrypted, event.notify = to_notify(text, whole);
    else if (take_prefix(text, "len:")) event.length = to_number<std::uint32_t>(text, whole);
    else if (take_prefix(text, "id:")) event.message_id = to_number<std::uint32_t>(text, whole);
    else if (take_prefix(text, "cookie:")) event.responder_cookie = 0xb000'0000'0000'0000 + to_number<std::uint32_t>(text, whole);
    else if (take_prefix(text, "mtu:")) event.icmp_mtu = to_number<std::uint32_t>(text, whole);
    else reject(whole, "unknown suffix");
  }

  /// Finds the first message of the same octets, if any.
  void relate(Event& event, std::string_view token, bool copy, bool repeats, std::string_view whole) {
    const auto index = static_cast<std::uint32_t>(script_.tunnel.events.size() - first_event_);
    // An encrypted Informational has a message ID of its own: a resend is told by the word alone.
    const bool by_id = token.find("-info") == std::string_view::npos;
    const auto key = std::ranges::find_if(keys_, [&](const Key& k) {
      return k.token == token && (!by_id || k.message_id == event.message_id);
    });
    if (copy || repeats) {
      if (key != keys_.end()) {
        (copy ? event.copy_of : event.resend_of) = key->first;
        if (!by_id) event.message_id = script_.tunnel.events[first_event_ + key->first].message_id;
        return;
      }
      if (copy) reject(whole, "nothing to be a copy of");
    }
    if (key != keys_.end()) key->first = index;
    else keys_.push_back({std::string{token}, event.message_id, index});
  }

  void add(const Event& event) {
    const auto cookie = event.responder_cookie;
    if (cookie != 0 && std::ranges::find(attempt_.responder_cookies, cookie) == attempt_.responder_cookies.end()) attempt_.responder_cookies.push_back(cookie);
    attempt_.resends += event.is_resend() ? 1U : 0U;
    attempt_.copies += event.is_copy() ? 1U : 0U;
    const bool quick = event.exchange == ExchangeType::quick_mode && event.is_message() && !event.is_resend() && !event.is_copy();
    if (quick && event.number == 1) ++attempt_.quick_modes_begun;
    if (quick && event.number == 3) ++attempt_.quick_modes_complete;
    script_.tunnel.events.push_back(event);
  }

  void icmp(std::string_view token, std::span<const std::string_view> suffixes, Time time, std::string_view whole) {
    if (script_.tunnel.events.size() == first_event_) reject(whole, "no message to quote");
    Event event = script_.tunnel.events.back();
    event.kind = Event::Kind::icmp_error;
    event.time = time;
    event.packet = ++packet_;
    event.resend_of = event.copy_of = no_event;
    event.icmp_v6 = token.starts_with("ICMP6");
    const auto parts = split(token.substr(event.icmp_v6 ? 5 : 4), ':');
    if (parts.size() < 2) reject(whole, "ICMP:type/code");
    const auto code = split(parts[1], '/');
    if (code.size() != 2) reject(whole, "ICMP:type/code");
    event.icmp_type = to_number<std::uint8_t>(code[0], whole);
    event.icmp_code = to_number<std::uint8_t>(code[1], whole);
    event.icmp_sender = parts.size() > 2 ? to_address(parts[2], whole) : event.from == Side::initiator ? attempt_.responder.address : attempt_.initiator.address;
    bool copy = false, repeats = false;
    for (const auto suffix : suffixes) this->suffix(event, suffix, copy, repeats, whole);
    script_.tunnel.events.push_back(event);
  }

  void esp(std::string_view token, std::span<const std::string_view> suffixes, Time time, std::span<const std::string_view> times, std::string_view whole) {
    if (token.size() < 3 || (token[0] != '<' && token[0] != '>') || token[1] != ':') reject(whole, "ESP>:packets");
    EspFlow flow;
    const bool forward = token[0] == '>';
    flow.packets = to_number<std::uint64_t>(token.substr(2), whole);
    flow.source = forward ? left_ : right_;  // put right in finish(), when the newest attempt is known
    flow.spi = 0xc000'0001 + static_cast<std::uint32_t>(script_.tunnel.esp.size());
    flow.in_udp = std::ranges::find(suffixes, "udp") != suffixes.end();
    flow.first = time;
    const auto tenth = std::chrono::milliseconds{100};
    flow.last = times.size() > 1 ? script_time(to_number<double>(times[1], whole)) : time + tenth * static_cast<std::int64_t>(flow.packets - (flow.packets > 0 ? 1 : 0));
    flow.first_packet = packet_ + 1;
    packet_ += flow.packets;
    flow.last_packet = packet_;
    last_ = std::max(last_, flow.last);
    script_.tunnel.esp.push_back(flow);
    esp_forward_.push_back(forward);
  }

  void other_version(std::string_view token, Time time, std::string_view whole) {
    OtherVersion seen;
    seen.time = time;
    seen.packet = ++packet_;
    seen.major = to_number<std::uint8_t>(token.substr(1, 1), whole);
    seen.response = token[2] == '<';
    if (!seen.response && token[2] != '>') reject(whole, "V2> or V2<");
    seen.source = seen.response ? attempt_.responder : attempt_.initiator;
    seen.destination = seen.response ? attempt_.initiator : attempt_.responder;
    seen.exchange = ExchangeType{34};
    if (const auto parts = split(token, ':'); parts.size() > 1) seen.notify = to_notify(parts[1], whole);
    script_.tunnel.other_versions.push_back(seen);
    if (seen.major == 2) ++script_.tunnel.ikev2_packets;
  }

  void end_attempt() {
    const std::size_t count = script_.tunnel.events.size() - first_event_;
    if (count == 0) return;  // only ESP, or options
    if (attempt_.mode == ExchangeType::identity_protection && script_.tunnel.events[first_event_].is_message() &&
        !script_.tunnel.events[first_event_].is_phase1()) {
      const bool phase1 = std::any_of(script_.tunnel.events.begin() + static_cast<std::ptrdiff_t>(first_event_), script_.tunnel.events.end(),
                                      [](const Event& event) { return event.is_phase1(); });
      if (!phase1) attempt_.mode = script_.tunnel.events[first_event_].exchange;
    }
    isakmp::Phase1Policy policy;
    policy.encryption = isakmp::EncryptionAlgorithm::aes_cbc;
    policy.key_length = 256;
    policy.hash = isakmp::HashAlgorithm::sha2_256;
    policy.auth = auth_;
    policy.group = isakmp::Group::modp_2048;
    policy.life_seconds = 86400;
    const auto shows = [&](std::uint8_t number) {
      return std::any_of(script_.tunnel.events.begin() + static_cast<std::ptrdiff_t>(first_event_), script_.tunnel.events.end(),
                         [&](const Event& event) { return event.is_message() && event.is_phase1() && event.number == number; });
    };
    if (shows(1)) attempt_.offer = &script_.offers.emplace_back(Offer{{policy}, false});
    if (shows(2)) attempt_.choice = &script_.offers.emplace_back(Offer{{policy}, false});
    attempt_.first = script_.tunnel.events[first_event_].time;
    attempt_.last = script_.tunnel.events.back().time;
    script_.tunnel.attempts.push_back(attempt_);
    counts_.push_back(count);
  }

  void finish() {
    Tunnel& tunnel = script_.tunnel;
    tunnel.id = 1;
    std::size_t at = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      tunnel.attempts[i].events = std::span<const Event>{tunnel.events}.subspan(at, counts_[i]);
      at += counts_[i];
    }
    tunnel.peers[0] = tunnel.attempts.empty() ? left_ : tunnel.attempts.back().initiator.address;
    tunnel.peers[1] = tunnel.attempts.empty() ? right_ : tunnel.attempts.back().responder.address;
    for (std::size_t i = 0; i < tunnel.esp.size(); ++i) {
      tunnel.esp[i].source = tunnel.peers[esp_forward_[i] ? 0 : 1];
      tunnel.esp[i].destination = tunnel.peers[esp_forward_[i] ? 1 : 0];
    }
    script_.capture.first = epoch;
    for (const Event& event : tunnel.events) last_ = std::max(last_, event.time);
    script_.capture.last = last_;
  }

  Script script_;
  Attempt attempt_;
  AuthMethod auth_{};
  net::Address left_{{192, 0, 2, 1}, 4};
  net::Address right_{{198, 51, 100, 2}, 4};
  std::size_t first_event_ = 0;
  std::uint64_t packet_ = 0;
  Time last_ = epoch;
  std::vector<Key> keys_;
  std::vector<std::size_t> counts_;  // events of each attempt
  std::vector<bool> esp_forward_;
};

}  // namespace

Time script_time(double seconds) {
  return epoch + std::chrono::microseconds{std::llround(seconds * 1e6)};
}

Script script(std::string_view text) { return Builder{}.build(text); }

}  // namespace ike::test
