#include "ike/isakmp/header.hpp"

#include <algorithm>

#include "text.hpp"

namespace ike::isakmp {
namespace {

constexpr std::uint16_t nat_traversal_port = 4500;
constexpr std::size_t marker_length = 4;
constexpr std::uint8_t version_1_0 = 0x10;

constexpr bool known_in_ikev1(std::uint8_t exchange) {
  return (exchange >= 1 && exchange <= 6) || exchange == 32 || exchange == 33 || (exchange >= 243 && exchange <= 246);
}
/// Of these an SA has several at a time, which only the message ID tells apart; half of it will do.
constexpr bool needs_message_id(std::uint8_t exchange) { return exchange == 6 || exchange >= 32; }
constexpr std::size_t half_message_id = 22;
constexpr bool known_in_ikev2(std::uint8_t exchange) { return exchange >= 34 && exchange <= 44; }

/// What is seen of an ISAKMP header that may start at some offset of the datagram.
struct Shape {
  bool header = false;        // long enough to hold the fields below
  unsigned major = 0;
  bool version_1_0 = false;
  bool known_exchange = false;
  bool length_fits = false;   // the header's length is what was sent; unknown (false) when cut off
  bool cookie = false;        // the initiator cookie is not zero

  /// All three agree: chance hits are out of the question.
  [[nodiscard]] bool certain() const { return header && known_exchange && length_fits && (version_1_0 || major == 2); }
};

Shape shape_at(ByteView payload, std::uint32_t sent_length, std::size_t offset) {
  if (payload.size() < offset + shortest_cut_header || sent_length < offset + header_length) return {};
  const auto* at = payload.data() + offset;
  Shape shape;
  shape.major = at[17] >> 4U;
  if (payload.size() < offset + half_message_id && shape.major != 2 && needs_message_id(at[18])) return {};
  shape.header = true;
  shape.version_1_0 = at[17] == version_1_0;
  shape.known_exchange = shape.major == 2 ? known_in_ikev2(at[18]) : known_in_ikev1(at[18]);
  shape.length_fits = payload.size() >= offset + header_length && load_be32(at + 24) == sent_length - offset;
  shape.cookie = load_be64(at) != 0;
  return shape;
}

/// Where only IKE is expected, a damaged header must still be taken for one.
Content content_of(const Shape& shape) {
  if (!shape.header) return Content::unknown;
  if (shape.version_1_0) return Content::isakmp;
  if (shape.major == 1 && (shape.known_exchange || shape.length_fits)) return Content::isakmp;
  if (shape.major == 2 && (shape.known_exchange || shape.length_fits)) return Content::ikev2;
  if (shape.major != 1 && shape.major != 2 && shape.cookie && shape.length_fits) return Content::other_version;
  return Content::unknown;
}

bool starts_with_marker(ByteView payload) { return payload.size() >= marker_length && load_be32(payload.data()) == 0; }

Classified classify_on_4500(ByteView payload, std::uint32_t sent_length) {
  const auto bare = shape_at(payload, sent_length, 0);
  if (starts_with_marker(payload)) {
    const auto content = content_of(shape_at(payload, sent_length, marker_length));
    if (content != Content::unknown) return {content, marker_length, false};
    // A cookie that begins with four zero octets, and no marker before it.
    return bare.certain() ? Classified{content_of(bare), 0, true} : Classified{Content::unknown, marker_length, false};
  }
  if (bare.certain()) return {content_of(bare), 0, true};
  // ESP: SPI, sequence number and something after them (RFC 4303 2).
  return {sent_length > 8 && payload.size() >= marker_length ? Content::esp : Content::unknown, 0, false};
}

Classified classify_elsewhere(ByteView payload, std::uint32_t sent_length) {
  const auto bare = shape_at(payload, sent_length, 0);
  if (!starts_with_marker(payload) || bare.certain()) return {content_of(bare), 0, false};
  const auto marked = shape_at(payload, sent_length, marker_length);
  const auto content = content_of(marked);
  if (marked.certain() || (content != Content::unknown && content_of(bare) == Content::unknown)) {
    return {content, marker_length, true};
  }
  return {content_of(bare), 0, false};
}

}  // namespace

Decoded<Header> decode_header(ByteView octets) {
  if (octets.size() >= header_length) return header_at(octets.data());
  ByteReader in{octets};
  in.u64("Initiator Cookie");
  in.u64("Responder Cookie");
  in.u8("Next Payload");
  in.u8("Version");
  in.u8("Exchange Type");
  in.u8("Flags");
  in.u32("Message ID");
  in.u32("Length");
  return in.finish(Header{});
}

std::string to_string_cookie(Cookie cookie) { return hex_number(cookie, 16); }

Classified classify(ByteView payload, std::uint32_t sent_length, std::uint16_t source_port,
                    std::uint16_t destination_port) noexcept {
  const bool on_4500 = source_port == nat_traversal_port || destination_port == nat_traversal_port;
  // What nearly all are, told by the fewest octets; whatever is odd goes the long way.
  if (payload.size() >= marker_length + header_length && payload.size() <= sent_length) {
    const auto* at = payload.data();
    const bool marked = load_be32(at) == 0;
    if (marked == on_4500 && at[(marked ? marker_length : 0) + 17] == version_1_0) {
      return {Content::isakmp, static_cast<std::uint8_t>(marked ? marker_length : 0), false};
    }
    if (on_4500 && !marked && load_be32(at + 24) != sent_length) return {Content::esp, 0, false};
  }
  if (sent_length == 0) return {Content::empty, 0, false};
  if (sent_length == 1 && !payload.empty() && payload[0] == 0xff) return {Content::nat_keepalive, 0, false};
  if (sent_length == marker_length && starts_with_marker(payload)) return {Content::empty, marker_length, !on_4500};
  return on_4500 ? classify_on_4500(payload, sent_length) : classify_elsewhere(payload, sent_length);
}

}  // namespace ike::isakmp
