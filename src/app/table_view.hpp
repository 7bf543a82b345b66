#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tunnel_book.hpp"

namespace ike::app {

/// What `watch --table` shows: one row a tunnel, those in trouble first, or one tunnel's ladder. Knows no terminal: keys
/// come in as octets, a screen goes out as text.
class TableView {
 public:
  struct Screen {
    std::size_t width = 80;
    std::size_t height = 24;
    bool colour = false;
  };
  /// What stands above the rows.
  struct About {
    std::string interfaces;
    Time now{};
    std::uint64_t frames = 0;
    std::uint64_t drops = 0;
  };
  /// Gives the lines about one tunnel.
  using Details = std::function<std::string(const TunnelState&)>;

  /// Takes what was typed; false when that was the wish to quit.
  bool keys(std::string_view typed);
  /// The whole screen: as many lines as it has, but four at least, each no wider than it is.
  std::string render(const std::vector<const TunnelState*>& tunnels, const About& about, const Screen& screen, const Details& details);

 private:
  enum class Sort : std::uint8_t { trouble, newest, address, resent };
  static constexpr std::size_t sorts = 4;

  void key(std::string_view one);
  void move(int rows);
  [[nodiscard]] bool before(const TunnelState& a, const TunnelState& b) const;
  std::vector<const TunnelState*> chosen(const std::vector<const TunnelState*>& tunnels) const;
  std::string rows(std::vector<const TunnelState*> tunnels, const About& about, const Screen& screen, std::size_t room);
  std::string ladder(const TunnelState& tunnel, const Screen& screen, std::size_t room, const Details& details);
  std::string footer() const;

  Sort sort_ = Sort::trouble;
  std::string filter_;
  bool typing_ = false;                      // the filter
  std::optional<std::uint32_t> selected_;    // by number, once one moved there: rows move, the eye stays
  std::optional<std::uint32_t> at_;          // where the mark stands
  std::optional<std::uint32_t> opened_;
  int step_ = 0;                             // wished for, of the selection or of the ladder's lines
  std::size_t top_ = 0;                      // the first row shown
  std::size_t ladder_top_ = 0;
  std::size_t page_ = 10;
};

/// "12 s", "3.4 min", "2.1 h", "3.0 d": short enough for a column.
std::string age_text(Duration age);

}  // namespace ike::app
