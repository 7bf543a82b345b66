#include "ike/isakmp/notification.hpp"

namespace ike::isakmp {

Decoded<Notification> decode_notification(ByteView body) {
  ByteReader in{body};
  const Doi doi{in.u32("DOI")};
  const ProtocolId protocol{in.u8("Protocol-ID")};
  const auto spi_size = in.u8("SPI Size");
  const NotifyType type{in.u16("Notify Message Type")};
  const auto spi = in.take(spi_size, "SPI");
  const auto data = in.rest();
  return in.finish(Notification{doi, protocol, type, spi, data});
}

}  // namespace ike::isakmp
