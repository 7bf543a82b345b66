// What the sizes of encrypted messages tell without a key: HASH and padding are as long as the negotiated hash and
// cipher make them (RFC 2409 5.7 and appendix B; RFC 2408 3.14, 3.15).
#include <algorithm>

#include "story.hpp"

namespace ike::diagnose {

namespace {

void add_sentence(Finding& finding, std::string text) {
  if (!finding.detail.empty()) finding.detail += ". ";
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  finding.detail += text;
}

// As it left its sender, so that its length tells something.
bool is_whole(const Event& event) { return event.is_message() && event.encrypted && !event.is_copy() && !event.partial && !event.cut; }

// A message whose ciphertext is no multiple of the cipher's block was damaged, or is of another cipher.
void add_odd_ciphertext(const Story& story, const isakmp::Phase1Policy& chosen, Finding& finding) {
  const auto block = isakmp::block_length(chosen.encryption);
  if (block == 0) return;
  const auto odd = std::ranges::find_if(story.attempt->events, [&](const Event& event) { return is_whole(event) && event.length > isakmp::header_length && (event.length - isakmp::header_length) % block != 0; });
  if (odd == story.attempt->events.end()) return;
  auto what = proof(*odd);
  add_sentence(finding, what.what + " was damaged or is of another cipher: its ciphertext is no multiple of " + std::to_string(block) + " octets");
  what.what += ", ciphertext no multiple of the cipher's block";
  finding.evidence.push_back(std::move(what));
}

// The shortest Informational that deletes the ISAKMP SA holds HASH and a Delete with both cookies; so does
// INITIAL-CONTACT. What is shorter can only be a notify (or be about an IPsec SA).
void add_refusal_size(const Story& story, const isakmp::Phase1Policy& chosen, Finding& finding) {
  constexpr std::uint32_t delete_with_cookies = 28;
  const auto digest = isakmp::digest_length(chosen.hash);
  const auto block = isakmp::block_length(chosen.encryption);
  if (!finding.encrypted_refusal || number(finding.notify) != 0 || digest == 0 || block == 0) return;
  const auto plain = static_cast<std::uint32_t>(4 + digest + delete_with_cookies);
  const auto shortest = static_cast<std::uint32_t>(isakmp::header_length + (plain + block - 1) / block * block);
  const auto refusal = std::ranges::find_if(story.attempt->events, [&](const Event& event) {
    return is_whole(event) && event.exchange == ExchangeType::informational && !event.decrypted &&
           std::ranges::any_of(finding.evidence, [&](const Proof& one) { return one.packet == event.packet && one.file == event.file; });
  });
  if (refusal == story.attempt->events.end() || refusal->length >= shortest) return;
  add_sentence(finding, "The Informational is an error notify by its size: " + std::to_string(refusal->length) + " octets, and deleting the SA takes " + std::to_string(shortest));
}

}  // namespace

void add_size_evidence(const Story& story, Finding& finding) {
  const auto* chosen = story.attempt->chosen();
  if (chosen == nullptr || finding.evidence.size() > 6) return;
  add_odd_ciphertext(story, *chosen, finding);
  add_refusal_size(story, *chosen, finding);
}

}  // namespace ike::diagnose
