// The same as in tunnel_test.cpp, for GoogleTest.
#include <gtest/gtest.h>

#include <ike/analyzer.hpp>
#include <ike/capture/source.hpp>
#include <ike/expect/writers.hpp>

#include <cstdlib>
#include <string>
#include <vector>

TEST(Branch, ComesUp) {
  const char* const folder = std::getenv("IKE_CAPTURES");
  ike::Analyzer analyzer;
  ike::capture::FileSource source{(folder == nullptr ? std::string{"."} : std::string{folder}) + "/main-mode/strongswan-strongswan.pcap", 0};
  while (const ike::Frame* frame = source.next()) analyzer.feed(*frame);

  const auto report = analyzer.report({});
  const std::vector expectations{*ike::expect::parse("any <-> any up within 5s"), *ike::expect::parse("not aggressive")};
  const auto verdict = ike::expect::judge(report, expectations);
  EXPECT_TRUE(verdict.passed()) << ike::expect::to_text(verdict, report);
}
