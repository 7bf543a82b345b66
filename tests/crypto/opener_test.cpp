#include "ike/crypto/opener.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "certificates.hpp"
#include "hex.hpp"
#include "vectors.hpp"

using namespace ike;
using namespace ike::crypto;
using isakmp::ExchangeType;
using isakmp::NotifyType;
using isakmp::PayloadType;

namespace {

using Octets = std::vector<std::uint8_t>;

struct Part {
  PayloadType type;
  Octets body;
};

void add_number(Octets& to, std::uint64_t value, unsigned octets) {
  for (unsigned i = octets; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Octets message(std::string_view cookies, bool from_initiator_first, ExchangeType exchange, PayloadType first, bool encrypted, std::uint32_t id, const Octets& rest) {
  auto octets = octets_of(cookies.substr(0, 16));
  const auto responder = from_initiator_first ? Octets(8) : octets_of(cookies.substr(16));
  octets.insert(octets.end(), responder.begin(), responder.end());
  add_number(octets, number(first), 1);
  add_number(octets, 0x10, 1);
  add_number(octets, number(exchange), 1);
  add_number(octets, encrypted ? 1 : 0, 1);
  add_number(octets, id, 4);
  add_number(octets, 28 + rest.size(), 4);
  octets.insert(octets.end(), rest.begin(), rest.end());
  return octets;
}

Octets clear(std::string_view cookies, ExchangeType exchange, const std::vector<Part>& parts, bool first = false) {
  Octets rest;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    add_number(rest, i + 1 < parts.size() ? number(parts[i + 1].type) : 0, 1);
    add_number(rest, 0, 1);
    add_number(rest, parts[i].body.size() + 4, 2);
    rest.insert(rest.end(), parts[i].body.begin(), parts[i].body.end());
  }
  return message(cookies, first, exchange, parts.front().type, false, 0, rest);
}

Octets sealed(std::string_view cookies, std::string_view ciphertext, PayloadType first = PayloadType::identification, ExchangeType exchange = ExchangeType::identity_protection) {
  return message(cookies, false, exchange, first, true, 0, octets_of(ciphertext));
}

/// Feeds an Opener, numbering the packets.
struct Line {
  explicit Line(OpenerKeys keys) : opener{std::move(keys)} {}

  Opened send(const Octets& octets, bool from_responder = false) {
    kept = octets;
    REQUIRE(isakmp::decode_message(kept, static_cast<std::uint32_t>(kept.size()), decoded));
    net::PacketInfo packet;
    packet.packet = ++number;
    packet.time = Time{std::chrono::seconds{1'750'000'000}};
    packet.source = end(from_responder ? 2 : 1);
    packet.destination = end(from_responder ? 1 : 2);
    return opener.take(decoded, packet);
  }
  static net::Endpoint end(std::uint8_t last) {
    const std::array<std::uint8_t, 4> octets{192, 0, 2, last};
    return {net::Address::v4(octets.data()), 500};
  }

  Opener opener;
  Octets kept;
  isakmp::Message decoded;
  std::uint64_t number = 0;
};

Secret secret(std::string_view hex) { return Secret{octets_of(hex)}; }

OpenerKeys given(std::string_view lines, std::string_view psks = "") {
  auto keys = parse_key_lines(lines, "/etc/keys.txt");
  REQUIRE(keys);
  auto candidates = parse_psks(psks, "psk.txt");
  REQUIRE(candidates);
  return {std::move(keys->keys), std::move(candidates->psks), {}};
}

std::string joined_line(std::string_view cookies, std::string_view rest) { return std::string{cookies.substr(0, 16)} + ' ' + std::string{rest}; }

namespace mm = vectors::main_mode;

void main_mode_begins(Line& line) {
  line.send(clear(mm::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(mm::sai_b)}}, true));
  line.send(clear(mm::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(mm::sai_b)}}), true);
  line.send(clear(mm::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(mm::g_xi)}, {PayloadType::nonce, octets_of(mm::ni_b)}}));
  line.send(clear(mm::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(mm::g_xr)}, {PayloadType::nonce, octets_of(mm::nr_b)}}), true);
}

