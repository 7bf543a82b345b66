#pragma once

#include <cstdint>
#include <vector>

#include "ike/base/result.hpp"
#include "ike/crypto/digest.hpp"
#include "ike/crypto/secret.hpp"

namespace ike::crypto {

enum class CipherError : std::uint8_t {
  unknown_cipher,     ///< not a cipher that we have
  bad_key_length,     ///< not a length of key that the cipher takes
  bad_iv_length,      ///< not one block
  bad_length,         ///< the ciphertext is empty or no multiple of the block: cut, or another cipher
};
std::string_view name(CipherError error);

/// Octets of the key that a phase 1 transform asks for: `key_length` in bits, 0 where the transform has none.
/// 0 when there is no such key.
std::size_t key_octets(isakmp::EncryptionAlgorithm cipher, std::uint16_t key_length);

/// Decrypts CBC. Padding is left where it is: only the payload chain tells where it begins.
Result<std::vector<std::uint8_t>, CipherError> cbc_decrypt(isakmp::EncryptionAlgorithm cipher, ByteView key, ByteView iv, ByteView ciphertext);

/// IV of the first encrypted phase 1 message: the first octets of hash(g^xi | g^xr) (RFC 2409 appendix B).
Digest initial_iv(isakmp::HashAlgorithm algorithm, ByteView g_xi, ByteView g_xr, std::size_t block);
/// IV of the first message of a later exchange: the first octets of hash(last phase 1 block | message ID).
/// Without any encrypted phase 1 message the initial IV stands for that block.
Digest phase2_iv(isakmp::HashAlgorithm algorithm, ByteView last_block, std::uint32_t message_id, std::size_t block);

}  // namespace ike::crypto
