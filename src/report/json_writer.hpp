#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ike::report {

/// Writes JSON in pieces: one buffer, handed on whenever it is large enough. Commas are its business; names
/// and order are the caller's. Text that is no UTF-8 comes out with U+FFFD in place of each bad octet.
class JsonWriter {
 public:
  explicit JsonWriter(const std::function<void(std::string_view)>& write) : write_{write} { buffer_.reserve(limit + 4096); }

  JsonWriter& key(std::string_view name);
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void text(std::string_view value);
  void number(std::uint64_t value);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  /// A value that is JSON already.
  void raw(std::string_view json);

  void text_or_null(std::string_view value) { value.empty() ? null() : text(value); }
  void number_or_null(std::uint64_t value) { value == 0 ? null() : number(value); }
  void boolean_or_null(std::optional<bool> value) { value ? boolean(*value) : null(); }

  /// Ends the line after the outermost value.
  void end_line() { buffer_ += '\n', comma_ = false; }
  void flush();

 private:
  static constexpr std::size_t limit = std::size_t{1} << 16U;

  void open(char bracket);
  void close(char bracket);
  void separate();

  const std::function<void(std::string_view)>& write_;
  std::string buffer_;
  bool comma_ = false;  // the next value of this list needs one before it
};

/// The JSON that `write(JsonWriter&)` writes, as a text.
template <typename Write>
std::string json_text(Write write) {
  std::string made;
  const std::function<void(std::string_view)> take = [&](std::string_view piece) { made += piece; };
  JsonWriter json{take};
  write(json);
  json.flush();
  return made;
}

}  // namespace ike::report
