// From an encrypted message to what is inside, by trying what the next message of its chain may be under.
#include "ike/crypto/opener.hpp"

#include <botan/mem_ops.h>

#include <algorithm>
#include <map>
#include <set>

#include "phase_one.hpp"

namespace ike::crypto {

namespace {

using isakmp::ExchangeType;
using isakmp::Message;
using isakmp::PayloadType;

bool is_phase1(ExchangeType type) { return type == ExchangeType::identity_protection || type == ExchangeType::aggressive; }

bool has_certificate(const Message& message) {
  return std::ranges::any_of(message.payloads, [](const auto& payload) { return payload.type == PayloadType::certificate; });
}

template <typename Content>
const Content* find_in(const Message& message, const isakmp::Payload** where = nullptr) {
  for (const auto& payload : message.payloads) {
    if (const auto* content = std::get_if<Content>(&payload.content)) {
      if (where != nullptr) *where = &payload;
      return content;
    }
  }
  return nullptr;
}

// What stands behind HASH when HASH's header, which would tell, is lost: the exchange says it, and of an Informational
// the layout (RFC 2408 3.14, 3.15).
PayloadType payload_behind_hash(ExchangeType exchange, ByteView rest) {
  if (exchange == ExchangeType::quick_mode) return PayloadType::security_association;
  if (exchange == ExchangeType::transaction) return PayloadType::attributes;
  if (exchange != ExchangeType::informational || rest.size() < 12) return PayloadType::none;
  const std::size_t spi_size = rest[9];
  const std::size_t spis = load_be16(rest.data() + 10);
  const bool deletes = spi_size > 0 && spis > 0 && load_be16(rest.data() + 2) == 12 + spi_size * spis;
  return deletes ? PayloadType::delete_ : PayloadType::notification;
}

constexpr std::size_t max_kept = 4096;  // octets of an SA, KE, nonce or ID kept; real ones are shorter

void keep(Octets& into, ByteView octets) {
  if (into.empty() && octets.size() <= max_kept) into.assign(octets.begin(), octets.end());
}

}  // namespace

struct Opener::Impl {
  explicit Impl(OpenerKeys given) : keys{std::move(given)}, shelf{.authorities = keys.authorities} {
    for (const auto& one : keys.keys) {
      if (one.initiator_cookie == 0) nameless.push_back(&one);
      else by_cookie[one.initiator_cookie].push_back(&one);
    }
  }
  ~Impl() { wipe(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void wipe() {
    Botan::secure_scrub_memory(buffer.data(), buffer.size());
    buffer.clear();
  }

  [[nodiscard]] bool wants(const Message& message) const {
    if (!nameless.empty() || by_cookie.contains(message.header.initiator_cookie)) return true;
    if (message.header.exchange_type == ExchangeType::aggressive) return !keys.psks.empty() || has_certificate(message);
    return false;
  }

  PhaseOne* find(const Message& message, const net::PacketInfo& packet);
  void place(PhaseOne& one, const Message& message, const net::PacketInfo& packet) const;
  [[nodiscard]] static std::size_t side(const PhaseOne& one, const net::PacketInfo& packet);
  static void learn(PhaseOne& one, const Message& message, std::size_t from);

  Opened take(const Message& message, const net::PacketInfo& packet);
  Opened open(PhaseOne& one, const Message& message, const net::PacketInfo& packet, std::size_t from);
  void guess_policy(PhaseOne& one, const Message& message);
  bool try_key(const PhaseOne& one, const Chain& chain, const Message& message, std::size_t key, Digest& iv);
  bool try_iv(const PhaseOne& one, const Message& message, const KeySet& key, ByteView raw, const Digest& iv);
  bool try_without_iv(const PhaseOne& one, const Message& message, const KeySet& key);
  [[nodiscard]] static std::vector<Digest> ivs(const PhaseOne& one, const Chain& chain, const Message& message, const KeySet& key, std::size_t block);
  void decode_inner(const Message& message);
  [[nodiscard]] HashCheck check_phase1(const PhaseOne& one, const Message& shown, const KeySet& key, std::size_t from) const;
  [[nodiscard]] HashCheck check_child(Chain& chain, const PhaseOne& one, const KeySet& key, bool first_block_lost) const;
  HashCheck check_clear(PhaseOne& one, const Message& message, std::size_t from, std::uint8_t& key_name) const;
  void write_down(PhaseOne& one, const Message& shown, const net::PacketInfo& packet, std::size_t from, const Opened& opened, std::uint8_t key) const;

  OpenerKeys keys;
  CertificateShelf shelf;
  std::map<isakmp::Cookie, std::vector<const PhaseOneKeys*>> by_cookie;
  std::vector<const PhaseOneKeys*> nameless;
  std::map<std::pair<isakmp::Cookie, isakmp::Cookie>, PhaseOne> phases;  // by both cookies; responder's 0: message 1
  std::size_t unkeyed = 0;
  Totals totals;
  Octets buffer;        // header and plaintext of the message opened last
  std::size_t end = 0;  // where its chain ends in `buffer`
  Message inner;
};

PhaseOne* Opener::Impl::find(const Message& message, const net::PacketInfo& packet) {
  const auto& header = message.header;
  const std::pair key{header.initiator_cookie, header.responder_cookie};
  const auto found = phases.find(key);
  if (found != phases.end()) return &found->second;
  const auto given = by_cookie.find(header.initiator_cookie);
  const auto first = phases.lower_bound({header.initiator_cookie, 0});
  if (given == by_cookie.end()) {
    if (unkeyed == max_unkeyed) return nullptr;
    ++unkeyed;
  } else {
    std::size_t under = 0;
    for (auto at = first; at != phases.end() && at->first.first == header.initiator_cookie; ++at) ++under;
    if (under > max_cookies) return nullptr;
  }
  PhaseOne fresh;
  if (first != phases.end() && first->first == std::pair{header.initiator_cookie, isakmp::Cookie{0}}) fresh = first->second;
  fresh.initiator = fresh.facts.initiator = header.initiator_cookie;
  fresh.responder = fresh.facts.responder = header.responder_cookie;
  fresh.given.clear();
  if (given != by_cookie.end()) fresh.given = given->second;
  fresh.given.insert(fresh.given.end(), nameless.begin(), nameless.end());
  std::erase_if(fresh.given, [&](const PhaseOneKeys* one) { return one->responder_cookie.value_or(header.responder_cookie) != header.responder_cookie; });
  if (!fresh.given.empty()) ++totals.phase1s;
  auto& one = phases.emplace(key, std::move(fresh)).first->second;
  place(one, message, packet);
  return &one;
}

// Who is who: message 1 says it, and message 2.
void Opener::Impl::place(PhaseOne& one, const Message& message, const net::PacketInfo& packet) const {
  if (one.ends[0].address.family != 0) return;
  const bool answers = is_phase1(message.header.exchange_type) && message.header.responder_cookie != 0 && find_in<isakmp::SecurityAssociation>(message) != nullptr;
  one.ends[answers ? 1 : 0] = packet.source;
  one.ends[answers ? 0 : 1] = packet.destination;
}

std::size_t Opener::Impl::side(const PhaseOne& one, const net::PacketInfo& packet) {
  const auto& initiator = one.ends[0];
  const auto& responder = one.ends[1];
  if (initiator.address == responder.address) return packet.source.port == initiator.port ? 0 : 1;
  // One address of the two may be translated on the other side of a NAT.
  return packet.source.address == responder.address || packet.destination.address == initiator.address ? 1 : 0;
}

void Opener::Impl::learn(PhaseOne& one, const Message& message, std::size_t from) {
  for (const auto& payload : message.payloads) {
    const auto body = body_of(payload, message.octets);
    if (const auto* sa = std::get_if<isakmp::SecurityAssociation>(&payload.content); sa != nullptr && is_phase1(message.header.exchange_type)) {
      unsigned count = 0;
      const auto policy = isakmp::first_phase1_policy(*sa, &count);
      if (from == 0) keep(one.sai_b, body);
      if (count == 1 && (from == 1 || !one.policy)) one.policy = policy;
    }
    if (!is_phase1(message.header.exchange_type)) continue;
    if (std::holds_alternative<isakmp::KeyExchange>(payload.content)) keep(one.public_value[from], body);
    if (std::holds_alternative<isakmp::Nonce>(payload.content)) keep(one.nonce[from], body);
    if (std::holds_alternative<isakmp::Identification>(payload.content)) keep(one.id[from], body);
  }
}

Opened Opener::Impl::take(const Message& message, const net::PacketInfo& packet) {
  const auto& header = message.header;
  const bool encrypted = header.encrypted() && !message.ciphertext.empty();
  auto* one = find(message, packet);
  if (one == nullptr) return {encrypted ? Opening::unjudged : Opening::clear, {}, {}, nullptr, false};
  const auto from = side(*one, packet);
  if (encrypted) {
    ++one->facts.encrypted;
    ++totals.encrypted;
    auto opened = open(*one, message, packet, from);
    if (opened.opening == Opening::opened) {
      ++one->facts.opened;
      ++totals.opened;
    }
    return opened;
  }
  if (!is_phase1(header.exchange_type) || message.cut) return {};
  learn(*one, message, from);
  if (header.responder_cookie == 0) return {};
  const Digest octets = hash(isakmp::HashAlgorithm::sha1, {message.octets});
  const bool again = one->phase1.find(octets) != nullptr;
  Opened opened;
  std::uint8_t key = no_key;
  opened.hash = check_clear(*one, message, from, key);
  if (key != no_key) opened.key = one->facts.keys[key];
  if (again) return opened;
  if (one->phase1.seen.size() == Chain::max_seen) one->phase1.seen.erase(one->phase1.seen.begin());
  one->phase1.seen.push_back({octets, {}, no_key});
  tell(*one, message, packet, from, shelf);
  if (find_in<isakmp::Hash>(message) != nullptr) write_down(*one, message, packet, from, opened, key);
  return opened;
}

// The IVs that this message may be under, the likeliest first (RFC 2409 appendix B, 5.5). A side that could not read the
// last phase 1 message of the other did not move on: its Informationals hang on an earlier block. libreswan, before phase 1
// is complete, hangs them on none at all.
std::vector<Digest> Opener::Impl::ivs(const PhaseOne& one, const Chain& chain, const Message& message, const KeySet& key, std::size_t block) {
  std::vector<Digest> found;
  for (auto at = chain.blocks.rbegin(); at != chain.blocks.rend(); ++at) found.push_back(*at);
  const auto hash = one.policy ? one.policy->hash : isakmp::HashAlgorithm::none;
  Digest initial;
  if (key.iv.size() >= block) {
    std::ranges::copy(key.iv.octets().first(block), initial.storage.begin());
    initial.length = static_cast<std::uint8_t>(block);
  } else if (!one.public_value[0].empty() && !one.public_value[1].empty()) {
    initial = initial_iv(hash, one.public_value[0], one.public_value[1], block);
  }
  if (&chain == &one.phase1) {
    if (!initial.empty()) found.push_back(initial);
    return found;
  }
  for (auto at = one.phase1.blocks.rbegin(); at != one.phase1.blocks.rend(); ++at) found.push_back(phase2_iv(hash, at->octets(), message.header.message_id, block));
  if (!initial.empty()) found.push_back(phase2_iv(hash, initial.octets(), message.header.message_id, block));
  found.push_back(phase2_iv(hash, {}, message.header.message_id, block));
  return found;
}

// `raw` is the first block without its IV: enough to see whether a payload begins there.
bool Opener::Impl::try_iv(const PhaseOne& one, const Message& message, const KeySet& key, ByteView raw, const Digest& iv) {
  if (iv.length != raw.size()) return false;
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(raw[i] ^ iv.storage[i]); };
  const auto length = at(2) << 8U | at(3);
  const auto digest = isakmp::digest_length(one.policy->hash);
  if (at(1) != 0 || length < 4 || length > message.ciphertext.size()) return false;
  if (message.header.next_payload == PayloadType::hash && length != digest + 4U) return false;
  auto plain = cbc_decrypt(one.policy->encryption, key.encryption.octets(), iv.octets(), message.ciphertext);
  if (!plain) return false;
  const auto ends = chain_end(message.header.next_payload, *plain, digest, raw.size());
  if (ends) {
    wipe();
    buffer.assign(message.octets.begin(), message.octets.begin() + isakmp::header_length);
    buffer.insert(buffer.end(), plain->begin(), plain->end());
    end = isakmp::header_length + *ends;
  }
  Botan::secure_scrub_memory(plain->data(), plain->size());
  return ends.has_value();
}

bool Opener::Impl::try_key(const PhaseOne& one, const Chain& chain, const Message& message, std::size_t key, Digest& iv) {
  const auto& set = one.keys[key];
  const std::size_t block = isakmp::block_length(one.policy->encryption);
  if (set.encryption.empty() || block == 0 || message.ciphertext.size() % block != 0) return false;
  Digest none;
  none.length = static_cast<std::uint8_t>(block);
  const auto raw = cbc_decrypt(one.policy->encryption, set.encryption.octets(), none.octets(), message.ciphertext.first(block));
  if (!raw) return false;
  for (const auto& candidate : ivs(one, chain, message, set, block)) {
    if (!try_iv(one, message, set, *raw, candidate)) continue;
    iv = candidate;
    return true;
  }
  return false;
}

// A wrong IV spoils the first block alone, and below phase 1 that holds the HASH payload's header and the beginning of its
// digest: what they are is known. So a message opens whose forerunner was not captured.
bool Opener::Impl::try_without_iv(const PhaseOne& one, const Message& message, const KeySet& key) {
  const std::size_t block = isakmp::block_length(one.policy->encryption);
  const std::size_t digest = isakmp::digest_length(one.policy->hash);
  const auto type = message.header.exchange_type;
  if (message.header.next_payload != PayloadType::hash || digest == 0 || block == 0 || is_phase1(type)) return false;
  if (key.encryption.empty() || message.ciphertext.size() % block != 0 || message.ciphertext.size() <= 4 + digest + 8) return false;
  Digest none;
  none.length = static_cast<std::uint8_t>(block);
  auto plain = cbc_decrypt(one.policy->encryption, key.encryption.octets(), none.octets(), message.ciphertext);
  if (!plain) return false;
  const auto rest = ByteView{*plain}.subspan(4 + digest);
  const auto second = payload_behind_hash(type, rest);
  const auto ends = chain_end(second, rest, digest, block);
  const bool found = ends && (second == PayloadType::attributes ? rest[4] >= 1 && rest[4] <= 4 && rest[5] == 0 : load_be32(rest.data() + 4) <= 2);  // DOI
  if (found) {
    wipe();
    buffer.assign(message.octets.begin(), message.octets.begin() + isakmp::header_length);
    buffer.insert(buffer.end(), plain->begin(), plain->end());
    auto* header = buffer.data() + isakmp::header_length;
    std::fill_n(header, block, std::uint8_t{0});
    header[0] = number(second);
    header[3] = static_cast<std::uint8_t>(4 + digest);
    end = isakmp::header_length + 4 + digest + *ends;
  }
  Botan::secure_scrub_memory(plain->data(), plain->size());
  return found;
}

void Opener::Impl::decode_inner(const Message& message) {
  inner.octets = buffer;
  inner.header = message.header;
  inner.ciphertext = {};
  inner.sent_length = static_cast<std::uint32_t>(buffer.size());
  inner.cut = false;
  inner.trailing = {};
  isakmp::decode_payloads(message.header.next_payload, ByteView{buffer}.subspan(isakmp::header_length), isakmp::header_length, message.header, inner.payloads, inner.fault);
}

// Message 2 was not captured. The key's length leaves few ciphers, and a message opens under the right cipher and hash only.
void Opener::Impl::guess_policy(PhaseOne& one, const Message& message) {
  using isakmp::EncryptionAlgorithm;
  using isakmp::HashAlgorithm;
  constexpr std::size_t max_guesses = 32, max_sets = 4;  // each message costs a few hundred tries
  if (one.guesses == max_guesses) return;
  ++one.guesses;
  const auto& chain = one.chain(message.header);
  for (std::size_t i = 0; i < std::min(max_sets, one.keys.size()); ++i) {
    const auto& set = one.keys[i];
    if (set.encryption.empty()) continue;
    for (const auto cipher : {EncryptionAlgorithm::aes_cbc, EncryptionAlgorithm::triple_des_cbc, EncryptionAlgorithm::des_cbc, EncryptionAlgorithm::camellia_cbc, EncryptionAlgorithm::cast_cbc, EncryptionAlgorithm::blowfish_cbc}) {
      for (const auto hash : {HashAlgorithm::sha1, HashAlgorithm::sha2_256, HashAlgorithm::md5, HashAlgorithm::sha2_512, HashAlgorithm::sha2_384}) {
        if (!set.a.empty() && set.a.size() != isakmp::digest_length(hash)) continue;
        one.policy = isakmp::Phase1Policy{.encryption = cipher, .key_length = static_cast<std::uint16_t>(8 * set.encryption.size()), .hash = hash};
        Digest iv;
        if (try_key(one, chain, message, i, iv) || try_without_iv(one, message, set)) return;
      }
    }
  }
  one.policy.reset();
}

Opened Opener::Impl::open(PhaseOne& one, const Message& message, const net::PacketInfo& packet, std::size_t from) {
  Opened result{Opening::unjudged, {}, {}, nullptr, false};
  one.make_keys(keys.psks);
  const bool any_key = std::ranges::any_of(one.keys, [](const KeySet& key) { return !key.encryption.empty(); });
  if (!one.policy && any_key && !message.cut && message.ciphertext.size() >= 8) guess_policy(one, message);
  const std::size_t block = one.policy ? isakmp::block_length(one.policy->encryption) : 0;
  if (message.cut || block == 0 || !any_key || message.ciphertext.size() < block) return result;

  auto& chain = one.chain(message.header);
  Chain::Seen now{hash(isakmp::HashAlgorithm::sha1, {message.octets}), {}, no_key};
  const auto* before = chain.find(now.octets);
  const bool again = before != nullptr;
  std::size_t used = one.keys.size();
  if (again && before->key < one.keys.size()) {  // the same octets open under what opened them before
    const auto& set = one.keys[before->key];
    Digest none;
    none.length = static_cast<std::uint8_t>(block);
    const auto raw = cbc_decrypt(one.policy->encryption, set.encryption.octets(), none.octets(), message.ciphertext.first(block));
    if (raw && try_iv(one, message, set, *raw, before->iv)) used = before->key;
  }
  for (std::size_t i = 0; used == one.keys.size() && i < one.keys.size(); ++i) {
    if (!try_key(one, chain, message, i, now.iv)) continue;
    now.key = static_cast<std::uint8_t>(i);
    used = i;
  }
  for (std::size_t i = 0; used == one.keys.size() && i < one.keys.size(); ++i) {
    if (!try_without_iv(one, message, one.keys[i])) continue;
    used = i;
    result.first_block_lost = true;
  }
  if (!again) chain.add(now, message.ciphertext.last(std::min(block, message.ciphertext.size())));

  result.opening = Opening::does_not_decrypt;
  std::uint8_t name = no_key;
  if (used < one.keys.size()) {
    const auto& key = one.keys[used];
    result.opening = Opening::opened;
    decode_inner(message);
    result.message = &inner;
    learn(one, inner, from);
    result.hash = is_phase1(message.header.exchange_type) ? check_phase1(one, inner, key, from) : check_child(chain, one, key, result.first_block_lost);
    name = key.name;
    result.key = one.facts.keys[name];
  }
  if (again) return result;
  if (result.message != nullptr) tell(one, inner, packet, from, shelf);
  write_down(one, result.message != nullptr ? inner : message, packet, from, result, name);
  return result;
}

HashCheck Opener::Impl::check_phase1(const PhaseOne& one, const Message& shown, const KeySet& key, std::size_t from) const {
  const auto* sent = find_in<isakmp::Hash>(shown);
  if (sent == nullptr || key.skeyid.empty() || !one.policy || !one.aggressive_proof() || one.id[from].empty()) return HashCheck::unchecked;
  const auto made = from == 0 ? hash_i(one.policy->hash, key.skeyid, one.material(), one.id[0]) : hash_r(one.policy->hash, key.skeyid, one.material(), one.id[1]);
  return same(made.octets(), sent->data) ? HashCheck::right : HashCheck::wrong;
}

// HASH(1) to HASH(3), or that of an Informational or Transaction: which one it is shows by what fits.
HashCheck Opener::Impl::check_child(Chain& chain, const PhaseOne& one, const KeySet& key, bool first_block_lost) const {
  const isakmp::Payload* where = nullptr;
  const auto* sent = find_in<isakmp::Hash>(inner, &where);
  const auto* nonce = find_in<isakmp::Nonce>(inner);
  const bool quick = inner.header.exchange_type == ExchangeType::quick_mode;
  if (sent == nullptr || where != &inner.payloads.front()) return HashCheck::unchecked;
  const auto begin = std::size_t{where->offset} + where->length;
  const auto rest = begin <= end ? ByteView{buffer}.subspan(begin, end - begin) : ByteView{};
  const auto id = inner.header.message_id;
  const auto algorithm = one.policy->hash;
  const auto fits = [&](const Digest& made) {
    const std::size_t lost = first_block_lost ? isakmp::block_length(one.policy->encryption) - 4U : 0U;
    return made.length == sent->data.size() && lost < made.length && same(made.octets().subspan(lost), sent->data.subspan(lost));
  };
  const bool first = !key.a.empty() && fits(hash_1(algorithm, key.a, id, rest));
  const bool second = !first && quick && !key.a.empty() && !chain.ni_b.empty() && fits(hash_2(algorithm, key.a, id, chain.ni_b, rest));
  const bool third = !first && !second && quick && !key.a.empty() && fits(hash_3(algorithm, key.a, id, chain.ni_b, chain.nr_b));
  if (nonce != nullptr && quick) {
    const bool answer = second || (!first && !chain.ni_b.empty() && !std::ranges::equal(chain.ni_b, nonce->data));
    keep(answer ? chain.nr_b : chain.ni_b, nonce->data);
  }
  if (key.a.empty()) return HashCheck::unchecked;
  if (first || second || third) return HashCheck::right;
  // HASH(2) and HASH(3) need nonces that may not have been captured.
  return quick && (nonce == nullptr ? chain.nr_b.empty() || chain.ni_b.empty() : chain.ni_b.empty()) ? HashCheck::unchecked : HashCheck::wrong;
}

// Aggressive Mode shows its hashes in clear: the pre-shared key that explains one is the one its sender has.
HashCheck Opener::Impl::check_clear(PhaseOne& one, const Message& message, std::size_t from, std::uint8_t& key_name) const {
  const auto* sent = find_in<isakmp::Hash>(message);
  if (sent == nullptr || !one.policy || !one.aggressive_proof() || one.id[from].empty()) return HashCheck::unchecked;
  one.make_keys(keys.psks);
  bool any = false;
  for (const auto& key : one.keys) {
    if (key.skeyid.empty()) continue;
    any = true;
    if (check_phase1(one, message, key, from) != HashCheck::right) continue;
    key_name = key.name;
    return HashCheck::right;
  }
  return any ? HashCheck::wrong : HashCheck::unchecked;
}

void Opener::Impl::write_down(PhaseOne& one, const Message& shown, const net::PacketInfo& packet, std::size_t from, const Opened& opened, std::uint8_t key) const {
  if (one.facts.messages.size() == max_message_facts) return;
  auto& fact = one.facts.messages.emplace_back();
  fact.time = packet.time;
  fact.packet = packet.packet;
  fact.file = packet.file;
  fact.exchange = shown.header.exchange_type;
  fact.message_id = shown.header.message_id;
  fact.from_responder = from == 1;
  fact.opening = opened.opening;
  fact.hash = opened.hash;
  fact.key = key;
  fact.first_block_lost = opened.first_block_lost;
  fact.has_delete = find_in<isakmp::Delete>(shown) != nullptr;
  fact.has_hash = find_in<isakmp::Hash>(shown) != nullptr;
  if (const auto* notify = find_in<isakmp::Notification>(shown)) {
    fact.notify = notify->type;
    fact.notify_protocol = notify->protocol;
  }
}

Opener::Opener(OpenerKeys keys) : impl_{std::make_unique<Impl>(std::move(keys))} {}
Opener::~Opener() = default;
Opener::Opener(Opener&&) noexcept = default;
Opener& Opener::operator=(Opener&&) noexcept = default;

bool Opener::wants(const Message& message) const noexcept { return impl_->wants(message); }

Opened Opener::take(const Message& message, const net::PacketInfo& packet) {
  const auto opened = message.header.major() == 1 && impl_->wants(message) ? impl_->take(message, packet) : Opened{message.header.encrypted() ? Opening::unjudged : Opening::clear, {}, {}, nullptr, false};
  if (opened.hash == HashCheck::right) ++impl_->totals.hashes_right;
  if (opened.hash == HashCheck::wrong) ++impl_->totals.hashes_wrong;
  return opened;
}

const PhaseOneFacts* Opener::facts(isakmp::Cookie initiator, isakmp::Cookie responder) const {
  const auto found = impl_->phases.find({initiator, responder});
  return found == impl_->phases.end() ? nullptr : &found->second.facts;
}

const Opener::Totals& Opener::totals() const noexcept { return impl_->totals; }

}  // namespace ike::crypto
