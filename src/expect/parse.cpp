#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "ike/expect/expectation.hpp"
#include "vocabulary.hpp"

// Reads one expectation: [PEER <-> PEER] CONDITION...
namespace ike::expect {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_sign(char c) { return c == '<' || c == '>' || c == '=' || c == '!'; }

/// A word or a sign of the text; empty at its end.
struct Token {
  std::string_view text;
  std::size_t offset = 0;
  bool sign = false;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} { advance(); }

  [[nodiscard]] const Token& token() const { return token_; }
  [[nodiscard]] bool at_end() const { return token_.text.empty(); }
  [[nodiscard]] bool is(std::string_view text) const { return token_.text == text; }
  /// Where the last token taken ended.
  [[nodiscard]] std::size_t end_of_last() const { return end_of_last_; }

  Token take() {
    end_of_last_ = token_.offset + token_.text.size();
    return std::exchange(token_, next());
  }

 private:
  void advance() { token_ = next(); }

  Token next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    const std::size_t begin = at_;
    for (const std::string_view sign : {"<->", "->", "<=", ">=", "!=", "==", "<", ">", "=", "!"}) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return {text_.substr(begin, sign.size()), begin, true};
    }
    while (at_ < text_.size() && !is_blank(text_[at_]) && !is_sign(text_[at_]) && !text_.substr(at_).starts_with("->")) ++at_;
    return {text_.substr(begin, at_ - begin), begin, false};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_of_last_ = 0;
  Token token_;
};

std::optional<Peer> read_peer(std::string_view word) {
  if (word == "*" || word == "any") return Peer{};
  const std::size_t slash = word.find('/');
  const auto address = net::parse_address(word.substr(0, slash));
  if (!address) return std::nullopt;
  const auto bits = static_cast<unsigned>(address->wire().size() * 8);
  if (slash == std::string_view::npos) return Peer{*address, bits};
  const std::string_view rest = word.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
  if (error != std::errc{} || end != rest.data() + rest.size() || length > bits) return std::nullopt;
  return Peer{*address, length};
}

