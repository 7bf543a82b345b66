// Messages that open, of which a hostile peer wrote every octet.
#include <botan/cipher_mode.h>
#include <botan/version.h>
#include <doctest/doctest.h>

#include <random>

#include "hex.hpp"
#include "ike/crypto/cipher.hpp"
#include "ike/crypto/opener.hpp"
#include "ike/isakmp/describe.hpp"
#include "vectors.hpp"

using namespace ike;
using namespace ike::crypto;
using isakmp::ExchangeType;

namespace {

using Octets = std::vector<std::uint8_t>;
namespace mm = vectors::main_mode;

void add_number(Octets& to, std::uint64_t value, unsigned octets) {
  for (unsigned i = octets; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Octets encrypted(const Octets& plain, ByteView iv) {
#if BOTAN_VERSION_MAJOR >= 3
  constexpr auto encryption = Botan::Cipher_Dir::Encryption;
#else
  constexpr auto encryption = Botan::ENCRYPTION;
#endif
  const auto mode = Botan::Cipher_Mode::create_or_throw("AES-128/CBC/NoPadding", encryption);
  mode->set_key(octets_of(mm::encryption_key));
  mode->start(iv.data(), iv.size());
  Botan::secure_vector<std::uint8_t> octets(plain.begin(), plain.end());
  octets.resize((octets.size() + 15) / 16 * 16);
  mode->finish(octets);
  return {octets.begin(), octets.end()};
}

Octets header(std::uint8_t first, ExchangeType exchange, bool sealed, std::uint32_t id, const Octets& rest, bool answered = true) {
  auto octets = octets_of(mm::cookies.substr(0, 16));
  const auto responder = answered ? octets_of(mm::cookies.substr(16)) : Octets(8);
  octets.insert(octets.end(), responder.begin(), responder.end());
  for (const unsigned octet : {unsigned{first}, 0x10U, unsigned{number(exchange)}, sealed ? 1U : 0U}) add_number(octets, octet, 1);
  add_number(octets, id, 4);
  add_number(octets, 28 + rest.size(), 4);
  octets.insert(octets.end(), rest.begin(), rest.end());
  return octets;
}

/// An Opener that has seen a phase 1 through, and describes what opens.
struct Peer {
  Peer() : opener{keys()} {
    const auto sa = [] {
      Octets rest{0, 0, 0, 56};
      const auto body = octets_of(mm::sai_b);
      rest[3] = static_cast<std::uint8_t>(4 + body.size());
      rest.insert(rest.end(), body.begin(), body.end());
      return rest;
    }();
    send(header(1, ExchangeType::identity_protection, false, 0, sa, false));
    send(header(1, ExchangeType::identity_protection, false, 0, sa));
    send(header(5, ExchangeType::identity_protection, true, 0, octets_of(mm::message_5)));
    send(header(5, ExchangeType::identity_protection, true, 0, octets_of(mm::message_6)));
  }
  static OpenerKeys keys() {
    auto read = parse_key_lines(std::string{mm::cookies.substr(0, 16)} + " key=" + std::string{mm::encryption_key} + " iv=" + std::string{mm::iv} + " skeyid_a=" + std::string{mm::skeyid_a}, "k");
    REQUIRE(read);
    return {std::move(read->keys), {}, {octets_of("3000")}};
  }
  Opening send(const Octets& octets) {
    kept = octets;
    REQUIRE(isakmp::decode_message(kept, static_cast<std::uint32_t>(kept.size()), message));
    net::PacketInfo packet;
    packet.packet = ++count;
    const auto opened = opener.take(message, packet);
    if (opened.message != nullptr) {
      lines.clear();
      isakmp::describe_payloads(*opened.message, lines, {});
    }
    return opened.opening;
  }
  Opening sealed(std::uint8_t first, ExchangeType exchange, const Octets& plain) {
    const auto id = static_cast<std::uint32_t>(count) + 100;
    const auto six = octets_of(mm::message_6);
    const auto iv = phase2_iv(isakmp::HashAlgorithm::sha1, ByteView{six}.last(16), id, 16);
    return send(header(first, exchange, true, id, encrypted(plain, iv.octets())));
  }

  Opener opener;
  Octets kept;
  isakmp::Message message;
  std::vector<isakmp::Line> lines;
  std::uint64_t count = 0;
};

void add_payload(Octets& to, std::uint8_t next, const Octets& body) {
  add_number(to, next, 1);
  add_number(to, 0, 1);
  add_number(to, body.size() + 4, 2);
  to.insert(to.end(), body.begin(), body.end());
}

}  // namespace

TEST_CASE("whatever a peer encrypts, it is read within its bounds") {
  std::mt19937 random{7};
  const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
  constexpr std::uint8_t types[] = {1, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 20, 21, 130, 132};
  constexpr ExchangeType exchanges[] = {ExchangeType::informational, ExchangeType::transaction, ExchangeType::quick_mode};
  const auto lead = octets_of("000000010000000103040001");  // DOI, and a plausible beginning
  unsigned opened = 0;
  Peer peer;
  for (unsigned round = 0; round < 3000; ++round) {
    const unsigned payloads = 1 + below(5);
    std::vector<std::uint8_t> chain;
    for (unsigned i = 0; i < payloads; ++i) chain.push_back(types[below(std::size(types))]);
    Octets plain;
    add_payload(plain, chain[0], Octets(20));
    for (unsigned i = 0; i < payloads; ++i) {
      Octets body(below(60));
      for (auto& octet : body) octet = static_cast<std::uint8_t>(random());
      if (below(2) != 0) std::copy_n(lead.begin(), std::min(lead.size(), body.size()), body.begin());
      add_payload(plain, i + 1 < payloads ? chain[i + 1] : 0, body);
    }
    if (below(4) == 0) plain[below(static_cast<unsigned>(plain.size()))] = static_cast<std::uint8_t>(random());
    opened += peer.sealed(8, exchanges[below(3)], plain) == Opening::opened ? 1U : 0U;
  }
  CHECK(opened > 2000);
  const auto* facts = peer.opener.facts(0x018ef04f7cf72e4f, 0x5f28fdf279308a94);
  REQUIRE(facts != nullptr);
  CHECK(facts->messages.size() <= max_message_facts);
  CHECK(facts->quick_modes.size() <= max_quick_mode_facts);
  CHECK(facts->dpd.size() <= max_dpd_facts);
  CHECK(facts->configs.size() <= max_config_facts);
}

TEST_CASE("a chain of thousands of encrypted payloads does not open, one as long as messages may be does") {
  for (const std::size_t count : {std::size_t{2}, isakmp::max_payloads - 1, isakmp::max_payloads + 10, std::size_t{8000}}) {
    CAPTURE(count);
    Octets plain;
    add_payload(plain, 13, Octets(20));
    for (std::size_t i = 0; i < count; ++i) add_payload(plain, i + 1 < count ? 13 : 0, {1, 2, 3, 4});
    Peer peer;
    CHECK(peer.sealed(8, ExchangeType::informational, plain) == (count < isakmp::max_payloads ? Opening::opened : Opening::does_not_decrypt));
  }
}
