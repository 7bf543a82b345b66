#include "options_watch.hpp"

#include "option_kinds.hpp"

namespace ike::app {
namespace {

void add_filtering(CLI::App& command, FilterOptions& filter) {
  add_port(command, filter.ports);
  add_value(command, "--filter", "EXPR", "only what this expression of pcap-filter(7)\npasses, too, such as 'host 192.0.2.1'", [&filter](const std::string& word) -> std::optional<std::string> {
    filter.only = word;
    return word.empty() ? std::optional<std::string>{"an expression"} : std::nullopt;
  });
  command.add_flag("--esp", filter.esp, "ESP too, native and in UDP 4500: is data\nflowing, and both ways?");
  command.add_flag("--decap", filter.decap, "also what travels in GRE, VXLAN or Geneve");
}

/// "127.0.0.1:9800", "[::1]:9800".
bool is_loopback_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::optional<std::uint16_t> port = number<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos) return false;
  const std::optional<net::Address> address = net::parse_address(host);
  if (!port || *port == 0 || !address) return false;
  return address->family == 4 ? address->octets[0] == 127 : net::to_string(*address) == "::1";
}

void add_outside(CLI::App& command, HelperOptions& outside) {
  const auto text = [](std::string& into, std::string_view what) {
    return [&into, what](const std::string& word) -> std::optional<std::string> {
      into = word;
      return word.empty() ? std::optional{std::string{what}} : std::nullopt;
    };
  };
  add_value(command, "--write", "FILE", "keep the packets of stalled exchanges in this\npcapng file, the proofs with comments", text(outside.write, "a file"));
  add_number<std::uint64_t>(command, "--write-size", "MiB until FILE becomes FILE.1 (default 10)", 1, 100'000, [&outside](std::uint64_t size) { outside.write_size = size; });
  add_number<unsigned>(command, "--write-files", "files kept, FILE itself too (default 10)", 1, 1000, [&outside](unsigned files) { outside.write_files = files; });
  add_value(command, "--on-stall", "COMMAND", "run this with a new stall as JSON on its\nstandard input", text(outside.on_stall, "a command"));
  command.add_flag("--syslog", outside.syslog, "tell syslog when a tunnel stands otherwise");
  add_value(command, "--metrics", "ADDR:PORT", "metrics for Prometheus on this loopback port,\nsuch as 127.0.0.1:9800", [&outside](const std::string& word) -> std::optional<std::string> {
    outside.metrics = word;
    return is_loopback_port(word) ? std::nullopt : std::optional<std::string>{"a loopback address and port such as 127.0.0.1:9800"};
  });
  add_value(command, "--user", "NAME", "as root: become this user once everything is\nopen (default nobody)", text(outside.user, "a user"));
}

}  // namespace

void add_watch(CLI::App& command, WatchOptions& options) {
  using namespace std::string_view_literals;
  add_words(command, "--interface,-i", "IF", "watch this interface (repeatable: the directions\nof a tunnel may pass two taps)", options.interfaces, "an interface");
  add_filtering(command, options.filter);
  add_choice(command, "--format", "text for people (default), ndjson a line of JSON\nfor every event", options.format, std::array{std::pair{"text"sv, Format::text}, std::pair{"ndjson"sv, Format::ndjson}});
  command.add_flag("--table", options.table, "a table that is drawn anew, like top: a row a\ntunnel, those in trouble first");
  command.add_flag("-v,--verbose", options.verbose, "encrypted Informationals and copies, too");
  add_peer(command, options.peer);
  add_patience(command, options.judgement);
  add_number<int>(command, "--buffer", "MiB of the kernel's ring, per interface\n(default 32)", 1, 1024, [&options](int size) { options.buffer = size; });
  add_number<int>(command, "--snaplen", "octets kept of a packet (default 2048)", 128, 65535, [&options](int length) { options.snap_length = length; });
  add_number<std::uint32_t>(command, "--max-exchanges", "phase 1 exchanges held at once (default 100000)", 1, 10'000'000, [&options](std::uint32_t count) { options.limits.attempts = count; });
  add_colour(command, options.colour);
  add_outside(command, options.outside);
  command.add_flag_callback("--no-sandbox", [&options] { options.sandbox = false; }, "keep all rights (where seccomp is not to be had)");
  command.footer(
      "SIGINT and SIGTERM end it with the report of `read`, SIGUSR1 prints that report\n"
      "and goes on. Exit status: 0 ended by a signal; 2 no interface could be read.\n\n"
      "  ikescope watch -i eth1\n"
      "  ikescope watch -i eth1 -i eth2 --esp --peer 198.51.100.7\n"
      "  ikescope watch -i eth1 --format ndjson >>events.ndjson\n");
}

void add_filter(CLI::App& command, FilterOptions& options) {
  add_filtering(command, options);
  command.footer(
      "Not passed: UDP 4500 without the non-ESP marker, what is inside other tunnels,\n"
      "and IKE behind IPv6 extension headers other than the fragment header.\n\n"
      "  tcpdump -i eth1 -w ike.pcap \"$(ikescope filter)\"\n");
}

void check_watch(const WatchOptions& options) {
  if (options.table && options.format != Format::text) throw UsageError{"--table: is for people, --format ndjson for programs; write one of them"};
  if (!options.sandbox && !options.outside.user.empty()) throw UsageError{"--no-sandbox: keeps all rights, --user gives them up; write one of them"};
  if (options.interfaces.empty()) throw UsageError{"no interface given; write: ikescope watch -i IF (files are for: ikescope read FILE)"};
}

}  // namespace ike::app
