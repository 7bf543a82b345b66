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

}  // namespace

void add_watch(CLI::App& command, WatchOptions& options) {
  using namespace std::string_view_literals;
  add_words(command, "--interface,-i", "IF", "watch this interface (repeatable: the directions\nof a tunnel may pass two taps)", options.interfaces, "an interface");
  add_filtering(command, options.filter);
  add_choice(command, "--format", "text for people (default), ndjson a line of JSON\nfor every event", options.format, std::array{std::pair{"text"sv, Format::text}, std::pair{"ndjson"sv, Format::ndjson}});
  command.add_flag("-v,--verbose", options.verbose, "encrypted Informationals and copies, too");
  add_peer(command, options.peer);
  add_patience(command, options.judgement);
  add_number<int>(command, "--buffer", "MiB of the kernel's ring, per interface\n(default 32)", 1, 1024, [&options](int size) { options.buffer = size; });
  add_number<int>(command, "--snaplen", "octets kept of a packet (default 2048)", 128, 65535, [&options](int length) { options.snap_length = length; });
  add_number<std::uint32_t>(command, "--max-exchanges", "phase 1 exchanges held at once (default 100000)", 1, 10'000'000, [&options](std::uint32_t count) { options.limits.attempts = count; });
  add_colour(command, options.colour);
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
  if (options.interfaces.empty()) throw UsageError{"no interface given; write: ikescope watch -i IF (files are for: ikescope read FILE)"};
}

}  // namespace ike::app
