#include <optional>

#include "format.hpp"
#include "ike/report/events.hpp"
#include "json_writer.hpp"

namespace ike::report {

namespace {

void tunnel_members(JsonWriter& json, std::uint32_t number, const TunnelRow& row, const std::optional<Time>& now) {
  json.begin_object();
  json.key("type").text("tunnel");
  if (now) json.key("time").text(rfc3339(*now, false));
  json.key("tunnel").number(number);
  json.key("initiator").text(net::to_string(row.initiator));
  json.key("responder").text(net::to_string(row.responder));
  json.key("verdict").text(diagnose::name(row.verdict));
  json.key("refused").boolean(row.refused);
  json.key("position").begin_object();
  json.key("initiator").text_or_null(track::asa_name(row.positions.initiator));
  json.key("responder").text_or_null(track::asa_name(row.positions.responder));
  json.end_object();
  json.key("attempts").number(row.attempts);
  json.key("resends").number(row.resends);
}

void finding_members(JsonWriter& json, const diagnose::Finding& finding, const Wording& words) {
  json.key("id").text(diagnose::name(finding.id));
  json.key("certainty").text(diagnose::name(finding.certainty));
  json.key("severity").text(diagnose::name(finding.severity));
  json.key("side");
  finding.side ? json.text(name(*finding.side)) : json.null();
  json.key("position").text_or_null(track::asa_name(finding.position));
  json.key("count").number(finding.count);
  json.key("summary").text(words.summary);
  json.key("evidence").begin_array();
  for (const diagnose::Proof& proof : finding.evidence) {
    json.begin_object();
    json.key("file").number(proof.file);
    json.key("packet").number(proof.packet);
    json.key("what").text(proof.what);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string tunnel_json(std::uint32_t number, const TunnelRow& row, const TunnelReport& opened, Time now) {
  std::string made;
  const std::function<void(std::string_view)> take = [&](std::string_view piece) { made += piece; };
  JsonWriter json{take};
  tunnel_members(json, number, row, now);
  json.key("findings").begin_array();
  for (const diagnose::Finding& finding : opened.diagnosis.findings) {
    const Wording words = word(finding, opened.tunnel);
    json.begin_object();
    finding_members(json, finding, words);
    json.key("explanation").text(words.explanation);
    json.key("causes").begin_array();
    for (const Cause& cause : words.causes) {
      json.begin_object();
      json.key("cause").text(cause.cause);
      json.key("side");
      cause.side ? json.text(name(*cause.side)) : json.null();
      json.key("check").text(cause.check);
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_line();
  json.flush();
  return made;
}

}  // namespace ike::report
