#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ike/capture/pcapng_writer.hpp"
#include "ike/expect/verdict.hpp"
#include "ike/net/dissector.hpp"

namespace ike::app {

/// Keeps the packets of the tunnels that failed: a pcapng file for each pair of addresses, in which the packets
/// that prove a finding carry it as a comment.
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
  };

  Kept* find(const net::Address& a, const net::Address& b);
  static Kept* within_limit(Kept* kept);
  Kept* owner_of(const Frame& frame);

  std::map<Pair, Kept> kept_;
  net::Dissector dissector_;
};

}  // namespace ike::app
