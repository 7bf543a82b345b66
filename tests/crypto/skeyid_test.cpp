#include "ike/crypto/skeyid.hpp"

#include <doctest/doctest.h>

#include "hex.hpp"
#include "ike/crypto/candidates.hpp"
#include "ike/crypto/cipher.hpp"
#include "ike/crypto/nat_discovery.hpp"
#include "vectors.hpp"

using namespace ike;
using namespace ike::crypto;
using isakmp::EncryptionAlgorithm;

namespace {

/// The octets that a decrypted message's HASH payload, its first, holds, and what follows it up to the end of the chain.
struct Opened {
  std::vector<std::uint8_t> plain;
  ByteView body(std::size_t at) const { return ByteView{plain}.subspan(at + 4, load_be16(&plain[at + 2]) - 4U); }
  std::size_t next(std::size_t at) const { return at + load_be16(&plain[at + 2]); }
  /// Everything behind the first payload; padding is left away.
  ByteView rest() const {
    std::size_t end = next(0);
    for (auto type = plain[0]; type != 0;) {
      type = plain[end];
      end = next(end);
    }
    return ByteView{plain}.subspan(next(0), end - next(0));
  }
};

Opened open(EncryptionAlgorithm cipher, ByteView key, ByteView iv, ByteView ciphertext) {
  auto plain = cbc_decrypt(cipher, key, iv, ciphertext);
  REQUIRE(plain);
  return {*plain};
}

Cookie initiator_of(std::string_view cookies) { return load_be64(octets_of(cookies).data()); }
Cookie responder_of(std::string_view cookies) { return load_be64(octets_of(cookies).data() + 8); }

}  // namespace

TEST_CASE("a Main Mode with PSK opens from its PSK on: SKEYID, keys, IV chain, every HASH") {
  using namespace vectors::main_mode;
  constexpr auto sha1 = HashAlgorithm::sha1;
  constexpr auto aes = EncryptionAlgorithm::aes_cbc;
  const auto ni = octets_of(ni_b), nr = octets_of(nr_b), gi = octets_of(g_xi), gr = octets_of(g_xr), sai = octets_of(sai_b);
  const Cookie initiator = initiator_of(cookies), responder = responder_of(cookies);

  const Secret shared = skeyid_psk(sha1, text_octets("Wollowitz"), ni, nr);
  CHECK(hex_of(shared.octets()) == skeyid);
  const auto keys = derive_keys(sha1, shared, octets_of(g_xy), initiator, responder);
  CHECK(hex_of(keys.d.octets()) == skeyid_d);
  CHECK(hex_of(keys.a.octets()) == skeyid_a);
  CHECK(hex_of(keys.e.octets()) == skeyid_e);
  const Secret key = crypto::encryption_key(sha1, keys.e, 16);
  CHECK(hex_of(key.octets()) == vectors::main_mode::encryption_key);
  const auto first_iv = initial_iv(sha1, gi, gr, 16);
  CHECK(hex_of(first_iv.octets()) == iv);

  const auto five = octets_of(message_5), six = octets_of(message_6);
  const Phase1Material material{gi, gr, initiator, responder, sai};
  const auto opened_5 = open(aes, key.octets(), first_iv.octets(), five);
  CHECK(hex_of(opened_5.body(opened_5.next(0))) == hex_of(hash_i(sha1, shared, material, opened_5.body(0)).octets()));
  const auto opened_6 = open(aes, key.octets(), ByteView{five}.last(16), six);
  CHECK(hex_of(opened_6.body(opened_6.next(0))) == hex_of(hash_r(sha1, shared, material, opened_6.body(0)).octets()));

  const auto one = octets_of(quick_mode_1), two = octets_of(quick_mode_2), three = octets_of(quick_mode_3);
  const auto message_id = load_be32(&one[20]);
  const auto quick_1 = open(aes, key.octets(), phase2_iv(sha1, ByteView{six}.last(16), message_id, 16).octets(), ByteView{one}.subspan(28));
  CHECK(hex_of(quick_1.body(0)) == hex_of(hash_1(sha1, keys.a, message_id, quick_1.rest()).octets()));
  const auto quick_2 = open(aes, key.octets(), ByteView{one}.last(16), ByteView{two}.subspan(28));
  const auto nonce_behind_sa = [](const Opened& message) { return message.body(message.next(message.next(0))); };
  const auto ni2 = nonce_behind_sa(quick_1), nr2 = nonce_behind_sa(quick_2);
  CHECK(hex_of(quick_2.body(0)) == hex_of(hash_2(sha1, keys.a, message_id, ni2, quick_2.rest()).octets()));
  const auto quick_3 = open(aes, key.octets(), ByteView{two}.last(16), ByteView{three}.subspan(28));
  CHECK(hex_of(quick_3.body(0)) == hex_of(hash_3(sha1, keys.a, message_id, ni2, nr2).octets()));
}