struct Sent {
  Octets octets;
  bool from_responder;
};
std::vector<Sent> main_mode_sealed() {
  return {{sealed(mm::cookies, mm::message_5), false}, {sealed(mm::cookies, mm::message_6), true}, {octets_of(mm::quick_mode_1), false}, {octets_of(mm::quick_mode_2), true}, {octets_of(mm::quick_mode_3), false}};
}

namespace wrong = vectors::wrong_psk;

void wrong_psk_begins(Line& line) {
  line.send(clear(wrong::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(mm::sai_b)}}, true));
  line.send(clear(wrong::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(mm::sai_b)}}), true);
  line.send(clear(wrong::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(wrong::g_xi)}, {PayloadType::nonce, octets_of(wrong::ni_b)}}));
  line.send(clear(wrong::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(wrong::g_xr)}, {PayloadType::nonce, octets_of(wrong::nr_b)}}), true);
}

namespace am = vectors::aggressive;

HashCheck aggressive_answer(Line& line) {
  line.send(clear(am::cookies, ExchangeType::aggressive, {{PayloadType::security_association, octets_of(am::sai_b)}, {PayloadType::key_exchange, octets_of(am::g_xi)}, {PayloadType::nonce, octets_of(am::ni_b)}, {PayloadType::identification, octets_of(am::idii_b)}}, true));
  return line.send(clear(am::cookies, ExchangeType::aggressive, {{PayloadType::security_association, octets_of(am::sai_b)}, {PayloadType::key_exchange, octets_of(am::g_xr)}, {PayloadType::nonce, octets_of(am::nr_b)}, {PayloadType::identification, octets_of(am::idir_b)}, {PayloadType::hash, octets_of(am::hash_r)}}), true).hash;
}

}  // namespace

TEST_CASE("Main Mode and Quick Mode open under whatever leads to the key, and are verified where SKEYID or its like is at hand") {
  struct Row {
    std::string_view what;
    std::string keys;
    std::string_view psks;
    HashCheck phase1, phase2;
  };
  const auto unchecked = HashCheck::unchecked;
  const auto right = HashCheck::right;
  const auto gxy = "gxy=" + std::string{mm::g_xy};
  for (const Row& row : {Row{"encryption key alone", joined_line(mm::cookies, "key=" + std::string{mm::encryption_key}), "", unchecked, unchecked},
                         Row{"SKEYID_e alone", joined_line(mm::cookies, "skeyid_e=" + std::string{mm::skeyid_e}), "", unchecked, unchecked},
                         Row{"SKEYID_e and SKEYID_a", joined_line(mm::cookies, "skeyid_e=" + std::string{mm::skeyid_e} + " skeyid_a=" + std::string{mm::skeyid_a}), "", unchecked, right},
                         Row{"SKEYID and g^xy", joined_line(mm::cookies, "skeyid=" + std::string{mm::skeyid} + ' ' + gxy), "", right, right},
                         Row{"PSK and g^xy", joined_line(mm::cookies, "psk=Wollowitz " + gxy), "", right, right},
                         Row{"PSK in hex", joined_line(mm::cookies, "psk=0x576f6c6c6f7769747a " + gxy), "", right, right},
                         Row{"g^xy, and the second of the pre-shared keys", joined_line(mm::cookies, gxy), "Sheldon\nWollowitz\n", right, right}}) {
    CAPTURE(row.what);
    Line line{given(row.keys, row.psks)};
    main_mode_begins(line);
    const auto sent = main_mode_sealed();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      CAPTURE(i);
      const auto opened = line.send(sent[i].octets, sent[i].from_responder);
      CHECK(opened.opening == Opening::opened);
      CHECK(opened.hash == (i < 2 ? row.phase1 : row.phase2));
      CHECK_FALSE(opened.first_block_lost);
    }
    const auto* facts = line.opener.facts(0x018ef04f7cf72e4f, 0x5f28fdf279308a94);
    REQUIRE(facts != nullptr);
    CHECK(facts->opened == 5);
    CHECK(facts->sides[0].identity == "192.168.0.100");
    REQUIRE(facts->quick_modes.size() == 1);
    CHECK(facts->quick_modes[0].message[0].seen);
    CHECK(facts->quick_modes[0].message[1].seen);
    CHECK(facts->quick_modes[0].message[1].from_responder);
  }
}

