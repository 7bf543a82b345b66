#include "options.hpp"

#include <filesystem>

#include "option_kinds.hpp"
#include "options_watch.hpp"

namespace ike::app {
namespace {

constexpr std::string_view commands = "read, decode, extract, watch, filter, assert, check-psk, explain, help";

void add_input(CLI::App& command, Input& input, bool required = true) {
  command.add_option("FILE", input.paths, "pcap or pcapng file, plain, gzip or zstd;\na directory of them; - for standard input")->type_name("")->required(required);
  add_port(command, input.ports);
}

void add_keys(CLI::App& command, KeyOptions& keys) {
  add_words(command, "--keys", "FILE", "decrypt with this key file: Wireshark's\nikev1_decryption_table, charon's log or\nlines of our own; see docs/keys.md", keys.keys);
  add_words(command, "--keys-from", "LOG", "decrypt with the keys in a log of strongSwan's\ncharon (ike = 4)", keys.logs);
  add_words(command, "--psk-file", "FILE", "pre-shared keys, one a line: verify Aggressive\nMode; with g^xy also decrypt", keys.psks);
  add_words(command, "--ca", "FILE", "certificates of the CAs that count, PEM or DER", keys.authorities);
}

void add_read(CLI::App& command, ReadOptions& read) {
  using namespace std::string_view_literals;
  add_input(command, read.input);
  add_keys(command, read.keys);
  add_choice(command, "--format", "text for people (default), json for programs,\nndjson a line for every event as it comes, asa\nlike show crypto isakmp sa", read.format,
             std::array{std::pair{"text"sv, Format::text}, std::pair{"json"sv, Format::json}, std::pair{"asa"sv, Format::asa}, std::pair{"ndjson"sv, Format::ndjson}});
  command.add_flag("--follow", read.follow, "the file is still being written: wait for more,\nuntil interrupted");
  command.add_flag("--merge", read.merge, "captures of the same packets at several places:\nset their clocks by the packets they share");
  command.add_flag("-v,--verbose", read.text.verbose, "every message of every exchange; -vv: all that\ndecode says of it, too");
  command.add_flag("--all", read.text.all, "every tunnel and every ladder, not only the worst");
  command.add_flag("--summary", read.text.summary, "totals only");
  add_choice(command, "--states", "whose words name the positions (default asa)", read.text.vocabulary,
             std::array{std::pair{"asa"sv, report::Vocabulary::asa}, std::pair{"ios"sv, report::Vocabulary::ios},
                        std::pair{"libreswan"sv, report::Vocabulary::libreswan}});
  add_peer(command, read.peer);
  add_patience(command, read.judgement);
  add_number<std::uint32_t>(command, "--max-exchanges", "phase 1 exchanges held at once (default 1000000)", 1, 100'000'000,
                            [&read](std::uint32_t count) { read.limits.attempts = count; });
  add_colour(command, read.colour);
  command.footer(
      "Exit status: 0 all input was read, whatever it says;\n"
      "2 an input could not be read, or the command line is wrong.\n\n"
      "  ikescope read stuck.pcap\n"
      "  ikescope read --peer 198.51.100.7 -v /var/captures\n"
      "  tcpdump -i eth0 -w - 'udp port 500 or udp port 4500' | ikescope read -\n");
}

void add_decode(CLI::App& command, DecodeOptions& decode) {
  add_input(command, decode.input);
  add_keys(command, decode.keys);
  add_number<std::uint64_t>(command, "--packet", "only the message in packet N, as Wireshark counts", 1, UINT64_MAX,
                            [&decode](std::uint64_t packet) { decode.packet = packet; });
}

void add_extract(CLI::App& command, ExtractOptions& extract) {
  add_input(command, extract.input);
  command.add_option("-w", extract.output, "the pcapng file to write; - for standard output")->type_name("FILE")->required();
  command.add_flag("--anonymise,--anonymize", extract.anonymise, "rewrite addresses and identities, the same\nalways in the same way");
}

void add_assert(CLI::App& command, AssertOptions& options) {
  using namespace std::string_view_literals;
  add_input(command, options.input, false);
  add_words(command, "--expect,-e", "TEXT", "what to expect, such as 'up within 5s' or\n'192.0.2.1 <-> 198.51.100.7 up' (repeatable);\ndefault: every tunnel is healthy", options.expectations, "an expectation");
  add_words(command, "--expect-file", "TOML", "a file of expectations (repeatable)", options.expectation_files, "a file");
  add_words(command, "--interface,-i", "IF", "watch this interface in place of files\n(repeatable)", options.interfaces, "an interface");
  add_value(command, "--within", "SECONDS", "live: wait so long at most (default 30)", [&options](std::string_view word) -> std::optional<std::string> {
    if (word.ends_with('s')) word.remove_suffix(1);
    const std::optional<double> seconds = number<double>(word);
    if (!seconds || !(*seconds > 0 && *seconds <= 86400)) return "a number of seconds above 0, up to 86400";
    options.within = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
    return std::nullopt;
  });
  add_choice(command, "--format", "text (default), or what CI systems read", options.format,
             std::array{std::pair{"text"sv, AssertFormat::text}, std::pair{"junit"sv, AssertFormat::junit}, std::pair{"tap"sv, AssertFormat::tap}, std::pair{"json"sv, AssertFormat::json},
                        std::pair{"github"sv, AssertFormat::github}});
  add_value(command, "--save-pcap", "DIR", "keep there the packets of what failed", [&options](const std::string& word) -> std::optional<std::string> {
    options.save_pcap = word;
    return word.empty() ? std::optional<std::string>{"a directory"} : std::nullopt;
  });
  command.add_flag("--all", options.text.all, "details of every failed tunnel");
  add_patience(command, options.judgement);
  add_colour(command, options.colour);
  command.footer(
      "Exit status: 0 every expectation holds; 1 one does not, or the command\n"
      "failed; 2 wrong command line or unreadable input; 3 no IKE traffic.\n\n"
      "  ikescope assert lab.pcap\n"
      "  ikescope assert -e 'up within 5s group>=14' lab.pcap\n"
      "  ikescope assert -i br0 --within 30 -- ./bring-up.sh\n");
}

/// What stands behind `--` on the command line of assert is a command to run, none of our words.
std::vector<std::string> split_command(std::span<const char* const>& arguments) {
  if (arguments.size() < 2 || std::string_view{arguments[1]} != "assert") return {};
  const auto dashes = std::ranges::find(arguments, std::string_view{"--"}, [](const char* word) { return std::string_view{word}; });
  if (dashes == arguments.end()) return {};
  const std::vector<std::string> command{dashes + 1, arguments.end()};
  if (command.empty()) throw UsageError{"no command after --; write for example: ikescope assert -i br0 -- ./bring-up.sh"};
  arguments = arguments.first(static_cast<std::size_t>(dashes - arguments.begin()));
  return command;
}

void check_assert(const AssertOptions& options) {
  const bool live = !options.interfaces.empty();
  if (live && !options.input.paths.empty()) throw UsageError{fmt::format("'{}': either files or interfaces, not both; a command goes behind --", options.input.paths.front())};
  if (!live && !options.command.empty()) throw UsageError{"a command needs an interface to watch; write: ikescope assert -i IF -- COMMAND"};
  if (!live && options.within) throw UsageError{"--within: is for interfaces; of a file write: --expect 'up within 5s'"};
  if (!live && options.input.paths.empty()) throw UsageError{"no file and no interface given; write: ikescope assert FILE, or: ikescope assert -i IF"};
}

void add_check_psk(CLI::App& command, CheckPskOptions& check) {
  add_input(command, check.input);
  add_words(command, "--psk-file", "FILE", "the candidates, one a line; never shown", check.keys.psks);
  add_words(command, "--keys", "FILE", "g^xy, for what is encrypted; see docs/keys.md", check.keys.keys);
  add_words(command, "--keys-from", "LOG", "g^xy from a log of strongSwan's charon (ike = 4)", check.keys.logs);
  command.footer(
      "Aggressive Mode shows its hashes: the candidates are enough. Main Mode encrypts\n"
      "them: it needs the Diffie-Hellman secret too. Candidates are named by their line.\n\n"
      "  ikescope check-psk aggressive.pcap --psk-file candidates.txt\n");
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  const std::vector<const CLI::App*> found = app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

/// What a word means that other tools know; empty when it is none of those.
std::string_view hint(std::string_view word) {
  if (word == "-r") return "no -r needed; write: ikescope read FILE";
  if (word == "--json") return "for JSON write: ikescope read --format json FILE";
  return {};
}

/// The first word is no command of ours: say what was probably meant.
void refuse_unknown_command(const CLI::App& app, std::span<const char* const> arguments) {
  if (arguments.size() < 2) throw UsageError{fmt::format("no command given; write for example: ikescope read FILE (commands: {})", commands)};
  const std::string word = arguments[1];
  if (word == "-h" || word == "--help" || word == "--version") return;
  if (find_command(app, word) != nullptr) return;
  if (const std::string_view known = hint(word); !known.empty()) throw UsageError{fmt::format("'{}' is no command; {}", word, known)};
  std::error_code ignored;
  if (word == "-" || std::filesystem::exists(word, ignored)) throw UsageError{fmt::format("'{}' is no command; to read a capture, write: ikescope read {}", word, word)};
  throw UsageError{fmt::format("'{}' is no command; there are: {}", word, commands)};
}

/// CLI11's own complaints, in one line that says what would be right.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> given = app.get_subcommands();
  const std::string help = given.empty() ? "ikescope --help" : "ikescope help " + given.front()->get_name();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> extras = app.remaining(true);
    for (const std::string& extra : extras) {
      if (const std::string_view known = hint(extra); !known.empty()) throw UsageError{fmt::format("'{}' is not expected here; {}", extra, known)};
    }
    if (!given.empty() && given.front()->get_name() == "watch" && !extras.empty() && !extras.front().starts_with('-')) throw UsageError{fmt::format("'{}': watch is for interfaces; to read a file write: ikescope read FILE", extras.front())};
    throw UsageError{fmt::format("{} is not expected here; see: {}", extras.empty() ? "an argument" : "'" + extras.front() + "'", help)};
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string what = error.what();
    throw UsageError{fmt::format("{}: takes a value and got none; see: {}", what.substr(0, what.find(':')), help)};
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !given.empty()) {
    if (std::string_view{error.what()}.starts_with("-w")) throw UsageError{"extract: no file to write; write: ikescope extract FILE -w OUT.pcapng"};
    throw UsageError{fmt::format("no file given; write: ikescope {} FILE, or - for standard input", given.front()->get_name())};
  }
  throw UsageError{fmt::format("{}; see: {}", error.what(), help)};
}

}  // namespace