TEST_CASE("the answer to a message 5 under a wrong PSK opens with the responder's key and the initial IV") {
  using namespace vectors::wrong_psk;
  constexpr auto sha1 = HashAlgorithm::sha1;
  const Secret shared = skeyid_psk(sha1, text_octets("Wollowitz"), octets_of(ni_b), octets_of(nr_b));
  const auto keys = derive_keys(sha1, shared, octets_of(g_xy), initiator_of(cookies), responder_of(cookies));
  const auto message = octets_of(informational);
  const auto message_id = load_be32(&message[20]);
  const auto base = initial_iv(sha1, octets_of(g_xi), octets_of(g_xr), 16);
  const auto opened = open(EncryptionAlgorithm::aes_cbc, crypto::encryption_key(sha1, keys.e, 16).octets(),
                           phase2_iv(sha1, base.octets(), message_id, 16).octets(), ByteView{message}.subspan(28));
  CHECK(hex_of(opened.body(0)) == hex_of(hash_informational(sha1, keys.a, message_id, opened.rest()).octets()));
  CHECK(load_be16(&opened.rest()[10]) == 16);  // PAYLOAD-MALFORMED
}

TEST_CASE("with signatures SKEYID comes from the nonces, and all else follows as strongSwan logged it") {
  using namespace vectors::lab_signature;
  constexpr auto sha2 = HashAlgorithm::sha2_256;
  const auto secret = octets_of(g_xy), gi = octets_of(g_xi), gr = octets_of(g_xr), sai = octets_of(sai_b);
  const Cookie initiator = initiator_of(cookies), responder = responder_of(cookies);
  const Secret shared = skeyid_signature(sha2, octets_of(ni_b), octets_of(nr_b), secret);
  CHECK(hex_of(shared.octets()) == skeyid);
  const auto keys = derive_keys(sha2, shared, secret, initiator, responder);
  CHECK(hex_of(keys.d.octets()) == skeyid_d);
  CHECK(hex_of(keys.a.octets()) == skeyid_a);
  CHECK(hex_of(keys.e.octets()) == skeyid_e);
  CHECK(hex_of(crypto::encryption_key(sha2, keys.e, 32).octets()) == vectors::lab_signature::encryption_key);
  CHECK(hex_of(initial_iv(sha2, gi, gr, 16).octets()) == iv);
  CHECK(hex_of(crypto::hash_i(sha2, shared, {gi, gr, initiator, responder, sai}, octets_of(idii_b)).octets()) == vectors::lab_signature::hash_i);
}

TEST_CASE("a 3DES message with MD5 and certificates opens to its ID payload") {
  using namespace vectors::certificates;
  const auto first_iv = initial_iv(HashAlgorithm::md5, octets_of(g_xi), octets_of(g_xr), 8);
  CHECK(first_iv.length == 8);
  const auto opened = open(EncryptionAlgorithm::triple_des_cbc, octets_of(vectors::certificates::encryption_key), first_iv.octets(), octets_of(message_5));
  CHECK(opened.plain[0] == 6);  // behind the ID comes a certificate
  CHECK(opened.plain[1] == 0);
  CHECK(opened.plain[4] == 1);  // ID_IPV4_ADDR
}

