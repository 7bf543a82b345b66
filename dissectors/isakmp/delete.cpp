#include "ike/isakmp/delete.hpp"

namespace ike::isakmp {

Decoded<Delete> decode_delete(ByteView body) {
  ByteReader in{body};
  const Doi doi{in.u32("DOI")};
  const ProtocolId protocol{in.u8("Protocol-Id")};
  const auto spi_size = in.u8("SPI Size");
  const auto count = in.u16("# of SPIs");
  const auto spis = in.take(std::size_t{spi_size} * count, "SPI");
  return in.finish(Delete{doi, protocol, spi_size, count, spis});
}

}  // namespace ike::isakmp