TEST_CASE("A message sent again opens like the first one and advances no chain, in any order") {
  Line line{given(joined_line(mm::cookies, "psk=Wollowitz gxy=" + std::string{mm::g_xy}))};
  main_mode_begins(line);
  const auto sent = main_mode_sealed();
  for (const std::size_t i : {0U, 0U, 1U, 0U, 1U, 2U, 2U, 3U, 2U, 3U, 4U, 4U, 0U, 2U}) {
    CAPTURE(i);
    const auto opened = line.send(sent[i].octets, sent[i].from_responder);
    CHECK(opened.opening == Opening::opened);
    CHECK(opened.hash == HashCheck::right);
    REQUIRE(opened.message != nullptr);
    CHECK_FALSE(opened.message->fault.has_value());
  }
  const auto* facts = line.opener.facts(0x018ef04f7cf72e4f, 0x5f28fdf279308a94);
  CHECK(facts->encrypted == 14);
  CHECK(facts->opened == 14);
  CHECK(facts->messages.size() == 5);
}

TEST_CASE("Reordered messages open") {
  Line line{given(joined_line(mm::cookies, "psk=Wollowitz gxy=" + std::string{mm::g_xy}))};
  main_mode_begins(line);
  const auto sent = main_mode_sealed();
  for (const std::size_t i : {0U, 1U, 3U, 2U, 4U}) {
    CAPTURE(i);
    const auto opened = line.send(sent[i].octets, sent[i].from_responder);
    CHECK(opened.opening == Opening::opened);
    CHECK(opened.first_block_lost == (i == 3));  // Quick Mode 2 hangs on Quick Mode 1
  }
}

TEST_CASE("Below phase 1 a message opens though the ones before it were not captured") {
  Line line{given(joined_line(mm::cookies, "key=" + std::string{mm::encryption_key} + " skeyid_a=" + std::string{mm::skeyid_a}))};
  main_mode_begins(line);
  const auto opened = line.send(octets_of(mm::quick_mode_1));  // neither message 5 nor 6 was seen
  CHECK(opened.opening == Opening::opened);
  CHECK(opened.first_block_lost);
  CHECK(opened.hash == HashCheck::right);
  REQUIRE(opened.message != nullptr);
  CHECK(opened.message->payloads.size() == 5);
}

