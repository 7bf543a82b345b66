#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "commands.hpp"
#include "ike/report/catalogue.hpp"
#include "ike/track/position.hpp"
#include "output.hpp"
#include "screen_words.hpp"

namespace ike::app {
namespace {

using track::Position;
using track::Side;

/// What a position says, and the findings that leave a tunnel there.
struct Meaning {
  Position position;
  Side side;                             // that can stand there; of both, the responder
  std::array<std::uint8_t, 2> messages;  // of the exchange, seen by then: fewest and most
  std::string_view text;
  std::string_view findings;
};
constexpr auto meanings = std::to_array<Meaning>({
    {Position::mm_wait_msg2, Side::initiator, {1, 2}, "Main Mode: message 1, the offer of policies, was sent; message 2 with the chosen policy is awaited.",
     "no-reply-msg1, icmp-refused, no-proposal-chosen, refused-msg1, version-mismatch, reply-lost, peer-gone"},
    {Position::mm_wait_msg3, Side::responder, {2, 3}, "Main Mode: message 2, the chosen policy, was sent; message 3 with the initiator's key exchange is awaited.",
     "no-msg3, reply-lost"},
    {Position::mm_wait_msg4, Side::initiator, {3, 4}, "Main Mode: message 3, the key exchange, was sent; message 4 with the responder's is awaited.",
     "no-reply-msg3, refused-msg3, invalid-cookie, reply-lost, no-msg5, nat-t-blocked, icmp-refused"},
    {Position::mm_wait_msg5, Side::responder, {4, 5}, "Main Mode: message 4, the key exchange, was sent; message 5, the initiator's encrypted proof of identity, is awaited.",
     "no-msg5, psk-mismatch, nat-t-blocked, fragment-loss, no-reply-msg5"},
    {Position::mm_wait_msg6, Side::initiator, {5, 6}, "Main Mode: message 5, the encrypted proof of identity, was sent; message 6 with the responder's is awaited.",
     "psk-mismatch, no-reply-msg5, auth-rejected, nat-t-blocked, fragment-loss, reply-lost, icmp-refused"},
    {Position::mm_active, Side::responder, {6, 6}, "Main Mode is complete for this side: the ISAKMP SA is up. What fails from here on is XAUTH, mode config or phase 2.",
     "phase2-rejected, phase2-no-reply, phase2-half-open, xauth-failed, modecfg-failed, peer-gone, reply-lost"},
    {Position::am_wait_msg2, Side::initiator, {1, 2}, "Aggressive Mode: message 1, the offer with key exchange and identity, was sent; message 2 is awaited.",
     "no-reply-msg1, icmp-refused, no-proposal-chosen, identity-unknown, refused-msg1, psk-mismatch, reply-lost"},
    {Position::am_wait_msg3, Side::responder, {2, 3}, "Aggressive Mode: message 2 was sent; message 3, the initiator's proof of identity, is awaited.",
     "no-msg3, psk-mismatch, reply-lost"},
    {Position::am_active, Side::responder, {3, 3}, "Aggressive Mode is complete for this side: the ISAKMP SA is up. What fails from here on is XAUTH, mode config or phase 2.",
     "phase2-rejected, phase2-no-reply, phase2-half-open, xauth-failed, modecfg-failed, peer-gone, reply-lost"},
});

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, [](unsigned char c) { return std::tolower(c); }, [](unsigned char c) { return std::tolower(c); });
}

/// The names that IOS and libreswan have for it, each once.
std::vector<std::string_view> other_names(const Meaning& meaning) {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (std::uint8_t last = meaning.messages[0]; last <= meaning.messages[1]; ++last) add(track::ios_name(meaning.position, last));
  if (track::is_active(meaning.position)) add(track::libreswan_name(meaning.position, Side::initiator));
  add(track::libreswan_name(meaning.position, meaning.side));
  return names;
}

std::string_view who_stands_there(const Meaning& meaning) { return track::is_active(meaning.position) ? "either side" : meaning.side == Side::initiator ? "the initiator" : "the responder"; }

/// `text` in lines of 80 columns, the first after `first`, the others indented by as much.
std::string wrapped(std::string_view text, std::string_view first) {
  std::string out{first};
  std::size_t column = first.size();
  bool fresh = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!fresh && column + 1 + word.size() > 80) {
      out += "\n" + std::string(first.size(), ' ');
      column = first.size();
    } else if (!fresh) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    fresh = false;
  }
  return out + '\n';
}

void list_words() {
  for (const report::Entry& entry : report::catalogue()) write(fmt::format("{:20} {}\n", diagnose::name(entry.id), entry.title));
  for (const Meaning& meaning : meanings) {
    write(fmt::format("{:20} Position, {}: {}\n", track::asa_name(meaning.position), who_stands_there(meaning), fmt::join(other_names(meaning), ", ")));
  }
  for (const ScreenWord& word : screen_words) {
    write(fmt::format("{:20} {}\n", word.names.substr(0, word.names.find(' ')), word.text.substr(0, std::min(word.text.find(". "), word.text.size() - 1))));
  }
}

/// The section of the page of findings that `id` has. Its Markdown is for reading as it is, save for the bold.
void explain_finding(std::string_view id) {
  const std::string page = report::findings_markdown(80);
  const std::string title = fmt::format("\n## {}\n", id);
  const std::size_t begin = page.find(title) + title.size();
  std::string section = page.substr(begin, page.find("\n## ", begin) - begin);
  for (std::size_t bold = section.find("**"); bold != std::string::npos; bold = section.find("**")) section.erase(bold, 2);
  write(fmt::format("{}\n{}", id, section));
}

bool explain_position(std::string_view word) {
  bool found = false;
  for (const Meaning& meaning : meanings) {
    const std::vector<std::string_view> names = other_names(meaning);
    const bool asked = same(word, track::asa_name(meaning.position)) || std::ranges::any_of(names, [&](std::string_view name) { return same(word, name); });
    if (!asked) continue;
    write(fmt::format("{}{}, a position of {}\nOn IOS and libreswan: {}\n\n", found ? "\n" : "", track::asa_name(meaning.position), who_stands_there(meaning), fmt::join(names, ", ")));
    write(wrapped(meaning.text, "") + "\nFindings that leave a tunnel here:\n" + wrapped(meaning.findings, "  "));
    found = true;
  }
  return found;
}

bool explain_screen_word(std::string_view asked) {
  for (const ScreenWord& word : screen_words) {
    for (std::string_view names = word.names; !names.empty();) {
      const std::string_view name = names.substr(0, names.find(' '));
      if (same(asked, name)) {
        write(fmt::format("{}\n\n{}", word.names, wrapped(word.text, "")));
        return true;
      }
      names.remove_prefix(std::min(names.size(), name.size() + 1));
    }
  }
  return false;
}

}  // namespace

ExitCode explain(const ExplainOptions& options) {
  if (options.word.empty()) {
    list_words();
    return ExitCode::ok;
  }
  std::string_view word = options.word;
  if (constexpr std::string_view prefix = "STATE_"; same(word.substr(0, prefix.size()), prefix)) word.remove_prefix(prefix.size());  // as libreswan's log has it
  std::string id{word};
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (diagnose::find_finding(id)) {
    explain_finding(id);
  } else if (!explain_position(word) && !explain_screen_word(word)) {
    throw UsageError{fmt::format("explain: '{}' is neither a finding nor a position nor a word of the screen; ikescope explain lists them all", options.word)};
  }
  return ExitCode::ok;
}

}  // namespace ike::app