bool Prefix::contains(const net::Address& other) const noexcept {
  if (other.family != address.family) return false;
  const unsigned whole = length / 8;
  const unsigned rest = length % 8;
  if (!std::equal(address.octets.begin(), address.octets.begin() + whole, other.octets.begin())) return false;
  return rest == 0 || (address.octets[whole] ^ other.octets[whole]) >> (8 - rest) == 0;
}

std::string Prefix::text() const {
  const bool single = length == address.wire().size() * 8;
  return single ? net::to_string(address) : fmt::format("{}/{}", net::to_string(address), length);
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<net::Address> address = net::parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto bits = static_cast<unsigned>(address->wire().size() * 8);
  if (slash == std::string_view::npos) return Prefix{*address, bits};
  const std::optional<unsigned> length = number<unsigned>(text.substr(slash + 1));
  if (!length || *length > bits) return std::nullopt;
  return Prefix{*address, *length};
}

Command parse(std::span<const char* const> arguments) {
  ReadOptions read;
  DecodeOptions decode;
  ExtractOptions extract;
  CheckPskOptions check_psk;
  ExplainOptions explain;
  AssertOptions assertion;
  WatchOptions watch;
  FilterOptions filter;
  std::string help_for;
  assertion.command = split_command(arguments);

  CLI::App app{"Where an IKEv1 VPN tunnel is stuck, and why: a passive analyzer of captures.", "ikescope"};
  app.set_version_flag("--version", "ikescope " IKE_VERSION);
  app.require_subcommand(1);
  app.footer("More on a command: ikescope help COMMAND, and man ikescope.\n");
  add_read(*app.add_subcommand("read", "Where every tunnel stands, why, and what to check"), read);
  add_decode(*app.add_subcommand("decode", "Print every ISAKMP message field by field"), decode);
  add_extract(*app.add_subcommand("extract", "Keep only the packets that matter, commented"), extract);
  add_watch(*app.add_subcommand("watch", "Tell what happens on an interface as it happens"), watch);
  add_filter(*app.add_subcommand("filter", "Print the capture filter that watch uses"), filter);
  add_assert(*app.add_subcommand("assert", "Fail when a tunnel does not do what it should"), assertion);
  add_check_psk(*app.add_subcommand("check-psk", "Tell which pre-shared key each side used"), check_psk);
  app.add_subcommand("explain", "Tell what a finding, a position or a word means")->add_option("WORD", explain.word, "such as no-reply-msg1, MM_WAIT_MSG4 or VID;\nnone: list them all")->type_name("");
  app.add_subcommand("help", "How to use a command")->add_option("COMMAND", help_for, "one of: read, decode, extract, watch, filter,\nassert, check-psk, explain")->type_name("");

  refuse_unknown_command(app, arguments);
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::CallForHelp&) {
    return Print{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Print{std::string{version.what()} + "\n"};
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }

  const std::string command = app.get_subcommands().front()->get_name();
  if (command == "help") {
    if (help_for.empty()) {
      app.clear();  // else CLI11 gives the help of `help`
      return Print{app.help()};
    }
    const CLI::App* const known = find_command(app, help_for);
    if (known == nullptr) throw UsageError{fmt::format("help: '{}' is no command; there are: {}", help_for, commands)};
    return Print{known->help("ikescope")};
  }
  if (command == "explain") return explain;
  if (command == "decode") return decode;
  if (command == "extract") return extract;
  if (command == "filter") return filter;
  if (command == "watch") {
    check_watch(watch);
    return watch;
  }
  if (command == "assert") {
    check_assert(assertion);
    return assertion;
  }
  if (command == "check-psk") {
    if (check_psk.keys.psks.empty()) throw UsageError{"check-psk: no candidates; write: ikescope check-psk FILE --psk-file CANDIDATES"};
    return check_psk;
  }
  if (read.text.all && read.text.summary) throw UsageError{"--summary: gives totals only, --all every tunnel; write one of them"};
  if (read.follow && read.input.paths.size() != 1) throw UsageError{"--follow: follows one file; name it alone"};
  if (read.merge && std::ranges::find(read.input.paths, "-") != read.input.paths.end()) throw UsageError{"--merge: reads its files twice; save what comes by standard input first: cat > FILE"};
  if (read.format == Format::ndjson && read.peer) throw UsageError{"--peer: not with --format ndjson; pick lines by their addresses"};
  return read;
}

}  // namespace ike::app