TEST_CASE("A wrong key says that it does not decrypt, and gives nothing") {
  for (const std::string_view key : {"00000000000000000000000000000000", "4f8e6565f454ccc77de9c313fc206fe8", "ffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    CAPTURE(key);
    Line line{given(joined_line(mm::cookies, "key=" + std::string{key}))};
    main_mode_begins(line);
    for (const auto& one : main_mode_sealed()) {
      const auto opened = line.send(one.octets, one.from_responder);
      CHECK(opened.opening == Opening::does_not_decrypt);
      CHECK(opened.message == nullptr);
    }
    CHECK(line.opener.totals().opened == 0);
  }
}

TEST_CASE("Keys of another phase 1 are not tried, and what is not keyed is not kept") {
  Line line{given("0102030405060708 key=" + std::string{mm::encryption_key})};
  main_mode_begins(line);
  CHECK(line.send(sealed(mm::cookies, mm::message_5)).opening == Opening::unjudged);
  CHECK(line.opener.facts(0x018ef04f7cf72e4f, 0x5f28fdf279308a94) == nullptr);
}

TEST_CASE("The responder's answer to a message 5 that it cannot read opens under its own key, on the first IV") {
  Line line{given(joined_line(wrong::cookies, "gxy=" + std::string{wrong::g_xy}), "XMd3azP95q\nWollowitz\n")};
  wrong_psk_begins(line);
  line.send(sealed(wrong::cookies, std::string(160, 'a')));  // message 5, whose octets do not matter: it does not open
  const auto opened = line.send(octets_of(wrong::informational), true);
  CHECK(opened.opening == Opening::opened);
  CHECK(opened.hash == HashCheck::right);
  CHECK(opened.key == "psk.txt:2");
  const auto* facts = line.opener.facts(0x51650d7b543319c2, 0x7942959ae0c354f9);
  REQUIRE(facts != nullptr);
  REQUIRE(facts->messages.size() == 2);
  CHECK(facts->messages[0].opening == Opening::does_not_decrypt);
  CHECK(facts->messages[1].notify == NotifyType::payload_malformed);
}

TEST_CASE("An Informational of libreswan before phase 1 is complete opens on the message ID alone") {
  namespace early = vectors::before_message_6;
  Line line{given(joined_line(early::cookies, "key=" + std::string{early::encryption_key} + " skeyid_a=" + std::string{early::skeyid_a}))};
  line.send(clear(early::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(vectors::lab_signature::sai_b)}}), true);
  line.send(sealed(early::cookies, std::string(160, 'a')));
  const auto opened = line.send(octets_of(early::informational), true);
  CHECK(opened.opening == Opening::opened);
  CHECK_FALSE(opened.first_block_lost);
  CHECK(opened.hash == HashCheck::right);
  REQUIRE(opened.message != nullptr);
  CHECK_FALSE(opened.message->fault.has_value());
  CHECK(line.opener.facts(0x7c4e229409146065, 0xa4cb83337bf066b5)->messages.back().notify == NotifyType::invalid_id_information);
}

TEST_CASE("Where no IV fits, the exchange and the layout tell what stands behind the lost header") {
  struct Row {
    std::string_view what, message;
    PayloadType second;
    bool has_delete;
  };
  for (const Row& row : {Row{"a notify", vectors::lost_iv::notify, PayloadType::notification, false}, Row{"a Delete of both cookies", vectors::lost_iv::delete_isakmp, PayloadType::delete_, true},
                         Row{"a Delete of two SPIs", vectors::lost_iv::delete_esp, PayloadType::delete_, true}, Row{"XAUTH", vectors::lost_iv::transaction, PayloadType::attributes, false}}) {
    CAPTURE(row.what);
    Line line{given(joined_line(mm::cookies, "key=" + std::string{mm::encryption_key}))};
    main_mode_begins(line);
    const auto opened = line.send(octets_of(row.message));
    REQUIRE(opened.opening == Opening::opened);
    CHECK(opened.first_block_lost);
    REQUIRE(opened.message->payloads.size() == 2);
    CHECK(opened.message->payloads[1].type == row.second);
    CHECK_FALSE(opened.message->fault.has_value());
    CHECK(line.opener.facts(0x018ef04f7cf72e4f, 0x5f28fdf279308a94)->messages.back().has_delete == row.has_delete);
  }
}

TEST_CASE("A private value of either side is as good as g^xy; one that is nobody's is none") {
  namespace dh = vectors::known_private;
  struct Row {
    std::string_view value;
    bool good;
  };
  for (const Row& row : {Row{dh::x_i, true}, Row{dh::x_r, true}, Row{"0102030405060708090a", false}}) {
    CAPTURE(row.value);
    Line line{given(joined_line(dh::cookies, "psk=Wollowitz dh=" + std::string{row.value}))};
    line.send(clear(dh::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(dh::sai_b)}}, true));
    line.send(clear(dh::cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(dh::sai_b)}}), true);
    line.send(clear(dh::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(dh::g_xi)}, {PayloadType::nonce, octets_of(dh::ni_b)}}));
    line.send(clear(dh::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(dh::g_xr)}, {PayloadType::nonce, octets_of(dh::nr_b)}}), true);
    CHECK(line.send(sealed(dh::cookies, dh::message_5)).hash == (row.good ? HashCheck::right : HashCheck::unchecked));
    CHECK(line.send(sealed(dh::cookies, dh::message_6), true).hash == (row.good ? HashCheck::right : HashCheck::unchecked));
  }
}