/// "5s", "500ms", "1.5s", "2min"; above zero, at most a week.
std::optional<Duration> read_span(std::string_view word) {
  double count = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit{end, static_cast<std::size_t>(word.data() + word.size() - end)};
  const double seconds = unit == "s" ? count : unit == "ms" ? count / 1000 : unit == "min" || unit == "m" ? count * 60 : unit == "h" ? count * 3600 : -1;
  if (!(seconds > 0 && seconds <= 7 * 86400)) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Relation relation_of(std::string_view sign) {
  if (sign == "!=") return Relation::unequal;
  if (sign == "<") return Relation::less;
  if (sign == "<=") return Relation::at_most;
  if (sign == ">") return Relation::more;
  if (sign == ">=") return Relation::at_least;
  return Relation::equal;
}

std::string quoted_end(const Token& token) { return token.text.empty() ? "at the end" : "in place of '" + std::string{token.text.substr(0, 60)} + "'"; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_{text}, in_{text} {}

  Parsed<Expectation> parse() {
    Expectation expectation;
    expectation.text = tidy(0, text_.size());
    if (!read_between(expectation.between)) return error();
    if (in_.at_end()) return fail(in_.token(), "expected a condition such as up, never or resends<=1"), error();
    while (!in_.at_end()) {
      Condition condition;
      const std::size_t begin = in_.token().offset;
      if (!read_condition(condition)) return error();
      condition.text = tidy(begin, in_.end_of_last());
      expectation.conditions.push_back(std::move(condition));
    }
    return expectation;
  }

 private:
  [[nodiscard]] SyntaxError error() const { return *error_; }

  bool fail(const Token& token, std::string expected, std::string_view meant = {}) {
    if (!meant.empty()) expected.append("; did you mean ").append(meant).append("?");
    error_ = SyntaxError{std::string{text_}, token.text.empty() ? text_.size() : token.offset, std::move(expected), {}};
    return false;
  }

  /// The text from `begin` to `end` with single blanks.
  [[nodiscard]] std::string tidy(std::size_t begin, std::size_t end) const {
    std::string out;
    for (const char c : text_.substr(begin, end - begin)) {
      if (!is_blank(c)) out += c;
      else if (!out.empty() && out.back() != ' ') out += ' ';
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
  }

  bool read_between(std::optional<Between>& between) {
    const Scanner before = in_;
    if (in_.token().sign) return in_.is("<->") || in_.is("->") ? fail(in_.token(), "expected an address before '" + std::string{in_.token().text} + "'") : true;
    const Token first_word = in_.take();
    const auto first = read_peer(first_word.text);
    if (!in_.is("<->") && !in_.is("->")) {
      if (first) return fail(in_.token(), "expected <-> or -> and the other peer " + quoted_end(in_.token()));
      in_ = before;
      return true;
    }
    if (!first) return fail(first_word, "expected an address, a prefix such as 198.51.100.0/24, or any, in place of '" + std::string{first_word.text} + "'");
    between.emplace();
    between->first = *first;
    between->directed = in_.take().text == "->";
    const Token second_word = in_.token();
    const auto second = second_word.sign ? std::nullopt : read_peer(second_word.text);
    if (!second) return fail(second_word, "expected an address, a prefix such as 198.51.100.0/24, or any, " + quoted_end(second_word));
    between->second = *second;
    in_.take();
    return true;
  }

  bool read_condition(Condition& condition) {
    const Token token = in_.token();
    if (token.sign) return fail(token, "expected a condition such as up or resends<=1 " + quoted_end(token));
    if (token.text == "not" || token.text == "no") {
      in_.take();
      condition.negated = true;
      return read_negated(condition);
    }
    if (token.text == "never") {
      in_.take();
      condition.what = Never{};
      return true;
    }
    if (token.text == "with") {
      in_.take();
      return read_finding(condition);
    }
    if (token.text == "at") {
      in_.take();
      return read_position(condition);
    }
    if (const auto subject = find_subject(token.text)) {
      in_.take();
      return read_compare(*subject, condition);
    }
    if (const auto state = find_state(token.text)) {
      in_.take();
      return read_state(*state, condition);
    }
    if (diagnose::find_finding(token.text)) return fail(token, "expected a condition; for a finding write: with " + std::string{token.text} + ", or: no " + std::string{token.text});
    return fail(token, "expected a condition (a state such as up or stalled, with FINDING, at POSITION, not, no, never, or a comparison such as resends<=1) " + quoted_end(token),
                nearest(token.text, condition_words()));
  }

  bool read_negated(Condition& condition) {
    const Token token = in_.token();
    if (token.text == "with") {
      in_.take();
      return read_finding(condition);
    }
    if (token.text == "at") {
      in_.take();
      return read_position(condition);
    }
    if (diagnose::find_finding(token.text) && !find_state(token.text)) return read_finding(condition);
    if (const auto state = token.sign ? std::nullopt : find_state(token.text)) {
      in_.take();
      condition.what = IsState{*state, std::nullopt};
      if (in_.is("within")) return fail(in_.token(), "expected no time limit for what is not to be");
      return true;
    }
    if (token.text == "resends") {
      in_.take();
      condition.negated = false;
      condition.what = Compare{Subject::resends, Relation::equal, 0, 0};
      return true;
    }
    std::vector<std::string_view> words = finding_words();
    words.insert(words.end(), condition_words().begin(), condition_words().end());
    return fail(token, "expected a state such as aggressive, or a finding such as weak-crypto, " + quoted_end(token), nearest(token.text, words));
  }

  bool read_state(State state, Condition& condition) {
    IsState is{state, std::nullopt};
    if (in_.is("within")) {
      const Token within = in_.take();
      const bool timed = state == State::up || state == State::phase1 || state == State::phase2 || state == State::healthy;
      if (!timed) return fail(within, "expected a time limit only after up, phase1, phase2 or healthy");
      is.within = in_.token().sign ? std::nullopt : read_span(in_.token().text);
      if (!is.within) return fail(in_.token(), "expected a time such as 5s, 500ms or 2min " + quoted_end(in_.token()));
      in_.take();
    }
    condition.what = is;
    return true;
  }

  bool read_finding(Condition& condition) {
    const Token token = in_.token();
    const auto finding = diagnose::find_finding(token.text);
    if (!finding) return fail(token, "expected a finding such as psk-mismatch " + quoted_end(token) + "; ikescope explain lists them", nearest(token.text, finding_words()));
    in_.take();
    condition.what = HasFinding{*finding};
    return true;
  }

  bool read_position(Condition& condition) {
    const Token token = in_.token();
    const auto position = find_position(token.text);
    if (!position) return fail(token, "expected a position in the words of an ASA, such as MM_WAIT_MSG4, " + quoted_end(token) + (token.text.empty() ? "" : "; ikescope explain has the words of IOS and libreswan beside them"));
    in_.take();
    condition.what = AtPosition{*position};
    return true;
  }

  bool read_compare(Subject subject, Condition& condition) {
    const Token sign = in_.token();
    const std::string word{name(subject)};
    if (!sign.sign || sign.text.ends_with("->") || sign.text == "!") {
      return fail(sign, "expected " + std::string{is_number(subject) ? "=, !=, <, <=, > or >=" : "= or !="} + " after " + word + " " + quoted_end(sign));
    }
    const Relation relation = relation_of(sign.text);
    if (!is_number(subject) && relation != Relation::equal && relation != Relation::unequal) return fail(sign, "expected = or != after " + word + ": its values have no order");
    in_.take();
    Compare compare{subject, relation, 0, 0};
    const Token value = in_.token();
    if (value.sign || value.text.empty() || !read_value(value.text, compare)) return fail(value, "expected " + values_of(subject) + " " + quoted_end(value));
    in_.take();
    condition.what = compare;
    return true;
  }

  std::string_view text_;
  Scanner in_;
  std::optional<SyntaxError> error_;
};

bool can_hold_without_tunnel(const Condition& condition) {
  if (condition.negated || std::holds_alternative<Never>(condition.what)) return true;
  const auto* const compare = std::get_if<Compare>(&condition.what);
  if (compare == nullptr || compare->subject != Subject::tunnels) return false;
  return compare->relation == Relation::less || compare->relation == Relation::at_most || (compare->relation == Relation::equal && compare->value == 0);
}

}  // namespace

bool Peer::contains(const net::Address& other) const noexcept {
  if (address.family == 0) return true;
  if (other.family != address.family) return false;
  const unsigned whole = length / 8;
  const unsigned rest = length % 8;
  if (!std::equal(address.octets.begin(), address.octets.begin() + whole, other.octets.begin())) return false;
  return rest == 0 || (address.octets[whole] ^ other.octets[whole]) >> (8 - rest) == 0;
}

bool Expectation::allows_nothing() const { return std::ranges::all_of(conditions, can_hold_without_tunnel); }

bool Expectation::needs_esp() const {
  return std::ranges::any_of(conditions, [](const Condition& condition) {
    if (const auto* const compare = std::get_if<Compare>(&condition.what)) return compare->subject == Subject::esp;
    const auto* const finding = std::get_if<HasFinding>(&condition.what);
    return finding != nullptr && finding->finding == diagnose::FindingId::esp_one_way;
  });
}

Parsed<Expectation> parse(std::string_view text) { return Parser{text}.parse(); }

Expectation everything_healthy() {
  Expectation expectation;
  expectation.name = "every tunnel is healthy";
  expectation.text = "healthy";
  expectation.conditions.push_back({IsState{State::healthy, std::nullopt}, false, "healthy"});
  return expectation;
}

std::string SyntaxError::message() const {
  const auto plain = [](std::string line) {
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return line;
  };
  std::string shown = plain(text);
  std::size_t column = 0;
  for (const char c : std::string_view{text}.substr(0, offset)) {
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) ++column;  // one column a character of UTF-8
  }
  return plain(file.empty() ? expected : file + ": " + expected) + "\n  " + shown + "\n  " + std::string(column, ' ') + "^\n";
}

}  // namespace ike::expect
