#include "ike/report/report.hpp"

#include "json_objects.hpp"

namespace ike::report {

// Tunnels are opened one after another and let go again, once for each of the lists, so that a report of a million
// exchanges needs no room of its own.
void write_json(const Report& report, const std::function<void(std::string_view)>& write) {
  JsonWriter out{write};
  JsonObjects objects{out, report.capture};
  out.begin_object();
  out.key("schema").text("ikescope.report/1");
  out.key("version").text(report.version);
  out.key("capture");
  objects.capture();
  std::vector<bool> has_findings;
  out.key("tunnels").begin_array();
  for (const TunnelRow& row : report.tunnels) {
    const TunnelReport one = report.open(row);
    has_findings.push_back(!one.diagnosis.findings.empty());
    objects.tunnel(one.tunnel.id, row, one);
  }
  out.end_array();
  out.key("exchanges").begin_array();
  for (const TunnelRow& row : report.tunnels) {
    const TunnelReport one = report.open(row);
    for (const ExchangeView& view : exchanges(one.tunnel, one.diagnosis)) objects.exchange(one.tunnel.id, one, view);
  }
  out.end_array();
  out.key("findings").begin_array();
  for (std::size_t i = 0; i < report.tunnels.size(); ++i) {
    if (!has_findings[i]) continue;
    const TunnelReport one = report.open(report.tunnels[i]);
    const auto views = exchanges(one.tunnel, one.diagnosis);
    for (const diagnose::Finding& found : one.diagnosis.findings) objects.finding(one.tunnel.id, one.tunnel, found, views);
  }
  out.end_array();
  out.end_object();
  out.end_line();
  out.flush();
}

std::string to_json(const Report& report) {
  std::string text;
  write_json(report, [&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace ike::report