TEST_CASE("Where message 2 was not captured, cipher and hash are found by trial") {
  const auto key = "key=" + std::string{mm::encryption_key};
  for (const std::string& given_too : {std::string{}, " skeyid_a=" + std::string{mm::skeyid_a}}) {
    CAPTURE(given_too);
    Line line{given(joined_line(mm::cookies, key + given_too))};
    line.send(clear(mm::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(mm::g_xi)}, {PayloadType::nonce, octets_of(mm::ni_b)}}));
    line.send(clear(mm::cookies, ExchangeType::identity_protection, {{PayloadType::key_exchange, octets_of(mm::g_xr)}, {PayloadType::nonce, octets_of(mm::nr_b)}}), true);
    const auto sent = main_mode_sealed();
    for (std::size_t i = 0; i < sent.size(); ++i) {
      CAPTURE(i);
      const auto opened = line.send(sent[i].octets, sent[i].from_responder);
      CHECK(opened.opening == Opening::opened);
      CHECK(opened.hash == (i < 2 || given_too.empty() ? HashCheck::unchecked : HashCheck::right));
      CHECK_FALSE(opened.first_block_lost);
    }
  }
  Line late{given(joined_line(mm::cookies, key))};  // nothing of phase 1 at all
  const auto opened = late.send(octets_of(mm::quick_mode_1));
  CHECK(opened.opening == Opening::opened);
  CHECK(opened.first_block_lost);
  Line wrong_key{given(joined_line(mm::cookies, "key=00000000000000000000000000000000"))};
  for (int i = 0; i < 40; ++i) CHECK(wrong_key.send(octets_of(mm::quick_mode_1)).opening == Opening::unjudged);
}

TEST_CASE("Of two sources for one key the one that also verifies is told") {
  Line line{given(joined_line(mm::cookies, "key=" + std::string{mm::encryption_key}) + '\n' + joined_line(mm::cookies, "psk=Wollowitz gxy=" + std::string{mm::g_xy}))};
  main_mode_begins(line);
  for (const auto& one : main_mode_sealed()) {
    const auto opened = line.send(one.octets, one.from_responder);
    CHECK(opened.hash == HashCheck::right);
    CHECK(opened.key == "keys.txt:2");
  }
}

TEST_CASE("Aggressive Mode in clear is verified against pre-shared keys alone") {
  struct Row {
    std::string_view psks;
    HashCheck hash;
  };
  for (const Row& row : {Row{"Wollowitz\n", HashCheck::right}, Row{"a\nb\r\nWollowitz", HashCheck::right}, Row{"wollowitz\nWollowitz \n", HashCheck::wrong}}) {
    CAPTURE(row.psks);
    Line line{given("", row.psks)};
    CHECK(aggressive_answer(line) == row.hash);
  }
  Line line{given("")};
  CHECK(aggressive_answer(line) == HashCheck::unchecked);
}

TEST_CASE("After an Aggressive Mode whose message 3 is in clear the first IV stands for the last phase 1 block") {
  namespace third = vectors::clear_third;
  Line line{given(joined_line(third::cookies, "key=" + std::string{third::encryption_key}))};
  // AES-256, SHA2-256, XAUTH with PSK, MODP-1024
  const auto sa = octets_of("00000001000000010000002801010001000000200101000080010007800e0100800200048003fde980040002800b0001");
  line.send(clear(third::cookies, ExchangeType::aggressive, {{PayloadType::security_association, sa}, {PayloadType::key_exchange, octets_of(third::g_xi)}}, true));
  line.send(clear(third::cookies, ExchangeType::aggressive, {{PayloadType::security_association, sa}, {PayloadType::key_exchange, octets_of(third::g_xr)}}), true);
  const auto opened = line.send(octets_of(third::informational));
  CHECK(opened.opening == Opening::opened);
  CHECK_FALSE(opened.first_block_lost);
}

