#include "ike/isakmp/message.hpp"

#include <algorithm>
#include <array>

namespace ike::isakmp {
namespace {

constexpr std::size_t generic_length = 4;

void set_fault(std::optional<DecodeError>& fault, Fault why, std::size_t offset, std::string_view field) {
  if (!fault) fault = DecodeError{why, offset, field};
}

// One chain of payloads (RFC 2408 3.2): type and length of each lead to the next.
struct ChainReader {
  ByteView octets;              // the chain starts at `at`
  std::size_t at;
  std::uint32_t offset;         // of octets[0], from the start of the message
  const Header& header;
  bool cut;                     // the snap length took the end: running out of octets is no fault
  std::size_t padding;          // octets that may follow the chain's end
  std::vector<Payload>& payloads;
  std::optional<DecodeError>& fault;

  void read(PayloadType type) {
    auto doi = Doi::ipsec;
    while (type != PayloadType::none) {
      if (payloads.size() >= max_payloads) return stop(Fault::limit_reached, at, "payload");
      const auto rest = octets.subspan(at);
      if (rest.size() < generic_length) return run_out(type, rest);
      const auto length = load_be16(rest.data() + 2);
      const auto next = PayloadType{rest[0]};
      if (length < generic_length) {
        broken(type, length, rest, rest.subspan(generic_length), {Fault::bad_length, 0, "Payload Length"});
        return stop(Fault::bad_length, at + 2, "Payload Length");
      }
      if (length > rest.size()) {
        const auto body = rest.subspan(generic_length);
        broken(type, length, rest, body, {Fault::truncated, body.size(), "Payload Length"});
        return cut ? void() : stop(Fault::truncated, at + 2, "Payload Length");
      }
      auto& payload = payloads.emplace_back(type, place(), length, next, rest[1]);
      decode_payload(type, rest.subspan(generic_length, length - generic_length), header, doi, payload.content);
      if (const auto* sa = std::get_if<SecurityAssociation>(&payload.content)) doi = sa->doi;
      type = next;
      at += length;
    }
    if (octets.size() - at > padding && !is_alignment(octets.subspan(at))) stop(Fault::trailing, at, "end");
  }

 private:
  // Libreswan and Openswan fill clear messages with zeros to a multiple of four octets.
  [[nodiscard]] bool is_alignment(ByteView left) const {
    return left.size() < 4 && octets.size() % 4 == 0 && std::ranges::all_of(left, [](std::uint8_t octet) { return octet == 0; });
  }
  [[nodiscard]] std::uint32_t place() const { return offset + static_cast<std::uint32_t>(at); }
  void stop(Fault why, std::size_t where, std::string_view field) { set_fault(fault, why, offset + where, field); }
  void broken(PayloadType type, std::uint16_t length, ByteView rest, ByteView body, DecodeError why) {
    const bool whole = rest.size() >= generic_length;
    payloads.push_back({type, place(), length, whole ? PayloadType{rest[0]} : PayloadType::none, whole ? rest[1] : std::uint8_t{0}, Malformed{body, why}});
  }
  // Less than a generic payload header is left although a payload was announced.
  void run_out(PayloadType type, ByteView rest) {
    if (!rest.empty()) broken(type, 0, rest, rest, {Fault::truncated, 0, "generic payload header"});
    if (cut) return;
    if (rest.empty()) return stop(Fault::chain_broken, at, "Next Payload");
    stop(Fault::truncated, at, "generic payload header");
  }
};

// A snap length of 68 octets ends within the header's last field, which the datagram's length stands in for then; behind
// a non-ESP marker within the message ID, of which the rest is read as zero.
Decoded<Header> cut_header(ByteView octets, std::uint32_t sent_length) {
  if (octets.size() < shortest_cut_header || sent_length < header_length) return decode_header(octets);
  std::array<std::uint8_t, header_length> padded{};
  std::ranges::copy(octets, padded.begin());
  auto header = decode_header(padded);
  if (header) (*header).length = sent_length;
  return header;
}

// Cisco and Microsoft fragments are never encrypted, whatever the flag of the message they carry says.
bool holds_fragment(const Header& header, ByteView octets) {
  return header.next_payload == PayloadType::fragment && octets.size() >= header_length + 8 &&
         octets[header_length + 1] == 0 && load_be16(octets.data() + header_length + 2) == octets.size() - header_length;
}

// How many of the `sent` octets the message has, by the header's word where that can be.
std::size_t announced_length(const Header& header, std::uint32_t sent, std::optional<DecodeError>& fault) {
  if (header.length < header_length) {
    set_fault(fault, Fault::bad_length, 24, "Length");
    return sent;
  }
  if (header.length > sent) {
    set_fault(fault, Fault::truncated, 24, "Length");
    return sent;
  }
  if (header.length < sent) set_fault(fault, Fault::trailing, header.length, "Length");
  return header.length;
}

}  // namespace

bool decode_message(ByteView octets, std::uint32_t sent_length, Message& message) {
  if (octets.size() > sent_length) octets = octets.first(sent_length);
  message.payloads.clear();
  message.ciphertext = {};
  message.trailing = {};
  message.fault.reset();
  message.octets = octets;
  message.sent_length = sent_length;
  message.cut = octets.size() < sent_length;
  if (octets.size() >= header_length) {
    message.header = header_at(octets.data());
  } else {
    const auto header = cut_header(octets, sent_length);
    message.header = header ? *header : Header{};
    if (!header) {
      message.fault = header.error();
      return false;
    }
  }
  const Header& header = message.header;
  if (header.major() != 1) return true;  // named, not decoded: the payloads of other versions are others

  const auto length = announced_length(header, sent_length, message.fault);
  message.octets = octets.first(std::min(octets.size(), length));
  message.trailing = octets.subspan(message.octets.size());
  if (header.encrypted() && !holds_fragment(header, message.octets)) {
    message.ciphertext = message.octets.subspan(std::min(header_length, message.octets.size()));
    return true;
  }
  const bool cut = message.octets.size() < length;
  if (message.octets.size() <= header_length && cut) return true;  // not a payload of it was captured
  ChainReader{message.octets, header_length, 0, message.header, cut, 0, message.payloads, message.fault}.read(header.next_payload);
  return true;
}

void decode_payloads(PayloadType first, ByteView plaintext, std::uint32_t offset, const Header& header,
                     std::vector<Payload>& payloads, std::optional<DecodeError>& fault) {
  payloads.clear();
  fault.reset();
  ChainReader{plaintext, 0, offset, header, false, max_padding, payloads, fault}.read(first);
}

}  // namespace ike::isakmp
