// A conversation between two peers, from a script of steps of four octets: what is sent, how and by whom, what is
// wrong with it, and when. Frames of well-formed messages take every state of tracker, rules and report.
#include "fuzz/conversation.hpp"
#include "fuzz/input.hpp"
#include "ike/analyzer.hpp"

using namespace ike;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in{{data, size}};
  Analyzer::Options options;
  if ((in.u8("limits") & 1U) != 0) options.limits = {3, 2};
  Analyzer analyzer{options};
  fuzz::Conversation conversation;
  Frame frame;
  frame.link = LinkType::raw;
  for (unsigned steps = 0; in.more() && steps < 1000; ++steps) {
    const auto what = in.u8("what");
    const auto how = in.u8("how");
    const auto wrong = in.u8("wrong");
    const auto when = in.u8("when");
    frame.time += when < 128 ? std::chrono::milliseconds{when} : std::chrono::milliseconds{500} * (when - 127);
    for (const auto& packet : conversation.step(what, how, wrong)) {
      frame.number += 1;
      frame.octets = packet;
      frame.wire_length = static_cast<std::uint32_t>(packet.size());
      analyzer.feed(frame);
    }
  }
  const auto report = analyzer.report({});
  fuzz::require(fuzz::presentable(report::to_text(report, {.all = true, .verbose = 1})));
  fuzz::require(fuzz::presentable(report::to_json(report)));
  return 0;
}
