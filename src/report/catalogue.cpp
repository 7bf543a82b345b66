#include "ike/report/catalogue.hpp"

#include <cassert>

#include "catalogue_rows.hpp"

namespace ike::report {
namespace {

using Table = std::array<Entry, diagnose::finding_count>;

Table join() {
  Table table{};
  std::size_t at = 0;
  const auto add = [&](const auto& family) {
    for (const Entry& one : family) table.at(at++) = one;
  };
  add(refused_entries);
  add(broken_entries);
  add(established_entries);
  add(silent_entries);
  add(tunnel_entries);
  add(remark_entries);
  assert(at == table.size());
  return table;
}

}  // namespace

std::string_view name(Product product) {
  switch (product) {
    case Product::asa: return "Cisco ASA";
    case Product::ios: return "Cisco IOS";
    case Product::strongswan: return "strongSwan";
    case Product::libreswan: return "libreswan";
  }
  return {};
}

std::span<const Entry> catalogue() {
  static const Table table = join();
  return table;
}

const Entry& entry(diagnose::FindingId id) {
  const auto index = static_cast<std::size_t>(id);
  return catalogue()[index < diagnose::finding_count ? index : 0];
}

}  // namespace ike::report
