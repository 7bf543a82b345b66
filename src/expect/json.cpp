#include "ike/expect/writers.hpp"
#include "lines.hpp"
#include "report/format.hpp"
#include "report/json_writer.hpp"

namespace ike::expect {
namespace {

std::string_view result_of(Standing standing) {
  return standing == Standing::holds ? "passed" : standing == Standing::failed ? "failed" : "undecided";
}

std::string_view result_of(const Verdict& verdict, const Run& run) {
  if (verdict.outcome == Outcome::failed || run.command_failed()) return "failed";
  return verdict.outcome == Outcome::passed ? "passed" : verdict.outcome == Outcome::nothing ? "nothing" : "undecided";
}

void write_reason(report::JsonWriter& out, const Reason& reason, const report::Report& report) {
  out.begin_object();
  out.key("initiator");
  reason.tunnel ? out.text(net::to_string(report.tunnels[*reason.tunnel].initiator)) : out.null();
  out.key("responder");
  reason.tunnel ? out.text(net::to_string(report.tunnels[*reason.tunnel].responder)) : out.null();
  out.key("expected").text(reason.condition);
  out.key("saw").text(reason.saw);
  out.key("finding").text_or_null(reason.finding);
  out.end_object();
}

void write_judgement(report::JsonWriter& out, const Judgement& one, const report::Report& report) {
  out.begin_object();
  out.key("name").text_or_null(one.expectation.name);
  out.key("expectation").text(one.expectation.text);
  out.key("result").text(result_of(one.standing));
  out.key("tunnels").number(one.tunnels);
  out.key("reasons").begin_array();
  for (const Reason& reason : one.reasons) write_reason(out, reason, report);
  out.end_array();
  out.key("reasons_left_out").number(one.reasons_left_out);
  out.end_object();
}

void write_command(report::JsonWriter& out, const CommandResult& command) {
  out.begin_object();
  out.key("line").text(command.line);
  out.key("result").text(command.failed() ? "failed" : command.stopped ? "stopped" : "passed");
  out.key("status");
  command.status ? out.raw(std::to_string(*command.status)) : out.null();
  out.key("signal").number_or_null(static_cast<std::uint64_t>(command.signal));
  out.end_object();
}

}  // namespace

std::string to_json(const Verdict& verdict, const report::Report& report, const Run& run) {
  return report::json_text([&](report::JsonWriter& out) {
    out.begin_object();
    out.key("schema").text("ikescope.assert/1");
    out.key("version").text(report.version);
    out.key("result").text(result_of(verdict, run));
    out.key("summary").text(summary_line(verdict, report, run));
    out.key("seconds");
    run.took ? out.raw(report::decimal(*run.took, 3)) : out.null();
    out.key("early").boolean(run.early);
    out.key("command");
    run.command ? write_command(out, *run.command) : out.null();
    out.key("expectations").begin_array();
    for (const Judgement& one : verdict.judgements) write_judgement(out, one, report);
    out.end_array();
    std::string whole = report::to_json(report);
    while (!whole.empty() && whole.back() == '\n') whole.pop_back();
    out.key("report").raw(whole);
    out.end_object();
    out.end_line();
  });
}

}  // namespace ike::expect
