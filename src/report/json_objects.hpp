#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exchanges.hpp"
#include "ike/report/report.hpp"
#include "json_writer.hpp"

namespace ike::report {

/// The objects of the report; docs/report.md lists their names. As lines of their own they say their `type`, and `now`
/// if there is one.
class JsonObjects {
 public:
  JsonObjects(JsonWriter& out, const CaptureInfo& capture) : out_{out}, capture_{capture} {}
  static JsonObjects typed(JsonWriter& out, const CaptureInfo& capture, std::optional<Time> now = {}) {
    JsonObjects objects{out, capture};
    objects.typed_ = true;
    objects.now_ = now;
    return objects;
  }

  void capture(std::string_view event = {});
  /// `number` is the tunnel's, and what the ids of its exchanges begin with.
  void tunnel(std::uint32_t number, const TunnelRow& row, const TunnelReport& one);
  void exchange(std::uint32_t number, const TunnelReport& one, const ExchangeView& view);
  /// Members of a finding: how sure, whose, where, and what proves it; then why it may be.
  void judgement(const diagnose::Finding& found, const Wording& words);
  void causes(const Wording& words);
  void finding(std::uint32_t number, const track::Tunnel& tunnel, const diagnose::Finding& found, const std::vector<ExchangeView>& views);
  /// `last_message`, `initiator` and `responder` of an object that is open.
  void positions(const track::Positions& positions);

 private:
  void begin(std::string_view type);
  void strings(const std::vector<std::string>& texts);
  void address(const net::Address& value);
  void tunnel_id(std::uint32_t number);
  void position(track::Position value, std::uint8_t last_message, track::Side side);
  void sides(const track::Positions& positions);
  void phases(const TunnelReport& one);
  template <typename Code>
  void code(Code value);
  void nat_and_vendors(const TunnelReport& one);
  void vendors(const std::vector<track::VendorSeen>& seen);
  void esp(const track::Tunnel& tunnel);
  void endpoint(const ExchangeView& view, track::Side side);
  void message(const track::Attempt& attempt, const track::Event& event, track::Side exchange_initiator);
  void packet(const track::Attempt& attempt, std::uint32_t index);
  void side(std::optional<track::Side> value);

  JsonWriter& out_;
  const CaptureInfo& capture_;
  bool typed_ = false;
  std::optional<Time> now_;
};

}  // namespace ike::report