TEST_CASE("after an Aggressive Mode with a clear message 3 the initial IV stands for the last block") {
  using namespace vectors::clear_third;
  constexpr auto sha2 = HashAlgorithm::sha2_256;
  const auto message = octets_of(informational);
  const auto base = initial_iv(sha2, octets_of(g_xi), octets_of(g_xr), 16);
  const auto opened = open(EncryptionAlgorithm::aes_cbc, octets_of(vectors::clear_third::encryption_key),
                           phase2_iv(sha2, base.octets(), load_be32(&message[20]), 16).octets(), ByteView{message}.subspan(28));
  CHECK(opened.plain[0] == 11);
  CHECK(opened.body(0).size() == 32);
  CHECK(opened.rest().size() >= 12);
}

TEST_CASE("the operator's PSK is told from others by an Aggressive Mode's HASH_R") {
  using namespace vectors::aggressive;
  const auto ni = octets_of(ni_b), nr = octets_of(nr_b), gi = octets_of(g_xi), gr = octets_of(g_xr), sai = octets_of(sai_b);
  const auto idii = octets_of(idii_b), idir = octets_of(idir_b), hash = octets_of(vectors::aggressive::hash_r);
  AggressiveProof proof{.algorithm = HashAlgorithm::sha1, .ni_b = ni, .nr_b = nr,
                        .material = {gi, gr, initiator_of(cookies), responder_of(cookies), sai},
                        .idii_b = idii, .idir_b = idir, .hash_i = {}, .hash_r = hash};
  REQUIRE(proof.algorithm == HashAlgorithm::sha1);
  const auto right = verify_psk(proof, text_octets("Wollowitz"));
  CHECK(right.responder == std::optional{true});
  CHECK_FALSE(right.initiator.has_value());
  CHECK(verify_psk(proof, text_octets("wollowitz")).responder == std::optional{false});
  CHECK(verify_psk(proof, {}).responder == std::optional{false});
  const std::vector<Secret> candidates{Secret{text_octets("a")}, Secret{text_octets("Wollowitz")}};
  CHECK(find_psk(proof, candidates) == std::optional<std::size_t>{1});
  CHECK_FALSE(find_psk(proof, std::span{candidates}.first(1)).has_value());
  // HASH_I, as the initiator makes it with the same PSK
  const auto made = crypto::hash_i(HashAlgorithm::sha1, skeyid_psk(HashAlgorithm::sha1, text_octets("Wollowitz"), ni, nr), proof.material, idii);
  proof.hash_i = made.octets();
  CHECK(verify_psk(proof, text_octets("Wollowitz")).initiator == std::optional{true});
  proof.algorithm = HashAlgorithm{99};
  CHECK_FALSE(verify_psk(proof, text_octets("Wollowitz")).responder.has_value());
}

