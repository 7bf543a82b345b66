#include "format.hpp"
#include "ike/report/events.hpp"
#include "json_objects.hpp"
#include "json_writer.hpp"

namespace ike::report {

std::string tunnel_json(std::uint32_t number, const TunnelRow& row, const TunnelReport& opened, Time now) {
  return json_text([&](JsonWriter& json) {
    json.begin_object();
    json.key("type").text("tunnel");
    json.key("time").text(rfc3339(now, false));
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
    const CaptureInfo none;
    JsonObjects objects{json, none};
    json.key("findings").begin_array();
    for (const diagnose::Finding& finding : opened.diagnosis.findings) {
      const Wording words = word(finding, opened.tunnel);
      json.begin_object();
      json.key("id").text(diagnose::name(finding.id));
      objects.judgement(finding, words);
      json.key("explanation").text(words.explanation);
      objects.causes(words);
      json.end_object();
    }
    json.end_array();
    json.end_object();
    json.end_line();
  });
}

}  // namespace ike::report
