#include <pcap/pcap.h>

#include <string>

#include "ike/capture/source.hpp"

namespace ike::capture {

namespace {

/// libpcap's own number (DLT_) for a number in a file (LINKTYPE_): they differ where systems disagreed.
int dlt_of(LinkType link) noexcept {
  switch (static_cast<unsigned>(link)) {
    case 12:
    case 14:
    case 101:
      return DLT_RAW;
    case 100:
      return DLT_ATM_RFC1483;
    case 102:
      return DLT_SLIP_BSDOS;
    case 103:
      return DLT_PPP_BSDOS;
    case 106:
      return DLT_ATM_CLIP;
    default:
      return static_cast<int>(link);
  }
}

}  // namespace

std::string link_name(LinkType link) {
  const char* name = pcap_datalink_val_to_name(dlt_of(link));
  return name ? name : std::to_string(static_cast<unsigned>(link));
}

}  // namespace ike::capture