TEST_CASE("No cut of an encrypted message, no changed octet and no foreign length crashes it or opens as something else") {
  for (std::size_t keep = 28; keep < octets_of(mm::quick_mode_1).size(); keep += 7) {
    CAPTURE(keep);
    Line line{given(joined_line(mm::cookies, "psk=Wollowitz gxy=" + std::string{mm::g_xy}))};
    main_mode_begins(line);
    line.send(sealed(mm::cookies, mm::message_5));
    line.send(sealed(mm::cookies, mm::message_6), true);
    auto octets = octets_of(mm::quick_mode_1);
    octets.resize(keep);
    octets[27] = static_cast<std::uint8_t>(keep);
    octets[26] = 0;
    const auto opened = line.send(octets);
    if (opened.opening == Opening::opened) CHECK(opened.hash != HashCheck::right);
  }
  for (std::size_t at = 28; at < octets_of(mm::quick_mode_1).size(); at += 5) {
    CAPTURE(at);
    Line line{given(joined_line(mm::cookies, "psk=Wollowitz gxy=" + std::string{mm::g_xy}))};
    main_mode_begins(line);
    line.send(sealed(mm::cookies, mm::message_5));
    line.send(sealed(mm::cookies, mm::message_6), true);
    auto octets = octets_of(mm::quick_mode_1);
    octets[at] ^= 0x40U;
    const auto opened = line.send(octets);
    if (opened.opening == Opening::opened && at + 16 < octets.size()) CHECK(opened.hash != HashCheck::right);
  }
}

TEST_CASE("A flood of responder cookies, of message IDs and of Aggressive Modes is bounded") {
  Line line{given(joined_line(mm::cookies, "key=" + std::string{mm::encryption_key}), "x\n")};
  std::string cookies{mm::cookies};
  for (unsigned i = 0; i < 100; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    cookies[16] = digits[i % 16];
    cookies[17] = digits[i / 16];
    line.send(clear(cookies, ExchangeType::identity_protection, {{PayloadType::security_association, octets_of(mm::sai_b)}}), true);
  }
  std::size_t held = 0;
  for (std::uint64_t i = 0; i < 256; ++i) {
    if (line.opener.facts(0x018ef04f7cf72e4f, (0x5f28fdf279308a94 & 0x00ffffffffffffff) | i << 56U) != nullptr) ++held;
  }
  CHECK(held <= Opener::max_cookies + 1);
}

TEST_CASE("Key lines are read in every form, and refused without showing a value") {
  const auto read = parse_key_lines("# keys\n\n 018ef04f7cf72e4f  psk=\"two words # no comment\" gxy=00ff # comment\n0102030405060708 skeyid=0xaa dh=0b iv=01\n", "dir/k");
  REQUIRE(read);
  REQUIRE(read->keys.size() == 2);
  CHECK(hex_of(read->keys[0].psk->octets()) == hex_of(text_octets("two words # no comment")));
  CHECK(hex_of(read->keys[0].g_xy->octets()) == "00ff");
  CHECK(read->keys[0].source == "k:3");
  CHECK(hex_of(read->keys[1].skeyid->octets()) == "aa");
  CHECK(read->keys[1].private_value == secret("0b"));
  struct Row {
    std::string_view text, why;
  };
  for (const Row& row : {Row{"0102 psk=geheim", "k:1: cookie is not 16 hex digits"}, Row{"\n0102030405060708 geheim", "k:2: expected skeyid=, skeyid_d=, skeyid_a=, skeyid_e=, key=, iv=, psk=, gxy= or dh="},
                         Row{"0102030405060708 key=geheim", "k:1: key= has no value that can be read"}, Row{"0102030405060708", "k:1: no key after the cookie"}, Row{"0102030405060708 psk=", "k:1: psk= has no value that can be read"},
                         Row{"0102030405060708 psk=\"geheim", "k:1: psk= has a quote that is not closed"}}) {
    CAPTURE(row.text);
    const auto refused = parse_key_lines(row.text, "k");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == row.why);
  }
}

