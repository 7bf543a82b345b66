#include "ike/crypto/cipher.hpp"

#include <botan/cipher_mode.h>
#include <botan/version.h>

#include <exception>
#include <string>

#include "octets.hpp"

namespace ike::crypto {
namespace {

using isakmp::EncryptionAlgorithm;

#if BOTAN_VERSION_MAJOR >= 3
constexpr auto decryption = Botan::Cipher_Dir::Decryption;
#else
constexpr auto decryption = Botan::DECRYPTION;
#endif

struct Cipher {
  std::string name;
  std::size_t block = 0;
};

Cipher botan_cipher(EncryptionAlgorithm cipher, std::size_t key) {
  switch (cipher) {
    case EncryptionAlgorithm::des_cbc: return {"DES", 8};
    case EncryptionAlgorithm::triple_des_cbc: return {"3DES", 8};
    case EncryptionAlgorithm::idea_cbc: return {"IDEA", 8};
    case EncryptionAlgorithm::blowfish_cbc: return {"Blowfish", 8};
    case EncryptionAlgorithm::cast_cbc: return {"CAST-128", 8};
    case EncryptionAlgorithm::aes_cbc: return {"AES-" + std::to_string(8 * key), 16};
    case EncryptionAlgorithm::camellia_cbc: return {"Camellia-" + std::to_string(8 * key), 16};
    default: return {};
  }
}

bool takes_key(EncryptionAlgorithm cipher, std::size_t octets) {
  switch (cipher) {
    case EncryptionAlgorithm::des_cbc: return octets == 8;
    case EncryptionAlgorithm::triple_des_cbc: return octets == 24;
    case EncryptionAlgorithm::idea_cbc: return octets == 16;
    case EncryptionAlgorithm::blowfish_cbc: return octets >= 5 && octets <= 56;
    case EncryptionAlgorithm::cast_cbc: return octets >= 5 && octets <= 16;
    case EncryptionAlgorithm::aes_cbc:
    case EncryptionAlgorithm::camellia_cbc: return octets == 16 || octets == 24 || octets == 32;
    default: return false;
  }
}

Digest first_of(Digest digest, std::size_t block) {
  if (digest.length < block) return {};  // no hash that we know is shorter than a block
  digest.length = static_cast<std::uint8_t>(block);
  return digest;
}

}  // namespace

std::string_view name(CipherError error) {
  switch (error) {
    case CipherError::unknown_cipher: return "unknown cipher";
    case CipherError::bad_key_length: return "key of a wrong length";
    case CipherError::bad_iv_length: return "IV of a wrong length";
    case CipherError::bad_length: return "ciphertext is no multiple of the block";
  }
  return "cipher error";
}

std::size_t key_octets(EncryptionAlgorithm cipher, std::uint16_t key_length) {
  std::size_t octets = key_length / 8U;
  if (key_length == 0) {  // without the attribute: the fixed length, or the usual one (RFC 2409 4, RFC 3602 2.1)
    switch (cipher) {
      case EncryptionAlgorithm::des_cbc: octets = 8; break;
      case EncryptionAlgorithm::triple_des_cbc: octets = 24; break;
      case EncryptionAlgorithm::blowfish_cbc: octets = 56; break;  // the full 448 bits (RFC 2409 appendix B)
      default: octets = 16; break;
    }
  }
  if (key_length % 8 != 0) return 0;
  return takes_key(cipher, octets) ? octets : 0;
}

Result<std::vector<std::uint8_t>, CipherError> cbc_decrypt(EncryptionAlgorithm cipher, ByteView key, ByteView iv,
                                                           ByteView ciphertext) {
  const auto botan = botan_cipher(cipher, key.size());
  if (botan.block == 0) return CipherError::unknown_cipher;
  if (!takes_key(cipher, key.size())) return CipherError::bad_key_length;
  if (iv.size() != botan.block) return CipherError::bad_iv_length;
  if (ciphertext.empty() || ciphertext.size() % botan.block != 0) return CipherError::bad_length;
  try {
    const auto mode = Botan::Cipher_Mode::create(botan.name + "/CBC/NoPadding", decryption);
    if (!mode) return CipherError::unknown_cipher;
    if (!mode->valid_keylength(key.size())) return CipherError::bad_key_length;
    mode->set_key(key.data(), key.size());
    mode->start(iv.data(), iv.size());
    Botan::secure_vector<std::uint8_t> octets(ciphertext.begin(), ciphertext.end());
    mode->finish(octets);
    return std::vector<std::uint8_t>(octets.begin(), octets.end());
  } catch (const std::exception&) {
    return CipherError::unknown_cipher;  // a Botan built without it
  }
}

Digest initial_iv(isakmp::HashAlgorithm algorithm, ByteView g_xi, ByteView g_xr, std::size_t block) {
  return first_of(hash(algorithm, {g_xi, g_xr}), block);
}

Digest phase2_iv(isakmp::HashAlgorithm algorithm, ByteView last_block, std::uint32_t message_id, std::size_t block) {
  return first_of(hash(algorithm, {last_block, wire(message_id)}), block);
}

}  // namespace ike::crypto
