#include <unistd.h>

#include "program.hpp"

using namespace ike::test;

TEST_CASE("the exit status of read tells whether all input was read, and what was read is reported") {
  struct Row {
    std::string_view label;
    std::string arguments;
    int status;
    std::string_view out;    // part of it
    std::string_view error;  // part of its only line; empty: no line at all
  };
  const Scratch scratch;
  const std::string stuck = slurp(scratch / "stuck.pcap");
  spill(scratch / "cut.pcap", std::string_view{stuck}.substr(0, stuck.size() - 10));
  spill(scratch / "notes.txt", "nothing to see here, and more than four octets of it\n");
  spill(scratch / "empty.pcap", "");
  spill(scratch / "day/b.pcap", stuck);
  spill(scratch / "day/notes.txt", "not a capture\n");
  spill(scratch / "day/.hidden.pcap", "broken");
  spill(scratch / "none/notes.txt", "not a capture\n");
  for (const Row& row : std::initializer_list<Row>{
           {"a stalled tunnel is no failure", "read stuck.pcap", 0, "STALLED", ""},
           {"a healthy one neither", "read fine.pcap", 0, "fine.pcap", ""},
           {"a file cut short is a remark", "read cut.pcap", 0, "cut short", ""},
           {"a missing file", "read missing.pcap", 2, "", "missing.pcap"},
           {"no capture", "read notes.txt", 2, "", "notes.txt"},
           {"no octets", "read empty.pcap", 2, "", "empty.pcap"},
           {"the others are still reported", "read missing.pcap stuck.pcap", 2, "198.51.100.41", "missing.pcap"},
           {"a directory is its captures", "read day", 0, "198.51.100.41", ""},
           {"a directory without any", "read none", 2, "", "none: no capture file in this directory"},
           {"a directory and a file", "read none stuck.pcap", 2, "198.51.100.41", "no capture file"},
           {"decode: a missing file", "decode missing.pcap stuck.pcap", 2, "packet 3", "missing.pcap"},
           {"decode: cut short", "decode cut.pcap", 0, "packet 3", "cut short"},
       }) {
    CAPTURE(row.label);
    const Outcome outcome = scratch.run(row.arguments);
    CAPTURE(outcome.out);
    CAPTURE(outcome.error);
    CHECK(outcome.status == row.status);
    CHECK(has(outcome.out, row.out));
    CHECK(lines(outcome.error) == (row.error.empty() ? 0 : 1));
    CHECK(has(outcome.error, row.error));
  }
}

TEST_CASE("where nothing could be read, nothing is reported") {
  const Scratch scratch;
  for (const std::string arguments : {"read missing.pcap", "read --format json missing.pcap", "read --summary missing.pcap"}) {
    CAPTURE(arguments);
    const Outcome outcome = scratch.run(arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.error == "ikescope: missing.pcap: no such file; check the path\n");
  }
  CHECK(lines(scratch.run("read missing.pcap absent.pcap").error) == 2);
}

TEST_CASE("a long path stays in one piece") {
  const Scratch scratch;
  const std::string name = std::string(100, 'l') + ".pcap";
  spill(scratch / name, slurp(scratch / "fine.pcap"));
  CHECK(scratch.run("read " + name).out.starts_with(name + ":\n"));
}

TEST_CASE("a directory that cannot be entered is one line and exit status 2") {
  const Scratch scratch;
  fs::create_directory(scratch / "closed");
  fs::permissions(scratch / "closed", fs::perms::none);
  if (::access((scratch / "closed").c_str(), R_OK) == 0) return;  // root reads everything
  const Outcome outcome = scratch.run("read closed");
  CHECK(outcome.status == 2);
  CHECK(outcome.error == "ikescope: closed: Permission denied\n");
}

TEST_CASE("control octets of a file's name do not reach the terminal raw") {
  const Scratch scratch;
  const Outcome outcome = scratch.run("read \"$(printf 'x\\033[31m.pcap')\"");
  CHECK(outcome.status == 2);
  CHECK_FALSE(has(outcome.error, "\033"));
  CHECK(has(outcome.error, "31m.pcap"));
}

TEST_CASE("standard input, a pipe and a file give the same tunnels") {
  const Scratch scratch;
  const auto tunnels = [](const Outcome& outcome) {
    REQUIRE(outcome.status == 0);
    REQUIRE(outcome.error.empty());
    return outcome.out.substr(outcome.out.find("\"tunnels\""));
  };
  const std::string file = tunnels(scratch.run("read --format json stuck.pcap"));
  CHECK(tunnels(scratch.shell("\"$IKESCOPE\" read --format json - <stuck.pcap")) == file);
  CHECK(tunnels(scratch.shell("cat stuck.pcap | \"$IKESCOPE\" read --format json -")) == file);
  CHECK(tunnels(scratch.shell("mkfifo pipe; cat stuck.pcap >pipe & \"$IKESCOPE\" read --format json pipe")) == file);
}

TEST_CASE("--peer keeps the tunnels that have an end in the prefix") {
  const Scratch scratch;
  struct Row {
    std::string peer;
    bool stuck;
    bool fine;
  };
  for (const Row& row : {Row{"198.51.100.41", true, false}, Row{"203.0.113.57", false, true}, Row{"198.51.100.0/24", true, true}, Row{"198.51.100.40/31", true, false},
                         Row{"198.51.100.42/31", false, true}, Row{"0.0.0.0/0", true, true}, Row{"192.0.2.1", false, false}, Row{"::/0", false, false}}) {
    CAPTURE(row.peer);
    const Outcome outcome = scratch.run("read --all --peer " + row.peer + " stuck.pcap fine.pcap");
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "198.51.100.41 ") == (row.stuck || row.peer == "198.51.100.41"));
    CHECK(has(outcome.out, "203.0.113.57") == row.fine);
  }
}

TEST_CASE("--peer that no tunnel has does not claim that there is no IKE") {
  const Scratch scratch;
  const Outcome none = scratch.run("read --peer 192.0.2.1 fine.pcap");
  CHECK(none.status == 0);
  CHECK(has(none.out, "no tunnel with 192.0.2.1; 1 other tunnel in this capture"));
  CHECK_FALSE(has(none.out, "No IKEv1 exchange"));
  spill(scratch / "empty.pcap", slurp(scratch / "fine.pcap").substr(0, 24));
  CHECK(has(scratch.run("read --peer 192.0.2.1 empty.pcap").out, "No IKEv1 exchange in this capture."));
}

TEST_CASE("colours are used when asked for, or on a terminal only") {
  const Scratch scratch;
  CHECK(has(scratch.run("read --color always stuck.pcap").out, "\033["));
  CHECK_FALSE(has(scratch.run("read stuck.pcap").out, "\033["));
  CHECK_FALSE(has(scratch.run("read --color never stuck.pcap").out, "\033["));
}

TEST_CASE("a reader that goes away is no error, a full disk is") {
  const Scratch scratch;
  const Outcome closed = scratch.shell("{ sleep 0.1; \"$IKESCOPE\" decode fine.pcap; echo $? >status; } | true");
  CHECK(closed.error.empty());
  CHECK(slurp(scratch / "status") == "0\n");
  const Outcome full = scratch.shell("\"$IKESCOPE\" read stuck.pcap >/dev/full");
  CHECK(full.status == 2);
  CHECK(lines(full.error) == 1);
}