TEST_CASE("Pre-shared keys are the lines as they stand, with their blanks") {
  const auto read = parse_psks("one\r\n\n two \n0x6f6e65\n0xzz\n", "d/p.txt");
  REQUIRE(read);
  REQUIRE(read->psks.size() == 4);
  CHECK(hex_of(read->psks[0].psk.octets()) == hex_of(text_octets("one")));
  CHECK(hex_of(read->psks[1].psk.octets()) == hex_of(text_octets(" two ")));
  CHECK(read->psks[1].source == "p.txt:3");
  CHECK(read->psks[1].line == 3);
  CHECK(hex_of(read->psks[2].psk.octets()) == hex_of(text_octets("one")));
  CHECK(hex_of(read->psks[3].psk.octets()) == hex_of(text_octets("0xzz")));
}

TEST_CASE("The certificates that a side sends are joined by issuer and signature") {
  const auto as_payload = [](Octets der) {
    der.insert(der.begin(), 4);  // X.509, signature
    return Part{PayloadType::certificate, std::move(der)};
  };
  auto forged = octets_of(certificates::gw);
  forged.back() ^= 1U;  // of its signature
  struct Row {
    std::string_view what;
    Octets own, second;
    std::optional<std::uint8_t> issuer;
    std::optional<bool> is_signed;
  };
  for (const Row& row : {Row{"its CA", octets_of(certificates::gw), octets_of(certificates::ca), 1, true}, Row{"its CA, and another signature", forged, octets_of(certificates::ca), 1, false},
                         Row{"itself again", octets_of(certificates::gw), octets_of(certificates::gw), std::nullopt, std::nullopt}, Row{"no certificate", octets_of(certificates::gw), octets_of("3000"), std::nullopt, std::nullopt}}) {
    CAPTURE(row.what);
    Line line{OpenerKeys{}};
    line.send(clear(am::cookies, ExchangeType::aggressive, {{PayloadType::security_association, octets_of(am::sai_b)}, as_payload(row.own), as_payload(row.second)}), true);
    const auto* facts = line.opener.facts(0x211f7bb6a12be2c9, 0xd4987cff82910716);
    REQUIRE(facts != nullptr);
    REQUIRE(facts->sides[1].certificates.size() == 2);
    CHECK(facts->sides[1].certificates[0].issuer == row.issuer);
    CHECK(facts->sides[1].certificates[0].signed_by_issuer == row.is_signed);
    CHECK_FALSE(facts->sides[1].certificates[1].issuer == std::optional<std::uint8_t>{1});
  }
}

TEST_CASE("A certificate in clear is read and held against the identity, the time and the authorities") {
  const auto gw = octets_of(certificates::gw);
  Octets certificate{4};  // X.509, signature
  certificate.insert(certificate.end(), gw.begin(), gw.end());
  struct Row {
    std::string_view id;
    bool named;
    std::string_view authority;
    ChainStatus chain;
  };
  const std::string fqdn = "02000000";
  for (const Row& row : {Row{"0200000067772e6578616d706c652e6f7267", true, certificates::ca, ChainStatus::trusted},       // gw.example.org
                         Row{"0200000067782e6578616d706c652e6f7267", false, certificates::other, ChainStatus::unknown_ca},  // gx.example.org
                         Row{"01000000c0000201", true, certificates::ca, ChainStatus::trusted},
                         Row{"01000000c0000202", false, certificates::ca, ChainStatus::trusted}}) {
    CAPTURE(row.id);
    OpenerKeys keys;
    keys.authorities.push_back(octets_of(row.authority));
    Line line{std::move(keys)};
    line.send(clear(am::cookies, ExchangeType::aggressive, {{PayloadType::security_association, octets_of(am::sai_b)}, {PayloadType::identification, octets_of(row.id)}, {PayloadType::certificate, certificate}}), true);
    const auto* facts = line.opener.facts(0x211f7bb6a12be2c9, 0xd4987cff82910716);
    REQUIRE(facts != nullptr);
    const auto& side = facts->sides[1];
    REQUIRE(side.certificates.size() == 1);
    CHECK(side.certificates[0].facts.subject == "CN=gw.example.org, C=DE, O=Example");
    CHECK(side.certificates[0].validity == Validity::valid);
    CHECK(side.identity_in_certificate == row.named);
    REQUIRE(side.chain.has_value());
    CHECK(side.chain->status == row.chain);
  }
}
