#include "ike/crypto/cipher.hpp"

#include <doctest/doctest.h>

#include "hex.hpp"

using namespace ike;
using namespace ike::crypto;
using isakmp::EncryptionAlgorithm;

TEST_CASE("each cipher decrypts the plaintext 00 01 02 ... as OpenSSL encrypted it") {
  // openssl enc -<cipher>-cbc -nopad, key and IV 00 01 02 ... of their lengths
  struct Row { EncryptionAlgorithm cipher; std::size_t key, block; std::string_view ciphertext; };
  for (const auto& row : {
           Row{EncryptionAlgorithm::des_cbc, 8, 8, "a5173ad5957b43705a8cfc7ef9266f57f758df231703ec1bc7695d7de9048661"},
           Row{EncryptionAlgorithm::triple_des_cbc, 24, 8, "894bc3085426a441f27f73ae26abbf74bd8aed47a8d26334ef7fb5aa2551c31f"},
           Row{EncryptionAlgorithm::aes_cbc, 16, 16, "c6a13b37878f5b826f4f8162a1c8d87935d9dcdb829fec3352e7bf10b84be4a5"},
           Row{EncryptionAlgorithm::aes_cbc, 24, 16, "916251821c73a522c396d627380196071817db150e771c589ed080493de7338b"},
           Row{EncryptionAlgorithm::aes_cbc, 32, 16, "f29000b62a499fd0a9f39a6add2e77809543b86fc046fa883a9446b82e47d12d"},
           Row{EncryptionAlgorithm::camellia_cbc, 16, 16, "477650012aa6284033e1b85321eef770e2c79e2d7eee9e14ef5f99d25a0708c2"},
           Row{EncryptionAlgorithm::camellia_cbc, 24, 16, "c3cc4fc3a5816d9b466daddc9bda7bcfe4c6752f41ced0c1ed51f3d7de3beece"},
           Row{EncryptionAlgorithm::camellia_cbc, 32, 16, "cecf4ffa14e51c625e58a8efc3ec3814c0166dac60642e30a3c147f9df0f8d90"},
           Row{EncryptionAlgorithm::cast_cbc, 16, 8, "98ed0a15f0337b1ba7f2cb50909a52c0f21d011713647db1b785dc2abbc938c5"},
           Row{EncryptionAlgorithm::blowfish_cbc, 16, 8, "b995f24ddfe87bf000f62ef66a032d409cc90631677f6e24eb2d3b02a35352e9"}}) {
    CAPTURE(static_cast<int>(row.cipher));
    CAPTURE(row.key);
    std::vector<std::uint8_t> counting(64);
    for (std::size_t i = 0; i < counting.size(); ++i) counting[i] = static_cast<std::uint8_t>(i);
    const ByteView octets{counting};
    const auto plain = cbc_decrypt(row.cipher, octets.first(row.key), octets.first(row.block), octets_of(row.ciphertext));
    REQUIRE(plain);
    CHECK(hex_of(*plain) == hex_of(octets.first(32)));
  }
}

TEST_CASE("what cannot be a ciphertext, key or IV is refused") {
  struct Row { EncryptionAlgorithm cipher; std::size_t key, iv, text; CipherError error; };
  for (const auto& row : {Row{EncryptionAlgorithm::aes_cbc, 16, 16, 0, CipherError::bad_length},
                          Row{EncryptionAlgorithm::aes_cbc, 16, 16, 15, CipherError::bad_length},
                          Row{EncryptionAlgorithm::aes_cbc, 16, 16, 17, CipherError::bad_length},
                          Row{EncryptionAlgorithm::triple_des_cbc, 24, 8, 12, CipherError::bad_length},
                          Row{EncryptionAlgorithm::aes_cbc, 16, 8, 16, CipherError::bad_iv_length},
                          Row{EncryptionAlgorithm::aes_cbc, 16, 0, 16, CipherError::bad_iv_length},
                          Row{EncryptionAlgorithm::aes_cbc, 0, 16, 16, CipherError::bad_key_length},
                          Row{EncryptionAlgorithm::aes_cbc, 17, 16, 16, CipherError::bad_key_length},
                          Row{EncryptionAlgorithm::triple_des_cbc, 16, 8, 8, CipherError::bad_key_length},
                          Row{EncryptionAlgorithm::des_cbc, 7, 8, 8, CipherError::bad_key_length},
                          Row{EncryptionAlgorithm::rc5, 16, 8, 8, CipherError::unknown_cipher},
                          Row{EncryptionAlgorithm{4711}, 16, 8, 8, CipherError::unknown_cipher}}) {
    CAPTURE(static_cast<int>(row.cipher));
    CAPTURE(row.text);
    const std::vector<std::uint8_t> key(row.key), iv(row.iv), text(row.text);
    const auto plain = cbc_decrypt(row.cipher, key, iv, text);
    REQUIRE_FALSE(plain);
    CHECK(plain.error() == row.error);
    CHECK_FALSE(name(plain.error()).empty());
  }
}

TEST_CASE("the key's length follows the transform, and the cipher where the transform is silent") {
  CHECK(key_octets(EncryptionAlgorithm::aes_cbc, 256) == 32);
  CHECK(key_octets(EncryptionAlgorithm::aes_cbc, 0) == 16);
  CHECK(key_octets(EncryptionAlgorithm::aes_cbc, 100) == 0);
  CHECK(key_octets(EncryptionAlgorithm::aes_cbc, 512) == 0);
  CHECK(key_octets(EncryptionAlgorithm::triple_des_cbc, 0) == 24);
  CHECK(key_octets(EncryptionAlgorithm::des_cbc, 0) == 8);
  CHECK(key_octets(EncryptionAlgorithm::cast_cbc, 0) == 16);
  CHECK(key_octets(EncryptionAlgorithm::blowfish_cbc, 0) == 56);
  CHECK(key_octets(EncryptionAlgorithm::blowfish_cbc, 128) == 16);
  CHECK(key_octets(EncryptionAlgorithm::none, 0) == 0);
}
