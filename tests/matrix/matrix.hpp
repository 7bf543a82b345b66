#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/packets.hpp"

/// One conversation in every container, on every link and in every wrapping: whatever way a capture comes, it says
/// the same.
namespace ike::test {

/// An IP packet of the conversation. Times are multiples of an eighth of a second, which every clock can tell.
struct Sent {
  std::int64_t nanoseconds = 0;
  Bytes packet{};
};
/// A Main Mode that stalls after message 4: message 5 comes in IP fragments and is resent, an ICMP error quotes it,
/// ESP of an older SA comes before it.
std::vector<Sent> conversation(bool v6);

/// How an IP packet becomes a frame.
struct Link {
  std::string name;
  LinkType type{};
  std::function<Bytes(const Bytes& packet)> frame;
  std::string wrapped{};     ///< what the report calls it; empty for the link itself
  int family = 0;            ///< takes only IPv4 or IPv6
  bool tshark = true;        ///< tshark reads it without being told how
};
std::vector<Link> links();

/// How an IP packet becomes another one, with the pair of a switch or provider outside.
struct Tunnel {
  std::string name;
  std::function<Bytes(const Bytes& packet)> wrap;
  std::string wrapped{};
  bool outer_v6 = false;
};
std::vector<Tunnel> tunnels();

/// How frames become a file.
struct Container {
  std::string name;
  std::function<Bytes(const std::vector<Record>& records, LinkType link)> file;
};
std::vector<Container> containers();

/// The conversation in frames.
std::vector<Record> records(bool v6, const Link& link, const Tunnel& tunnel);
/// Whether `link` takes what `tunnel` makes of the conversation.
bool fits(bool v6, const Link& link, const Tunnel& tunnel);

}  // namespace ike::test