TEST_CASE("SKEYIDs and hashes of every prf, with PSK and with signatures, are those of an independent implementation") {
  // The first eight octets of each; made with Python's hmac.
  const auto ni = text_octets("initiator nonce"), nr = text_octets("responder nonce"), psk = text_octets("a pre-shared key"), sa = text_octets("sa body"), rest = text_octets("rest of it");
  const std::vector<std::uint8_t> gi(16, 0xa1), gr(16, 0xb2);
  std::vector<std::uint8_t> g_xy;
  for (std::uint8_t i = 0; i < 64; ++i) g_xy.push_back(i);
  constexpr Cookie initiator = 0x0102030405060708, responder = 0x1112131415161718;
  constexpr std::uint32_t id = 0xa1b2c3d4;
  struct Row {
    HashAlgorithm algorithm;
    std::size_t length;
    std::string_view psk, signature, d, a, e, signature_e, hash_i, hash_r, hash_1, hash_2, hash_3;
  };
  for (const Row& row : {
           Row{HashAlgorithm::md5, 16, "dcf18eff59d68e0b", "d38e2dc90875afb9", "c885b596f6d79180", "5b140f4bb07e9e67", "0a61ea1ed702c0b5", "ed9ab44379c3d101", "8c03e09bba70afcd", "3a8e6663fe0ed90e", "e8d65580f948e2df", "770a0ea7eb324dc5", "456386aad012fef2"},
           Row{HashAlgorithm::sha1, 20, "8aa2a32671baed0c", "25304881ed95c197", "3bf0616269435a23", "90ddc036c59d0709", "bdfb6380e597936d", "8cbff93d66b1e4f7", "d9287e6206e1277a", "ef2772df45b199e7", "7b8c14def97d5fba", "050aa7ee88366e36", "d1beac484ee389f4"},
           Row{HashAlgorithm::sha2_256, 32, "5e95f7db4bf81651", "6c1b4d2588e5413a", "bf52c1e93f6214c3", "63dd9d5958fb660f", "6b5723fc564c464d", "b3c063ec5ee4dcec", "804668ce6108a133", "fa007089a5902dcb", "43256365ce4960ee", "84dd498c3b92c857", "ccf29b9d2c19adc8"},
           Row{HashAlgorithm::sha2_384, 48, "f379287ce65aeac3", "9a0d996ea86443c6", "68ccb3cdd2dede35", "ce6727c124adf500", "5ba2b7908e4bcf31", "7ec5d184000a7187", "373ee6c244d1d479", "12411b3984cfdb33", "2f3375f84352edee", "1581c33bea92ef29", "5e4a0a463535ebde"},
           Row{HashAlgorithm::sha2_512, 64, "59725533e303cf65", "962ca311d40a321a", "e087e03d41fc2d0b", "e953fb8347e0f045", "64ed07b599958673", "21063bef16dcd148", "f8947ca1772a26b5", "54ece7a8f46dbee3", "f7d429739388af14", "391657316dfd2c4d", "431b152c6de09f07"}}) {
    CAPTURE(static_cast<int>(row.algorithm));
    const auto begins = [&](ByteView octets) {
      CHECK(octets.size() == row.length);
      return hex_of(octets.first(std::min<std::size_t>(8, octets.size())));
    };
    const Secret shared = skeyid_psk(row.algorithm, psk, ni, nr);
    const Secret signed_for = skeyid_signature(row.algorithm, ni, nr, g_xy);
    CHECK(begins(shared.octets()) == row.psk);
    CHECK(begins(signed_for.octets()) == row.signature);
    const auto keys = derive_keys(row.algorithm, shared, g_xy, initiator, responder);
    CHECK(begins(keys.d.octets()) == row.d);
    CHECK(begins(keys.a.octets()) == row.a);
    CHECK(begins(keys.e.octets()) == row.e);
    CHECK(begins(derive_keys(row.algorithm, signed_for, g_xy, initiator, responder).e.octets()) == row.signature_e);
    const Phase1Material material{gi, gr, initiator, responder, sa};
    CHECK(begins(hash_i(row.algorithm, shared, material, text_octets("idii")).octets()) == row.hash_i);
    CHECK(begins(hash_r(row.algorithm, shared, material, text_octets("idir")).octets()) == row.hash_r);
    CHECK(begins(hash_1(row.algorithm, keys.a, id, rest).octets()) == row.hash_1);
    CHECK(begins(hash_informational(row.algorithm, keys.a, id, rest).octets()) == row.hash_1);
    CHECK(begins(hash_2(row.algorithm, keys.a, id, ni, rest).octets()) == row.hash_2);
    CHECK(begins(hash_3(row.algorithm, keys.a, id, ni, nr).octets()) == row.hash_3);
  }
}

