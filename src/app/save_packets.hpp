#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ike/capture/pcapng_writer.hpp"
#include "ike/expect/verdict.hpp"
#include "ike/net/dissector.hpp"

namespace ike::app {

/// The addresses of an IP fragment of UDP, as far as one stands directly in the frame.
bool udp_fragment(const Frame& frame, net::Address& source, net::Address& destination);

/// The newest frames, up to a limit of octets: where they come once only, nobody knows before the end which of them
/// will prove something.
class NewestFrames {
 public:
  void add(const Frame& frame);
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

  template <typename Use>
  void each(Use use) {
    for (One& one : frames_) {
      one.frame.octets = one.octets;
      use(one.frame);
    }
  }

  static constexpr std::size_t max_octets = 64U << 20U;

 private:
  struct One {
    Frame frame;
    std::vector<std::uint8_t> octets;
  };
  static std::size_t size(const One& one) { return one.octets.size() + sizeof one; }

  std::deque<One> frames_;
  std::size_t octets_ = 0;
  std::uint64_t dropped_ = 0;
};

/// Keeps the packets of the tunnels that failed: a pcapng file for each pair of addresses, in which the packets
/// that prove a finding carry it as a comment. When the whole began and ended stays known too, as the time of
/// packets that are empty: silence is a proof.
class PacketKeeper {
 public:
  /// Creates `directory` where it is missing, and a file for each failed tunnel; throws when it can't.
  PacketKeeper(const std::string& directory, const expect::Verdict& verdict, const report::Report& report, net::Ports ports);

  [[nodiscard]] bool empty() const noexcept { return kept_.empty(); }
  /// Writes `frame` if it belongs to one of the tunnels. Frames come as they came to the analyzer.
  void offer(const Frame& frame, const std::string& interface);
  /// Closes the files and says what they are called.
  std::vector<std::string> close();

  static constexpr std::size_t max_files = 100;
  static constexpr std::uint64_t max_esp = 100;  ///< ESP packets kept of one pair: it's the IKE that matters

 private:
  using Pair = std::pair<net::Address, net::Address>;  // the smaller one first
  struct Kept {
    std::string path;
    std::unique_ptr<capture::PcapngWriter> writer;
    std::map<std::pair<std::uint16_t, std::uint64_t>, std::string> comments;  // by file and packet
    std::uint64_t esp = 0;
    Time last{};  // of its last packet
  };

  Kept* find(const net::Address& a, const net::Address& b);
  static Kept* within_limit(Kept* kept);
  Kept* owner_of(const Frame& frame);
  static void write(Kept& kept, const Frame& frame, const std::string& interface, std::string_view comment);
  static void write_time(Kept& kept, Frame frame, Time time, const std::string& interface);

  std::map<Pair, Kept> kept_;
  net::Dissector dissector_;
  Time first_time_;
  Time last_time_;
  bool begun_ = false;
  Frame last_frame_{};  // without its octets
  std::string last_interface_;
};

}  // namespace ike::app
