#pragma once

#include <termios.h>

#include <string>
#include <string_view>

namespace ike::app {

/// The terminal we run on, as a screen of its own that is drawn anew as a whole. Gives it back as it was.
class Terminal {
 public:
  /// Throws std::runtime_error where standard input and output are none.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// What was typed since, maybe nothing.
  std::string typed();
  void draw(std::string_view lines);
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] std::size_t height() const noexcept { return height_; }

 private:
  void measure();

  termios before_{};
  std::size_t width_ = 80;
  std::size_t height_ = 24;
};

}  // namespace ike::app
