#include "ike/crypto/digest.hpp"

#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/mem_ops.h>

#include <exception>
#include <memory>
#include <string>

namespace ike::crypto {
namespace {

using isakmp::HashAlgorithm;

const char* botan_name(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::md5: return "MD5";
    case HashAlgorithm::sha1: return "SHA-1";
    case HashAlgorithm::tiger: return "Tiger(24,3)";  // gone in Botan 3: then unknown
    case HashAlgorithm::sha2_256: return "SHA-256";
    case HashAlgorithm::sha2_384: return "SHA-384";
    case HashAlgorithm::sha2_512: return "SHA-512";
    case HashAlgorithm::none: break;
  }
  return nullptr;
}

constexpr std::size_t algorithms = 7;

/// Objects are kept per thread: making one costs more than hashing a NAT-D with it.
Botan::HashFunction* hash_object(HashAlgorithm algorithm) {
  thread_local std::array<std::unique_ptr<Botan::HashFunction>, algorithms> kept;
  const auto* text = botan_name(algorithm);
  if (text == nullptr) return nullptr;
  auto& object = kept[number(algorithm)];
  if (!object) object = Botan::HashFunction::create(text);
  return object.get();
}

Botan::MessageAuthenticationCode* mac_object(HashAlgorithm algorithm) {
  thread_local std::array<std::unique_ptr<Botan::MessageAuthenticationCode>, algorithms> kept;
  const auto* text = botan_name(algorithm);
  if (text == nullptr) return nullptr;
  auto& object = kept[number(algorithm)];
  if (!object) object = Botan::MessageAuthenticationCode::create("HMAC(" + std::string{text} + ")");
  return object.get();
}

template <typename Object>
Digest run(Object& object, std::initializer_list<ByteView> parts) {
  Digest digest;
  if (object.output_length() > digest.storage.size()) return {};
  for (const auto part : parts) object.update(part.data(), part.size());
  object.final(digest.storage.data());
  digest.length = static_cast<std::uint8_t>(object.output_length());
  return digest;
}

}  // namespace

Digest hash(HashAlgorithm algorithm, std::initializer_list<ByteView> parts) noexcept {
  try {
    auto* object = hash_object(algorithm);
    return object == nullptr ? Digest{} : run(*object, parts);
  } catch (const std::exception&) {
    return {};
  }
}

Digest prf(HashAlgorithm algorithm, ByteView key, std::initializer_list<ByteView> parts) noexcept {
  try {
    auto* object = mac_object(algorithm);
    if (object == nullptr || !object->valid_keylength(key.size())) return {};
    object->set_key(key.data(), key.size());
    const auto digest = run(*object, parts);
    object->clear();  // the key does not stay behind
    return digest;
  } catch (const std::exception&) {
    return {};
  }
}

bool same(ByteView a, ByteView b) noexcept {
  return a.size() == b.size() && Botan::constant_time_compare(a.data(), b.data(), a.size());
}

}  // namespace ike::crypto
