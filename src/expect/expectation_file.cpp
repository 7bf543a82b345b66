#include <algorithm>
#include <array>
#include <toml++/toml.h>

#include "ike/expect/expectation.hpp"
#include "vocabulary.hpp"

// A file of expectations: TOML read by a library, the expectations in it by our own parser.
namespace ike::expect {
namespace {

/// The line of `toml` (from 1) without its end, cut to what a screen can show.
std::string line_of(std::string_view toml, toml::source_index line) {
  for (toml::source_index i = 1; i < line && !toml.empty(); ++i) toml.remove_prefix(std::min(toml.size(), toml.find('\n') == std::string_view::npos ? toml.size() : toml.find('\n') + 1));
  return std::string{toml.substr(0, std::min<std::size_t>({toml.find('\n'), toml.find('\r'), 160}))};
}

/// First line (from 1) with a name of so many parts that the library would go as many calls deep; 0: none. No line of
/// ours has more than a few dots, in addresses.
toml::source_index endless_name(std::string_view toml) {
  constexpr std::size_t most = 200;
  toml::source_index line = 1;
  std::size_t dots = 0;
  for (const char c : toml) {
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > most) {
      return line;
    }
  }
  return 0;
}

class FileParser {
 public:
  FileParser(std::string_view toml, const std::string& file) : toml_{toml}, file_{file} {}

  Parsed<std::vector<Expectation>> run() {
    toml::table root;
    if (const auto line = endless_name(toml_); line > 0) return at({line, 1}, "expected a line with fewer dots");
    try {
      root = toml::parse(toml_, file_);
    } catch (const toml::parse_error& why) {
      return at(why.source().begin, std::string{why.description()});
    }
    for (const auto& [key, node] : root) {
      if (key == "expect") take_all(node, {}, {});
      else if (key == "tunnel") take_tunnels(node);
      else fail(key.source().begin, "expected expect or [[tunnel]] in place of '" + std::string{key.str()} + "'");
      if (error_) return *error_;
    }
    if (expectations_.empty()) return at({1, 1}, "expected at least one expectation: expect = \"...\" or a table [[tunnel]]");
    // TOML gives keys by name; people expect the order of the file.
    std::ranges::stable_sort(expectations_, {}, &Placed::line);
    std::vector<Expectation> all;
    all.reserve(expectations_.size());
    for (Placed& placed : expectations_) all.push_back(std::move(placed.expectation));
    return all;
  }

 private:
  struct Placed {
    toml::source_index line;
    Expectation expectation;
  };

  [[nodiscard]] SyntaxError at(toml::source_position place, std::string expected) const {
    const std::string line = line_of(toml_, place.line);
    const std::size_t offset = std::min<std::size_t>(line.size(), place.column > 0 ? place.column - 1 : 0);
    return {line, offset, std::move(expected), name_of(place)};
  }
  [[nodiscard]] std::string name_of(toml::source_position place) const { return file_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column); }

  void fail(toml::source_position place, std::string expected) {
    if (!error_) error_ = at(place, std::move(expected));
  }

  /// A string with expectations, or a list of them.
  void take_all(const toml::node& node, const std::string& between, const std::string& name) {
    if (const auto* const list = node.as_array()) {
      if (list->empty()) fail(node.source().begin, "expected at least one expectation in the list");
      for (const toml::node& one : *list) take(one, between, name, list->size() > 1);
    } else {
      take(node, between, name, false);
    }
  }

  void take(const toml::node& node, const std::string& between, const std::string& name, bool several) {
    if (error_) return;
    const auto* const text = node.as_string();
    if (text == nullptr) return fail(node.source().begin, "expected an expectation in quotes, or a list of them");
    if (expectations_.size() == max_expectations) return fail(node.source().begin, "expected no more than " + std::to_string(max_expectations) + " expectations");
    auto parsed = parse(between + text->get());
    if (!parsed) {
      error_ = parsed.error();
      error_->file = name_of(node.source().begin);
      return;
    }
    if (!name.empty()) parsed->name = several ? name + ": " + text->get() : name;
    expectations_.push_back({node.source().begin.line, std::move(*parsed)});
  }

  void take_tunnels(const toml::node& node) {
    if (const auto* const list = node.as_array()) {
      for (const toml::node& one : *list) {
        const auto* const table = one.as_table();
        if (table == nullptr) return fail(one.source().begin, "expected a table: [[tunnel]]");
        take_tunnel(*table);
      }
    } else {
      fail(node.source().begin, "expected a list of tables: write [[tunnel]]");
    }
  }

  void take_tunnel(const toml::table& table) {
    std::string name;
    for (const auto& [key, node] : table) {
      constexpr std::array<std::string_view, 5> known{"name", "peers", "initiator", "responder", "expect"};
      if (std::ranges::find(known, key.str()) == known.end()) return fail(key.source().begin, "expected name, peers, initiator, responder or expect in place of '" + std::string{key.str()} + "'");
      if (key.str() == "name" && !text_of(node, "a name in quotes", name)) return;
    }
    std::string between;
    if (!take_peers(table, between)) return;
    const toml::node* const expected = table.get("expect");
    if (expected == nullptr) return fail(table.source().begin, "expected expect = \"...\" in this table");
    take_all(*expected, between, name);
  }

  bool text_of(const toml::node& node, const std::string& what, std::string& into) {
    const auto* const text = node.as_string();
    if (text == nullptr || text->get().empty()) return fail(node.source().begin, "expected " + what), false;
    into = text->get();
    return true;
  }

  /// An end of a tunnel, checked here so that the error shows its place in the file.
  bool peer_of(const toml::node& node, std::string& into) {
    if (!text_of(node, "an address in quotes", into)) return false;
    if (!parse(into + " <-> any up") || into.find_first_of(" <>") != std::string::npos) return fail(node.source().begin, "expected an address, a prefix such as 198.51.100.0/24, or any"), false;
    return true;
  }

  bool take_peers(const toml::table& table, std::string& between) {
    const toml::node* const peers = table.get("peers");
    const toml::node* const initiator = table.get("initiator");
    const toml::node* const responder = table.get("responder");
    std::string first;
    std::string second;
    if (peers != nullptr && (initiator != nullptr || responder != nullptr)) return fail(peers->source().begin, "expected either peers, or initiator and responder"), false;
    if (peers != nullptr) {
      const auto* const two = peers->as_array();
      if (two == nullptr || two->size() != 2) return fail(peers->source().begin, "expected two peers: [\"192.0.2.1\", \"198.51.100.7\"]"), false;
      if (!peer_of((*two)[0], first) || !peer_of((*two)[1], second)) return false;
      between = first + " <-> " + second + " ";
      return true;
    }
    if (initiator == nullptr || responder == nullptr) return fail(table.source().begin, "expected peers = [\"...\", \"...\"], or initiator and responder, in this table"), false;
    if (!peer_of(*initiator, first) || !peer_of(*responder, second)) return false;
    between = first + " -> " + second + " ";
    return true;
  }

  std::string_view toml_;
  const std::string& file_;
  std::vector<Placed> expectations_;
  std::optional<SyntaxError> error_;
};

}  // namespace

Parsed<std::vector<Expectation>> parse_file(std::string_view toml, const std::string& file) { return FileParser{toml, file}.run(); }

}  // namespace ike::expect
