// Somebody else's test of a tunnel: a capture, expectations, a verdict. Any framework will do.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <ike/analyzer.hpp>
#include <ike/capture/source.hpp>
#include <ike/expect/writers.hpp>

#include <cstdlib>
#include <string>
#include <vector>

namespace {

std::string capture(const std::string& name) {
  const char* const folder = std::getenv("IKE_CAPTURES");
  return (folder == nullptr ? std::string{"."} : std::string{folder}) + "/" + name;
}

ike::Analyzer analyzed(const std::string& name) {
  ike::Analyzer analyzer;
  ike::capture::FileSource source{capture(name), 0};
  while (const ike::Frame* frame = source.next()) analyzer.feed(*frame);
  return analyzer;
}

}  // namespace

TEST_CASE("the tunnel comes up") {
  const ike::Analyzer analyzer = analyzed("main-mode/strongswan-strongswan.pcap");
  const auto report = analyzer.report({});
  const std::vector expectations{*ike::expect::parse("up within 5s resends=0"), *ike::expect::parse("not aggressive")};
  const auto verdict = ike::expect::judge(report, expectations);
  CHECK_MESSAGE(verdict.passed(), ike::expect::to_text(verdict, report));
}

TEST_CASE("a wrong key is told") {
  const ike::Analyzer analyzer = analyzed("stalls/psk-mismatch/libreswan-strongswan.pcap");
  const auto report = analyzer.report({});
  const std::vector expectations{ike::expect::everything_healthy()};
  const auto verdict = ike::expect::judge(report, expectations);
  REQUIRE(verdict.outcome == ike::expect::Outcome::failed);
  CHECK(verdict.judgements.front().reasons.front().finding == "psk-mismatch");
}

TEST_CASE("what can't be understood says where") {
  const auto parsed = ike::expect::parse("up within five");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().offset == 10);
}
