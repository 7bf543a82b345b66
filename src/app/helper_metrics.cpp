#include "helper_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>

namespace ike::app {
namespace {

struct Total {
  const char* name;
  const char* help;
  std::uint64_t Metrics::* value;
};
constexpr std::array totals{
    Total{"ikescope_frames_total", "Frames read", &Metrics::frames},
    Total{"ikescope_ike_messages_total", "IKEv1 messages", &Metrics::messages},
    Total{"ikescope_resends_total", "Messages that were sent again", &Metrics::resends},
    Total{"ikescope_malformed_total", "Malformed messages", &Metrics::malformed},
    Total{"ikescope_attempts_total", "Phase 1 attempts begun", &Metrics::attempts},
    Total{"ikescope_attempts_evicted_total", "Phase 1 attempts forgotten for want of room", &Metrics::evicted},
    Total{"ikescope_kernel_drops_total", "Frames that the kernel dropped", &Metrics::kernel_drops},
    Total{"ikescope_interface_drops_total", "Frames that an interface dropped", &Metrics::interface_drops},
    Total{"ikescope_stalls_total", "Stalls that were news", &Metrics::stalls},
};

}  // namespace

struct MetricsServer::Impl {
  explicit Impl(const std::string& address) : registry{std::make_shared<prometheus::Registry>()}, exposer{address, 1} {
    for (std::size_t i = 0; i < totals.size(); ++i) counters[i] = &prometheus::BuildCounter().Name(totals[i].name).Help(totals[i].help).Register(*registry).Add({});
    auto& tunnels = prometheus::BuildGauge().Name("ikescope_tunnels").Help("Tunnels by verdict").Register(*registry);
    for (std::size_t i = 0; i < verdicts.size(); ++i) verdicts[i] = &tunnels.Add({{"verdict", std::string{diagnose::name(static_cast<diagnose::Verdict>(i))}}});
    auto& troubled = prometheus::BuildGauge().Name("ikescope_tunnels_with_finding").Help("Tunnels in trouble, by their first finding").Register(*registry);
    for (std::size_t i = 0; i < findings.size(); ++i) findings[i] = &troubled.Add({{"finding", std::string{diagnose::name(static_cast<diagnose::FindingId>(i))}}});
    exposer.RegisterCollectable(registry);
  }

  std::shared_ptr<prometheus::Registry> registry;
  prometheus::Exposer exposer;
  std::array<prometheus::Counter*, totals.size()> counters{};
  std::array<prometheus::Gauge*, std::tuple_size_v<decltype(Metrics::tunnels)>> verdicts{};
  std::array<prometheus::Gauge*, std::tuple_size_v<decltype(Metrics::troubled)>> findings{};
};

MetricsServer::MetricsServer(const std::string& address) try : impl_{std::make_unique<Impl>(address)} {
} catch (const std::exception&) {
  throw std::runtime_error{"--metrics " + address + ": can't be listened on; is the port taken?"};
}
MetricsServer::~MetricsServer() = default;

void MetricsServer::set(const Metrics& values) {
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const double grown = static_cast<double>(values.*totals[i].value) - impl_->counters[i]->Value();
    if (grown > 0) impl_->counters[i]->Increment(grown);
  }
  for (std::size_t i = 0; i < values.tunnels.size(); ++i) impl_->verdicts[i]->Set(static_cast<double>(values.tunnels[i]));
  for (std::size_t i = 0; i < values.troubled.size(); ++i) impl_->findings[i]->Set(static_cast<double>(values.troubled[i]));
}

}  // namespace ike::app
