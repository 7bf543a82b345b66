// Messages one after another, each: an octet of choices, then the UDP payload as a piece.
#include <string>
#include <variant>

#include "../../src/app/exchange_notes.hpp"
#include "fuzz/input.hpp"
#include "ike/isakmp/describe.hpp"
#include "ike/isakmp/ike_fragments.hpp"
#include "ike/isakmp/message.hpp"

namespace {

using namespace ike;

// As the command decode does.
void read(const isakmp::Message& message, const net::PacketInfo& packet, app::ExchangeNotes& notes) {
  std::vector<isakmp::Line> lines;
  notes.begin(packet, message);
  isakmp::describe(message, lines, [&notes](const isakmp::Payload& payload, std::vector<isakmp::Line>& out) { notes.payload(payload, out); });
  notes.after(lines);
  for (const auto& line : lines) fuzz::require(fuzz::presentable(line.text));
  fuzz::require(fuzz::presentable(isakmp::dump(message)));
  for (const auto& payload : message.payloads) {
    const auto* sa = std::get_if<isakmp::SecurityAssociation>(&payload.content);
    if (sa == nullptr) continue;
    isakmp::first_phase1_policy(*sa);
    for (const auto& proposal : isakmp::decode_proposals(*sa)) {
      for (const auto& transform : proposal.transforms) {
        fuzz::require(fuzz::presentable(to_string(isakmp::phase1_policy(transform))));
        fuzz::require(fuzz::presentable(isakmp::phase2_line(proposal.protocol, transform)));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in{{data, size}};
  isakmp::FragmentAssembler assembler;
  isakmp::Message message;
  net::Endpoint peers[2];
  peers[0].address.octets[0] = peers[1].address.octets[1] = 1;
  peers[0].address.family = peers[1].address.family = 4;
  report::CaptureInfo capture;
  capture.files.resize(1);
  app::ExchangeNotes notes{capture};
  net::PacketInfo info;
  Time time{};
  for (std::uint64_t packet = 1; in.more(); ++packet) {
    const unsigned choice = in.u8("choice");  // 1: port 4500; 2: cut by the snap length; 4: side; rest: seconds
    const auto octets = fuzz::piece(in);
    const auto sent = static_cast<std::uint32_t>(octets.size() + ((choice & 2U) != 0 ? 100 : 0));
    const std::uint16_t port = (choice & 1U) != 0 ? 4500 : 500;
    const std::size_t from = (choice >> 2U) & 1U;
    time += std::chrono::seconds{choice >> 3U};
    info.time = time;
    info.packet = packet;
    info.source = peers[from];
    info.destination = peers[1 - from];
    const auto start = isakmp::classify(octets, sent, port, port).offset;
    fuzz::require(start <= octets.size());
    if (!isakmp::decode_message(ByteView{octets}.subspan(start), sent - start, message)) continue;
    read(message, info, notes);
    if (message.payloads.size() == 1) {
      if (const auto* part = std::get_if<isakmp::IkeFragment>(&message.payloads[0].content)) {
        const auto whole = assembler.add(message, *part, peers[from], peers[1 - from], time, packet);
        isakmp::Message inner;
        if (whole && isakmp::decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), inner)) read(inner, info, notes);
      }
    }
    if (!message.ciphertext.empty()) {  // as if a key had opened it
      isakmp::decode_payloads(message.header.next_payload, message.ciphertext, isakmp::header_length, message.header, message.payloads, message.fault);
      read(message, info, notes);
    }
  }
  return 0;
}
