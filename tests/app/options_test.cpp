#include "program.hpp"

using namespace ike::test;

TEST_CASE("a wrong command line is refused in one line that says what would be right") {
  struct Row {
    std::string arguments;
    std::string_view says;
  };
  const Scratch scratch;
  for (const Row& row : std::initializer_list<Row>{
           {"", "no command given; write for example: ikescope read FILE"},
           {"raed stuck.pcap", "'raed' is no command; there are: read, decode, extract, watch, filter, assert, check-psk, explain, help"},
           {"stuck.pcap", "to read a capture, write: ikescope read stuck.pcap"},
           {"--frobnicate", "'--frobnicate' is no command"},
           {"read", "no file given; write: ikescope read FILE, or - for standard input"},
           {"decode", "no file given; write: ikescope decode FILE, or - for standard input"},
           {"read --frobnicate stuck.pcap", "'--frobnicate' is not expected here; see: ikescope help read"},
           {"read --format", "--format: takes a value and got none"},
           {"read --format xml stuck.pcap", "--format: 'xml' is not one of text|json|asa"},
           {"read --states junos stuck.pcap", "--states: 'junos' is not one of asa|ios|libreswan"},
           {"read --color blue stuck.pcap", "--color: 'blue' is not one of auto|always|never"},
           {"read --patience soon stuck.pcap", "--patience: 'soon' is not a number of seconds"},
           {"read --patience -1 stuck.pcap", "--patience: '-1' is not a number of seconds"},
           {"read --patience nan stuck.pcap", "--patience: 'nan' is not a number of seconds"},
           {"read --port 0 stuck.pcap", "--port: '0' is not a number from 1 to 65535"},
           {"read --port 70000 stuck.pcap", "--port: '70000' is not a number from 1 to 65535"},
           {"read --port 50x stuck.pcap", "--port: '50x' is not a number"},
           {"read --max-exchanges 0 stuck.pcap", "--max-exchanges: '0' is not a number from 1"},
           {"read --peer gateway stuck.pcap", "--peer: 'gateway' is not an address or a prefix"},
           {"read --peer 192.0.2.0/33 stuck.pcap", "--peer: '192.0.2.0/33' is not an address or a prefix"},
           {"read --peer 192.0.2.0/ stuck.pcap", "is not an address or a prefix"},
           {"decode --packet 0 stuck.pcap", "--packet: '0' is not a number from 1"},
           {"-r stuck.pcap", "'-r' is no command; no -r needed; write: ikescope read FILE"},
           {"read -r stuck.pcap", "'-r' is not expected here; no -r needed; write: ikescope read FILE"},
           {"--json stuck.pcap", "for JSON write: ikescope read --format json FILE"},
           {"read stuck.pcap --json", "'--json' is not expected here; for JSON write: ikescope read --format json FILE"},
           {"read --all --summary stuck.pcap", "--summary: gives totals only, --all every tunnel"},
           {"explain MM_WAIT_MSG9", "'MM_WAIT_MSG9' is neither a finding nor a position"},
           {"explain one two", "'two' is not expected here; see: ikescope help explain"},
           {"watch", "no interface given; write: ikescope watch -i IF (files are for: ikescope read FILE)"},
           {"watch stuck.pcap", "'stuck.pcap': watch is for interfaces; to read a file write: ikescope read FILE"},
           {"watch -i lo --filter 'port ike or'", "--filter: 'port ike or' is no expression of pcap-filter(7)"},
           {"watch -i lo --format json", "--format: 'json' is not one of text|ndjson"},
           {"watch -i lo --buffer 0", "--buffer: '0' is not a number from 1 to 1024"},
           {"watch -i lo --snaplen 64", "--snaplen: '64' is not a number from 128 to 65535"},
           {"watch -i lo --patience 0", "--patience: '0' is not a number of seconds"},
           {"watch -i lo --peer gw", "--peer: 'gw' is not an address or a prefix"},
           {"watch -i lo --metrics 0.0.0.0:9800", "--metrics: '0.0.0.0:9800' is not a loopback address and port"},
           {"watch -i lo --metrics 127.0.0.1", "is not a loopback address and port"},
           {"watch -i lo --metrics 127.0.0.1:0", "is not a loopback address and port"},
           {"watch -i lo --write-files 0", "--write-files: '0' is not a number from 1 to 1000"},
           {"watch -i lo --on-stall ''", "--on-stall: '' is not a command"},
           {"watch -i lo --no-sandbox --user nobody", "--no-sandbox: keeps all rights, --user gives them up"},
           {"watch -i lo --table --format ndjson", "--table: is for people, --format ndjson for programs"},
           {"filter --filter ''", "--filter: '' is not an expression"},
           {"filter --filter '(host 192.0.2.1'", "is no expression of pcap-filter(7)"},
           {"help frobnicate", "'frobnicate' is no command"},
       }) {
    CAPTURE(row.arguments);
    const Outcome outcome = scratch.run(row.arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.error.starts_with("ikescope: "));
    CHECK(has(outcome.error, row.says));
    CHECK(lines(outcome.error) == 1);
  }
}

TEST_CASE("help and version go to standard output") {
  struct Row {
    std::string arguments;
    std::string_view says;
  };
  const Scratch scratch;
  for (const Row& row : std::initializer_list<Row>{
           {"--version", "ikescope 0."},
           {"--help", "Subcommands:"},
           {"help", "Subcommands:"},
           {"help read", "Usage: ikescope read [OPTIONS] FILE..."},
           {"read --help", "Usage: ikescope read [OPTIONS] FILE..."},
           {"help decode", "--packet N"},
           {"help explain", "Usage: ikescope explain"},
       }) {
    CAPTURE(row.arguments);
    const Outcome outcome = scratch.run(row.arguments);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, row.says));
    CHECK(outcome.error.empty());
  }
}

TEST_CASE("help fits into 80 columns") {
  const Scratch scratch;
  for (const std::string command : {"", "read", "decode", "watch", "filter", "assert", "explain", "help"}) {
    const std::string help = scratch.run("help " + command).out;
    CHECK(lines(help) > 5);
    for (std::size_t begin = 0, end = 0; begin < help.size(); begin = end + 1) {
      end = std::min(help.find('\n', begin), help.size());
      CAPTURE(help.substr(begin, end - begin));
      CHECK(end - begin <= 80);
    }
  }
}

TEST_CASE("filter prints one expression, with what it is asked to add") {
  const Scratch scratch;
  const std::string plain = scratch.run("filter").out;
  CHECK(lines(plain) == 1);
  CHECK(has(plain, "udp port 500 or "));
  CHECK(has(plain, "(udp port 4500 and (udp[8:4] = 0 or ip6[48:4] = 0))"));
  CHECK_FALSE(has(plain, "proto 50"));
  const std::string all = scratch.run("filter --port 501 --esp --decap --filter 'net 192.0.2.0/24'").out;
  for (const std::string_view part : {"udp port 501", "ip proto 50", "udp port 4789", "ip proto 47", "(net 192.0.2.0/24) and ("}) CHECK_MESSAGE(has(all, part), part);
}

TEST_CASE("an option that may be repeated leaves the file behind it alone") {
  const Scratch scratch;
  const Outcome outcome = scratch.run("read --port 501 stuck.pcap --port 502 fine.pcap");
  CHECK(outcome.status == 0);
  CHECK(outcome.error.empty());
}

TEST_CASE("a file whose name begins with a dash is read after --") {
  const Scratch scratch;
  CHECK(scratch.shell("cp stuck.pcap ./-v && \"$IKESCOPE\" read -- -v").status == 0);
}
