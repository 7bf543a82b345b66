#include "json_objects.hpp"

#include "format.hpp"

namespace ike::report {

using diagnose::Finding;
using diagnose::Verdict;
using isakmp::Phase1Policy;
using track::Attempt;
using track::Event;
using track::Position;
using track::Side;
using track::Tunnel;

void JsonObjects::begin(std::string_view type) {
  out_.begin_object();
  if (!typed_) return;
  out_.key("type").text(type);
  if (now_) out_.key("time").text(rfc3339(*now_, false));
}

void JsonObjects::capture(std::string_view event) {
  const CaptureInfo& info = capture_;
  begin("capture");
  if (!event.empty()) out_.key("event").text(event);
  out_.key("files").begin_array();
  for (const auto& file : info.files) {
    out_.begin_object();
    out_.key("name").text(file.name);
    out_.key("format").text_or_null(file.format);
    out_.key("packets").number(file.packets);
    out_.key("error").text_or_null(file.error);
    out_.end_object();
  }
  out_.end_array();
  out_.key("packets").number(info.packets);
  out_.key("ike_packets").number(info.ike_packets);
  out_.key("esp_packets").number(info.esp_packets);
  out_.key("icmp_errors").number(info.icmp_errors);
  out_.key("malformed").number(info.malformed);
  out_.key("first_time");
  info.packets ? out_.text(rfc3339(info.first_time, info.nanoseconds)) : out_.null();
  out_.key("last_time");
  info.packets ? out_.text(rfc3339(info.last_time, info.nanoseconds)) : out_.null();
  out_.key("link_types");
  strings(info.link_types);
  out_.key("snaplen_cut").number(info.snaplen_cut);
  out_.key("kernel_drops").number(info.kernel_drops);
  out_.key("remarks");
  strings(info.remarks);
  out_.end_object();
}

void JsonObjects::strings(const std::vector<std::string>& texts) {
  out_.begin_array();
  for (const auto& text : texts) out_.text(text);
  out_.end_array();
}

void JsonObjects::address(const net::Address& value) { value.family ? out_.text(net::to_string(value)) : out_.null(); }
void JsonObjects::tunnel_id(std::uint32_t number) { out_.text("t" + std::to_string(number)); }

void JsonObjects::position(Position value, std::uint8_t last_message, Side side) {
  if (value == Position::unseen) return out_.null();
  out_.begin_object();
  out_.key("asa").text_or_null(track::asa_name(value));
  out_.key("ios").text_or_null(track::ios_name(value, last_message));
  out_.key("libreswan").text_or_null(track::libreswan_name(value, side));
  out_.end_object();
}

void JsonObjects::sides(const track::Positions& positions) {
  out_.key("initiator");
  position(positions.initiator, positions.last_message, Side::initiator);
  out_.key("responder");
  position(positions.responder, positions.last_message, Side::responder);
}

void JsonObjects::positions(const track::Positions& positions) {
  out_.key("last_message").number_or_null(positions.last_message);
  sides(positions);
}

void JsonObjects::tunnel(std::uint32_t number, const TunnelRow& row, const TunnelReport& one) {
  const Tunnel& tunnel = one.tunnel;
  begin("tunnel");
  out_.key("id");
  tunnel_id(number);
  out_.key("peers").begin_array();
  for (const auto& peer : tunnel.peers) {
    out_.begin_object();
    out_.key("address");
    address(peer);
    out_.end_object();
  }
  out_.end_array();
  out_.key("initiator");
  address(tunnel.peers[0]);
  out_.key("responder");
  address(tunnel.peers[1]);
  out_.key("verdict").text(name(one.diagnosis.verdict));
  out_.key("refused").boolean(one.diagnosis.refused);
  out_.key("position").begin_object();
  sides(one.diagnosis.positions);
  out_.end_object();
  out_.key("attempts").number(row.attempts);
  out_.key("resends").number(row.resends);
  out_.key("exchanges").begin_array();
  for (const ExchangeView& view : exchanges(tunnel, one.diagnosis)) out_.text(exchange_id(number, view));
  out_.end_array();
  out_.key("findings").begin_array();
  for (const Finding& found : one.diagnosis.findings) out_.text(name(found.id));
  out_.end_array();
  phases(one);
  nat_and_vendors(one);
  esp(tunnel);
  out_.end_object();
}

void JsonObjects::phases(const TunnelReport& one) {
  const Tunnel& tunnel = one.tunnel;
  const auto verdict = one.diagnosis.verdict;
  const auto& positions = one.diagnosis.positions;
  const bool complete = verdict == Verdict::up || verdict == Verdict::phase1_up || verdict == Verdict::closed ||
                        (is_active(positions.initiator) && is_active(positions.responder));
  const auto mode = tunnel.attempts.empty() ? track::ExchangeType::none : tunnel.attempts.back().mode;
  const bool known_mode = mode == track::ExchangeType::identity_protection || mode == track::ExchangeType::aggressive;
  const Phase1Policy* chosen = chosen_policy(tunnel);
  const Phase1Policy policy = chosen ? *chosen : Phase1Policy{};
  out_.key("phase1").begin_object();
  out_.key("complete").boolean(complete);
  out_.key("mode").text_or_null(known_mode ? mode_name(mode) : std::string_view{});
  out_.key("auth");
  code(policy.auth);
  out_.key("encryption");
  code(policy.encryption);
  out_.key("key_length").number_or_null(policy.key_length);
  out_.key("hash");
  code(policy.hash);
  out_.key("group");
  code(policy.group);
  out_.key("lifetime_seconds").number_or_null(policy.life_seconds);
  out_.end_object();
  std::uint64_t quick = 0;
  for (const Attempt& attempt : tunnel.attempts) quick += attempt.quick_modes_complete;
  out_.key("phase2").begin_object();
  out_.key("complete").boolean(quick > 0);
  out_.key("count").number(quick);
  out_.end_object();
}

template <typename Code>
void JsonObjects::code(Code value) {
  if (value == Code::none) return out_.null();
  if constexpr (std::is_same_v<Code, isakmp::AuthMethod>) out_.text(isakmp::short_label(value));
  else out_.text(isakmp::label(value));
}

void JsonObjects::nat_and_vendors(const TunnelReport& one) {
  std::optional<bool> nat[2];
  for (const Attempt& attempt : one.tunnel.attempts) {  // the newest that knows
    if (attempt.nat_initiator) nat[0] = attempt.nat_initiator;
    if (attempt.nat_responder) nat[1] = attempt.nat_responder;
  }
  out_.key("nat").begin_object();
  out_.key("initiator").boolean_or_null(nat[0]);
  out_.key("responder").boolean_or_null(nat[1]);
  out_.end_object();
  out_.key("vendors").begin_object();
  out_.key("initiator");
  vendors(one.vendors_initiator);
  out_.key("responder");
  vendors(one.vendors_responder);
  out_.end_object();
}

void JsonObjects::vendors(const std::vector<track::VendorSeen>& seen) {
  out_.begin_array();
  for (const auto& vendor : seen) out_.text(vendor.text);
  out_.end_array();
}

void JsonObjects::esp(const Tunnel& tunnel) {
  std::uint64_t to[2] = {0, 0};
  for (const auto& flow : tunnel.esp) to[flow.destination == tunnel.peers[0] ? 0 : 1] += flow.packets;
  out_.key("esp").begin_object();
  out_.key("to_responder").number(to[1]);
  out_.key("to_initiator").number(to[0]);
  out_.end_object();
}

void JsonObjects::endpoint(const ExchangeView& view, Side side) {
  const Attempt& attempt = *view.attempt;
  const net::Endpoint& first = side == Side::initiator ? attempt.initiator : attempt.responder;
  const bool floated = !view.events.empty() && attempt.events[view.events.front()].natt_port;
  const auto nat = side == Side::initiator ? attempt.nat_initiator : attempt.nat_responder;
  out_.begin_object();
  out_.key("address");
  address(first.address);
  out_.key("port");
  if (!floated) out_.number_or_null(first.port);
  else if (nat == false || first.port == 4500) out_.number(4500);
  else out_.null();  // behind a NAT the port on the wire is not kept
  out_.end_object();
}

void JsonObjects::exchange(std::uint32_t number, const TunnelReport& one, const ExchangeView& view) {
  const Attempt& attempt = *view.attempt;
  begin("exchange");
  out_.key("id").text(exchange_id(number, view));
  out_.key("tunnel");
  tunnel_id(number);
  out_.key("exchange_type");
  view.type == track::ExchangeType::none ? out_.null() : out_.number(ike::number(view.type));
  out_.key("mode").text_or_null(mode_name(view.type));
  out_.key("initiator");
  endpoint(view, view.initiator);
  out_.key("responder");
  endpoint(view, other(view.initiator));
  out_.key("initiator_cookie").text(isakmp::to_string_cookie(attempt.initiator_cookie));
  out_.key("responder_cookie");
  attempt.responder_cookies.empty() ? out_.null() : out_.text(isakmp::to_string_cookie(attempt.responder_cookies.back()));
  out_.key("message_id").number(view.message_id);
  out_.key("status").text(name(view.status));
  out_.key("position");
  if (view.phase1) {
    const auto positions = &attempt == &one.tunnel.attempts.back() ? one.diagnosis.positions : track::positions(attempt);
    out_.begin_object();
    JsonObjects::positions(positions);
    out_.end_object();
  } else {
    out_.null();
  }
  out_.key("messages").begin_array();
  for (const std::uint32_t index : view.events) message(attempt, attempt.events[index], view.initiator);
  out_.end_array();
  out_.end_object();
}

void JsonObjects::message(const Attempt& attempt, const Event& event, Side exchange_initiator) {
  const CaptureInfo& info = capture_;
  out_.begin_object();
  out_.key("file").number(event.file);
  out_.key("packet").number(event.packet);
  out_.key("time").text(rfc3339(event.time, info.nanoseconds));
  out_.key("seconds").raw(decimal(since(event.time, info.first_time), info.nanoseconds ? 9 : 6));
  out_.key("from").text(track::name(event.from == exchange_initiator ? Side::initiator : Side::responder));
  out_.key("number").number_or_null(event.number);
  out_.key("length").number(event.length);
  out_.key("encrypted").boolean(event.encrypted);
  out_.key("payloads").begin_array();
  for (const auto type : event.payloads.view()) out_.text(isakmp::short_label(type));
  out_.end_array();
  out_.key("resend_of");
  packet(attempt, event.resend_of);
  out_.key("mirror_of");
  packet(attempt, event.copy_of);
  out_.key("decrypted").boolean(event.decrypted);
  out_.end_object();
}

void JsonObjects::packet(const Attempt& attempt, std::uint32_t index) {
  if (index >= attempt.events.size()) return out_.null();
  out_.begin_object();
  out_.key("file").number(attempt.events[index].file);
  out_.key("packet").number(attempt.events[index].packet);
  out_.end_object();
}

void JsonObjects::side(std::optional<Side> value) { value ? out_.text(track::name(*value)) : out_.null(); }

void JsonObjects::finding(std::uint32_t number, const Tunnel& tunnel, const Finding& found, const std::vector<ExchangeView>& views) {
  const Wording words = word(found, tunnel);
  begin("finding");
  out_.key("id").text(name(found.id));
  out_.key("tunnel");
  tunnel_id(number);
  out_.key("exchange").text_or_null(exchange_id(number, found, views));
  judgement(found, words);
  causes(words);
  out_.end_object();
}

void JsonObjects::judgement(const Finding& found, const Wording& words) {
  out_.key("certainty").text(name(found.certainty));
  out_.key("severity").text(name(found.severity));
  out_.key("side");
  side(found.side);
  out_.key("position").text_or_null(track::asa_name(found.position));
  out_.key("count").number(found.count);
  out_.key("summary").text(words.summary);
  out_.key("evidence").begin_array();
  for (const auto& proof : found.evidence) {
    out_.begin_object();
    out_.key("file").number(proof.file);
    out_.key("packet").number(proof.packet);
    out_.key("what").text(proof.what);
    out_.end_object();
  }
  out_.end_array();
}

void JsonObjects::causes(const Wording& words) {
  out_.key("causes").begin_array();
  for (const Cause& cause : words.causes) {
    out_.begin_object();
    out_.key("cause").text(cause.cause);
    out_.key("side");
    side(cause.side);
    out_.key("check").text(cause.check);
    out_.end_object();
  }
  out_.end_array();
}

}  // namespace ike::report
