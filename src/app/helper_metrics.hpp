#pragma once

#include <memory>
#include <string>

#include "helper.hpp"

namespace ike::app {

/// Serves Metrics to Prometheus on `address` ("127.0.0.1:9800").
class MetricsServer {
 public:
  explicit MetricsServer(const std::string& address);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  void set(const Metrics& values);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ike::app
