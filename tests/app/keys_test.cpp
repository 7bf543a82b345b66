// What keys bring, seen from the command line: captures of the lab with their keys beside them.
#include "program.hpp"

using namespace ike;
using test::has;
using test::Outcome;
using test::Scratch;

namespace {

/// A scratch folder with every capture that has keys, as cap.pcap and cap.keys (readable by its owner alone).
struct Keyed {
  explicit Keyed(std::string_view name) {
    for (const std::string kind : {".pcap", ".keys"}) {
      const auto to = scratch / ("cap" + kind);
      test::fs::copy_file(test::fs::path{IKE_PCAPS} / (std::string{name} + kind), to);
      test::fs::permissions(to, test::fs::perms::owner_read | test::fs::perms::owner_write);
    }
    psk("psk.txt", "lab-secret-1\n");
  }
  void psk(std::string_view file, std::string_view text) const {
    test::spill(scratch / file, text);
    test::fs::permissions(scratch / file, test::fs::perms::owner_read | test::fs::perms::owner_write);
  }
  Scratch scratch;
};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

/// One line, with every run of blanks as one.
std::string flat(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank) line += c;
    else if (!line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

}  // namespace

TEST_CASE("decode opens every encrypted message of a healthy tunnel") {
  const Keyed keyed{"main-mode/strongswan-strongswan"};
  const Outcome outcome = keyed.scratch.run("decode --keys cap.keys cap.pcap");
  CHECK(outcome.status == 0);
  CHECK(outcome.error.empty());
  CHECK(count(outcome.out, "\n    encrypted, first payload") == 11);
  CHECK(count(outcome.out, "decrypted with cap.keys:2") == 11);
  CHECK(has(outcome.out, "R-U-THERE"));
}

TEST_CASE("a wrong key says that it does not decrypt, and shows nothing else") {
  const Keyed keyed{"main-mode/strongswan-strongswan"};
  keyed.psk("wrong.keys", "aadb0aa6812e332c,000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n");
  const Outcome outcome = keyed.scratch.run("decode --keys wrong.keys cap.pcap");
  CHECK(count(outcome.out, "does not decrypt under the keys given") == 11);
  CHECK(count(outcome.out, "decrypted with") == 0);
  CHECK(has(flat(keyed.scratch.run("read --all --keys wrong.keys cap.pcap").out), "Keys: none of 11 encrypted messages decrypts: these are not the keys of this phase 1."));
}

TEST_CASE("with keys a finding is confirmed and names what was inside") {
  struct Row {
    std::string_view capture;
    std::string_view options;
    std::vector<std::string_view> says;
  };
  for (const Row& row : {
           Row{"stalls/psk-mismatch/libreswan-strongswan", "--keys cap.keys", {"the pre-shared keys differ: PAYLOAD-MALFORMED after message 5 (confirmed)", "Message 5 does not decrypt under the keys given", "under which message 5 does not"}},
           Row{"stalls/phase2-rejected/strongswan-strongswan", "--keys cap.keys --psk-file psk.txt", {"phase 2 is rejected with INVALID-ID-INFORMATION (confirmed)", "for 192.168.10.0/24 to 172.16.20.0/24", "decrypt, with psk.txt:1"}},
           Row{"stalls/auth-rejected/strongswan-libreswan", "--keys cap.keys", {"the responder rejects the initiator's authentication (confirmed)", "It says INVALID-ID-INFORMATION", "CN=left.lab.example had expired on 2025-01-01", "Certificate of the initiator: C=XX"}},
       }) {
    CAPTURE(row.capture);
    const Keyed keyed{row.capture};
    const Outcome outcome = keyed.scratch.run("read " + std::string{row.options} + " cap.pcap");
    CHECK(outcome.status == 0);
    CHECK(outcome.error.empty());
    const auto said = flat(outcome.out);
    CAPTURE(said);
    for (const auto part : row.says) CHECK(has(said, part));
    CHECK(has(keyed.scratch.run("read --format json " + std::string{row.options} + " cap.pcap").out, "\"certainty\":\"confirmed\""));
    CHECK_FALSE(has(flat(keyed.scratch.run("read cap.pcap").out), "(confirmed)"));
  }
}

TEST_CASE("key files may be given any number of times") {
  const Keyed keyed{"main-mode/strongswan-strongswan"};
  keyed.psk("other.keys", "0102030405060708,000102030405060708090a0b0c0d0e0f\n");
  const Outcome outcome = keyed.scratch.run("read --all --keys other.keys --psk-file psk.txt --psk-file psk.txt cap.pcap --keys cap.keys");
  CHECK(outcome.status == 0);
  CHECK(has(outcome.out, "Keys: 11 of 11 encrypted messages decrypt, with cap.keys:2."));
}

TEST_CASE("keys that fit nothing in the capture are told") {
  struct Row {
    std::string_view options, says;
  };
  for (const Row& row : {Row{"--keys other.keys", "keys of 1 phase 1 given: it is not in this capture"}, Row{"--keys other.keys --keys other.keys", "keys of 2 phase 1s given: none of them is in this capture"},
                         Row{"--psk-file psk.txt", "pre-shared keys alone verify Aggressive Mode, of which nothing is here"}}) {
    CAPTURE(row.options);
    const Keyed keyed{"main-mode/strongswan-strongswan"};
    keyed.psk("other.keys", "0102030405060708,000102030405060708090a0b0c0d0e0f\n");
    CHECK(has(flat(keyed.scratch.run("read " + std::string{row.options} + " cap.pcap").out), row.says));
    CHECK_FALSE(has(flat(keyed.scratch.run("read " + std::string{row.options} + " --keys cap.keys cap.pcap").out), row.says));
  }
}

TEST_CASE("no output holds a secret") {
  const Keyed keyed{"stalls/phase2-rejected/strongswan-strongswan"};
  const std::string keys = test::slurp(keyed.scratch / "cap.keys");
  const std::string g_xy = keys.substr(keys.find("gxy=") + 4, 32);
  for (const std::string command : {"read -v --all", "read --format json", "decode", "check-psk"}) {
    CAPTURE(command);
    const Outcome outcome = keyed.scratch.run(command + " --keys cap.keys --psk-file psk.txt cap.pcap");
    CHECK(outcome.status == 0);
    CHECK_FALSE(has(outcome.out + outcome.error, "lab-secret-1"));
    CHECK_FALSE(has(outcome.out + outcome.error, g_xy));
  }
  keyed.psk("bad.keys", "0102030405060708 psk=\"topsecret\" key=topsecret\n");
  const Outcome refused = keyed.scratch.run("read --keys bad.keys cap.pcap");
  CHECK(refused.status == 2);
  CHECK(has(refused.error, "bad.keys:1: key= has no value that can be read"));
  CHECK_FALSE(has(refused.error, "topsecret"));
}

TEST_CASE("a key file that others may read draws a warning") {
  const Keyed keyed{"main-mode/strongswan-strongswan"};
  test::fs::permissions(keyed.scratch / "cap.keys", test::fs::perms::others_read, test::fs::perm_options::add);
  const Outcome outcome = keyed.scratch.run("read --keys cap.keys cap.pcap");
  CHECK(outcome.status == 0);
  CHECK(has(outcome.error, "others than its owner may read this key file"));
  CHECK(keyed.scratch.run("read --keys none.keys cap.pcap").status == 2);
}

TEST_CASE("check-psk names who used which candidate, by line") {
  struct Row {
    std::string_view capture, candidates, options;
    std::vector<std::string_view> says;
  };
  for (const Row& row : {
           Row{"aggressive/strongswan-strongswan", "one\nlab-secret-1\n", "", {"responder: uses the pre-shared key of candidates:2 (HASH_R in packet", "initiator: its HASH_I is encrypted; give g^xy"}},
           Row{"aggressive/strongswan-strongswan", "one\nlab-secret-1\n", "--keys cap.keys", {"responder: uses the pre-shared key of candidates:2", "initiator: uses the pre-shared key of candidates:2"}},
           Row{"aggressive/strongswan-strongswan", "lab-secret-2\nlab-secret-1 \n", "", {"responder: uses none of the 2 candidates"}},
           Row{"stalls/phase2-rejected/strongswan-strongswan", "lab-secret-1\n", "", {"initiator: its HASH_I is encrypted; give g^xy", "responder: its HASH_R is encrypted; give g^xy"}},
           Row{"stalls/phase2-rejected/strongswan-strongswan", "a\nb\nlab-secret-1\n", "--keys cap.keys", {"initiator: uses the pre-shared key of candidates:3 (HASH_I in packet 7)", "responder: uses the pre-shared key of candidates:3 (HASH_R in packet 8)"}},
           Row{"stalls/psk-mismatch/libreswan-strongswan", "lab-secret-1\nlab-secret-2\n", "--keys cap.keys", {"initiator: uses the pre-shared key of candidates:1 (HASH_I in packet", "responder: uses the pre-shared key of candidates:2 (HASH of its Informational in packet"}},
           Row{"stalls/psk-mismatch/libreswan-strongswan", "lab-secret-1\n", "", {"initiator: its HASH_I is encrypted; give g^xy", "responder: its HASH_R was not captured"}},
           Row{"stalls/phase2-rejected/strongswan-strongswan", "a\n", "--keys cap.keys", {"initiator: uses none of the 1 candidate", "responder: uses none of the 1 candidate"}},
       }) {
    CAPTURE(row.capture);
    CAPTURE(row.candidates);
    const Keyed keyed{row.capture};
    keyed.psk("candidates", row.candidates);
    const Outcome outcome = keyed.scratch.run("check-psk cap.pcap --psk-file candidates " + std::string{row.options});
    CHECK(outcome.status == 0);
    CAPTURE(outcome.out);
    for (const auto part : row.says) CHECK(has(outcome.out, part));
    CHECK_FALSE(has(outcome.out, "lab-secret"));
  }
}

TEST_CASE("the right candidate is found behind hundreds of wrong ones") {
  const Keyed keyed{"aggressive/strongswan-strongswan"};
  std::string many;
  for (int i = 0; i < 300; ++i) many += "candidate " + std::to_string(i) + '\n';
  keyed.psk("many", many + "lab-secret-1\n");
  CHECK(has(keyed.scratch.run("check-psk cap.pcap --psk-file many").out, "responder: uses the pre-shared key of many:301"));
  CHECK(keyed.scratch.run("check-psk cap.pcap").status == 2);
}

TEST_CASE("a file that holds no keys, or that cannot be read, is refused with the reason") {
  const Scratch scratch;
  test::spill(scratch / "empty.log", test::Bytes{});
  for (const auto& [arguments, why] : {std::pair<std::string, std::string>{"--keys-from empty.log", "empty.log: no keys in it; charon"},
                                       {"--keys nofile", "--keys: nofile: No such file or directory"},
                                       {"--psk-file nofile", "--psk-file: nofile: No such file or directory"},
                                       {"--ca empty.log", "in PEM or DER"}}) {
    CAPTURE(arguments);
    const Outcome outcome = scratch.run("read " + arguments + " stuck.pcap");
    CHECK(outcome.status == 2);
    CHECK(has(outcome.error, why));
  }
}