TEST_CASE("a key longer than SKEYID_e is expanded, for each hash, as an independent implementation does") {
  // SKEYID_e = 00 01 02 ...; made with Python's hmac.
  struct Row { HashAlgorithm algorithm; std::uint8_t skeyid_e; std::size_t length; std::string_view key; };
  for (const auto& row : {
           Row{HashAlgorithm::md5, 16, 16, "000102030405060708090a0b0c0d0e0f"},
           Row{HashAlgorithm::md5, 16, 24, "5d76401b50b90caee409473960c04a9614b5f3b70b892097"},
           Row{HashAlgorithm::md5, 16, 32, "5d76401b50b90caee409473960c04a9614b5f3b70b892097525b06f252c61fbe"},
           Row{HashAlgorithm::md5, 16, 56, "5d76401b50b90caee409473960c04a9614b5f3b70b892097525b06f252c61fbeb621fedde384ff88c682ccce2c599870cca0f4e1fcd0eebd"},
           Row{HashAlgorithm::sha1, 20, 16, "000102030405060708090a0b0c0d0e0f"},
           Row{HashAlgorithm::sha1, 20, 24, "1e5fd6a5cbc98bd4c1fe20d5e5fb2ed1df330c93a33c043c"},
           Row{HashAlgorithm::sha1, 20, 32, "1e5fd6a5cbc98bd4c1fe20d5e5fb2ed1df330c93a33c043ca850a65fd7aeae17"},
           Row{HashAlgorithm::sha1, 20, 56, "1e5fd6a5cbc98bd4c1fe20d5e5fb2ed1df330c93a33c043ca850a65fd7aeae177920debbed728c58ac1a67969ca9324cc1e704fd760b3e81"},
           Row{HashAlgorithm::sha2_256, 32, 16, "000102030405060708090a0b0c0d0e0f"},
           Row{HashAlgorithm::sha2_256, 32, 24, "000102030405060708090a0b0c0d0e0f1011121314151617"},
           Row{HashAlgorithm::sha2_256, 32, 32, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},
           Row{HashAlgorithm::sha2_256, 32, 56, "e711546e3faad4c7c4aa756bc26cad6abea8241984a0f6b0839c70ca61c4ef88d7d5b72e4532e11d1238fbcb0854c7dbc4802dd4f3bf5180"},
           Row{HashAlgorithm::sha2_384, 48, 16, "000102030405060708090a0b0c0d0e0f"},
           Row{HashAlgorithm::sha2_384, 48, 24, "000102030405060708090a0b0c0d0e0f1011121314151617"},
           Row{HashAlgorithm::sha2_384, 48, 32, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},
           Row{HashAlgorithm::sha2_384, 48, 56, "897e6ff4a4e712d1a714ebabb12655e39fae8b8f79f66398395b7b82c2ceff0e022820cde1c36c5939f90aaa589041f4d507788f51e70771"},
           Row{HashAlgorithm::sha2_512, 64, 16, "000102030405060708090a0b0c0d0e0f"},
           Row{HashAlgorithm::sha2_512, 64, 24, "000102030405060708090a0b0c0d0e0f1011121314151617"},
           Row{HashAlgorithm::sha2_512, 64, 32, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}}) {
    CAPTURE(static_cast<int>(row.algorithm));
    CAPTURE(row.length);
    std::vector<std::uint8_t> octets;
    for (std::uint8_t i = 0; i < row.skeyid_e; ++i) octets.push_back(i);
    CHECK(hex_of(crypto::encryption_key(row.algorithm, Secret{octets}, row.length).octets()) == row.key);
  }
}

TEST_CASE("IVs are the first octets of the negotiated hash") {
  struct Row { HashAlgorithm algorithm; std::string_view initial, phase2; };  // of 01 | 02, and of 03 | 00000004
  for (const auto& row : {
           Row{HashAlgorithm::md5, "0cb988d042a7f28dd5fe2b55b3f5ac7a", "477cf57ca92ac1520fa182d6101e0ab3"},
           Row{HashAlgorithm::sha1, "0ca623e2855f2c75c842ad302fe820e4", "91237ce8ee6e9985fcf744620212cac2"},
           Row{HashAlgorithm::sha2_256, "a12871fee210fb8619291eaea194581c", "23dc3007a4fd133a39440b06031e9e2c"},
           Row{HashAlgorithm::sha2_384, "337059fbf57a65796709c8b66147a255", "a99d235fdfb18fa5493fb3d13f883dd2"},
           Row{HashAlgorithm::sha2_512, "bdd81ab233bceb6ad233cd1871509320", "24206828e0560e6fc4aa112daeb7691c"}}) {
    CAPTURE(static_cast<int>(row.algorithm));
    const auto initial = initial_iv(row.algorithm, octets_of("01"), octets_of("02"), 16);
    CHECK(hex_of(initial.octets()) == row.initial);
    CHECK(hex_of(initial_iv(row.algorithm, octets_of("01"), octets_of("02"), 8).octets()) == row.initial.substr(0, 16));
    CHECK(hex_of(phase2_iv(row.algorithm, octets_of("03"), 4, 16).octets()) == row.phase2);
  }
}

TEST_CASE("public key encryption makes SKEYID from hashed nonces and cookies") {
  CHECK(hex_of(skeyid_encryption(HashAlgorithm::sha1, octets_of("01"), octets_of("02"), 3, 4).octets()) == "7c9d59b7ce44541a62fe6d73b59566de8d847ca9");
}

TEST_CASE("an unknown hash gives nothing, and no algorithm throws") {
  for (const auto algorithm : {HashAlgorithm::none, HashAlgorithm{7}, HashAlgorithm{65535}}) {
    CHECK(hash(algorithm, {}).empty());
    CHECK(prf(algorithm, {}, {}).empty());
    CHECK(skeyid_psk(algorithm, octets_of("01"), {}, {}).empty());
    CHECK(crypto::encryption_key(algorithm, Secret{}, 16).empty());
    CHECK(crypto::encryption_key(algorithm, Secret{octets_of("0102")}, 16).empty());
    CHECK(initial_iv(algorithm, {}, {}, 16).empty());
  }
  const std::vector<std::uint8_t> long_key(70000, 1);
  CHECK(prf(HashAlgorithm::sha1, long_key, {}).length <= 20);
}

TEST_CASE("the hash of a NAT-D payload covers cookies, address and port") {
  // strongSwan's dump of what it hashed and of the hash, from charon_log.hpp.
  const net::Address address{.octets = {198, 51, 100, 43}, .family = 4};
  const Cookie initiator = 0xf8df64148f444503, responder = 0x2e9c189ba8276d99;
  CHECK(hex_of(nat_discovery_hash(HashAlgorithm::sha2_256, initiator, responder, address, 500).octets()) == "f87761d8ddd7bdc83df3e2b6578daedda837914afd8152f08d9d0db94e36d3ae");
  CHECK_FALSE(nat_discovery_hash(HashAlgorithm::sha2_256, initiator, responder, address, 501) == nat_discovery_hash(HashAlgorithm::sha2_256, initiator, responder, address, 500));
  net::Address v6{.octets = {0x20, 1, 0xd, 0xb8}, .family = 6};
  CHECK(nat_discovery_hash(HashAlgorithm::md5, 1, 2, v6, 500) == hash(HashAlgorithm::md5, {octets_of("00000000000000010000000000000002"), octets_of("20010db8000000000000000000000000"), octets_of("01f4")}));
  CHECK(nat_discovery_hash(HashAlgorithm::md5, 1, 2, {}, 500).empty());
  CHECK(nat_discovery_hash(HashAlgorithm{77}, 1, 2, v6, 500).empty());
}
