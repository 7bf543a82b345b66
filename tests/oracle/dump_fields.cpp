// Prints every ISAKMP message of a capture as our dissectors read it, one JSON line each, for compare.py.
// Fields are flat ("payload2.length"); octets are hex, numbers decimal.
#include <array>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ike/base/named.hpp"
#include "ike/capture/source.hpp"
#include "ike/isakmp/ike_fragments.hpp"
#include "ike/isakmp/message.hpp"
#include "ike/net/dissector.hpp"

namespace {

using namespace ike;

std::string hex(ByteView octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const std::uint8_t octet : octets) {
    text += digits[octet >> 4U];
    text += digits[octet & 15U];
  }
  return text;
}

std::string indexed(const std::string& path, std::string_view what, std::size_t index) {
  return path + std::string{what} + std::to_string(index);
}

/// The fields of one message as members of a JSON object. A payload's content is written by operator().
class Fields {
 public:
  void message(const isakmp::Message& message) {
    header(message.header);
    if (message.header.major() != 1) return;  // of other versions we read nothing but the header
    if (message.header.encrypted()) return number("ciphertext.length", message.ciphertext.size());
    number("payload.count", message.payloads.size());
    for (std::size_t index = 0; index < message.payloads.size(); ++index) {
      const isakmp::Payload& payload = message.payloads[index];
      path_ = indexed("payload", "", index);
      number(path_ + ".type", ike::number(payload.type));
      number(path_ + ".length", payload.length);
      std::visit(*this, payload.content);
    }
  }

  [[nodiscard]] const std::string& members() const noexcept { return members_; }
  /// Whether a payload, or something in it, contradicts itself.
  [[nodiscard]] bool fault() const noexcept { return fault_; }

  void operator()(const isakmp::Opaque& opaque) { octets(path_ + ".opaque", opaque.body); }
  void operator()(const isakmp::Malformed& malformed) {
    fault_ = true;
    add(path_ + ".malformed", '"' + std::string{name(malformed.why.fault)} + '"');
  }
  void operator()(const isakmp::KeyExchange& key_exchange) { octets(path_ + ".data", key_exchange.public_value); }
  void operator()(const isakmp::Hash& hash) { octets(path_ + ".data", hash.data); }
  void operator()(const isakmp::Signature& signature) { octets(path_ + ".data", signature.data); }
  void operator()(const isakmp::Nonce& nonce) { octets(path_ + ".data", nonce.data); }
  void operator()(const isakmp::VendorId& vendor_id) { octets(path_ + ".data", vendor_id.data); }
  void operator()(const isakmp::NatDiscovery& nat_discovery) { octets(path_ + ".data", nat_discovery.hash); }

  void operator()(const isakmp::SecurityAssociation& sa) {
    number(path_ + ".doi", ike::number(sa.doi));
    number(path_ + ".situation", sa.situation);
    const auto proposals = isakmp::decode_proposals(sa);
    for (std::size_t index = 0; index < proposals.size(); ++index)
      proposal(indexed(path_, ".proposal", index), proposals[index]);
  }
  void operator()(const isakmp::Identification& id) {
    number(path_ + ".id_type", ike::number(id.type));
    number(path_ + ".protocol", id.protocol);
    number(path_ + ".port", id.port);
    octets(path_ + ".data", id.data);
  }
  void operator()(const isakmp::Certificate& certificate) {
    number(path_ + ".encoding", ike::number(certificate.encoding));
    number(path_ + ".data_length", certificate.data.size());
  }
  void operator()(const isakmp::CertificateRequest& request) {
    number(path_ + ".encoding", ike::number(request.encoding));
    number(path_ + ".data_length", request.authority.size());
  }
  void operator()(const isakmp::Notification& notification) {
    number(path_ + ".doi", ike::number(notification.doi));
    number(path_ + ".protocol", ike::number(notification.protocol));
    number(path_ + ".notify_type", ike::number(notification.type));
    octets(path_ + ".spi", notification.spi);
    octets(path_ + ".data", notification.data);
  }
  void operator()(const isakmp::Delete& del) {
    number(path_ + ".doi", ike::number(del.doi));
    number(path_ + ".protocol", ike::number(del.protocol));
    number(path_ + ".spi_size", del.spi_size);
    number(path_ + ".spi_count", del.count);
    octets(path_ + ".spi", del.spis);
  }
  void operator()(const isakmp::Config& config) {
    number(path_ + ".config_type", ike::number(config.type));
    number(path_ + ".identifier", config.identifier);
    std::optional<DecodeError> fault;
    attributes(path_, isakmp::decode_attributes(config, fault));
    fault_ = fault_ || fault;
  }
  void operator()(const isakmp::NatOriginalAddress& original) {
    number(path_ + ".id_type", ike::number(original.type));
    octets(path_ + ".data", original.address);
  }
  void operator()(const isakmp::IkeFragment& fragment) {
    number(path_ + ".fragment_id", fragment.id);
    number(path_ + ".fragment_number", fragment.number);
    number(path_ + ".fragment_last", fragment.last ? 1 : 0);
  }

 private:
  void header(const isakmp::Header& header) {
    add("header.initiator_cookie", '"' + isakmp::to_string_cookie(header.initiator_cookie) + '"');
    add("header.responder_cookie", '"' + isakmp::to_string_cookie(header.responder_cookie) + '"');
    number("header.next_payload", ike::number(header.next_payload));
    number("header.version", header.version);
    number("header.exchange_type", ike::number(header.exchange_type));
    number("header.flags", header.flags);
    number("header.message_id", header.message_id);
    number("header.length", header.length);
  }

  void proposal(const std::string& path, const isakmp::Proposal& proposal) {
    fault_ = fault_ || proposal.fault;
    number(path + ".number", proposal.number);
    number(path + ".protocol", ike::number(proposal.protocol));
    octets(path + ".spi", proposal.spi);
    number(path + ".transforms", proposal.announced_transforms);
    for (std::size_t index = 0; index < proposal.transforms.size(); ++index) {
      const isakmp::Transform& transform = proposal.transforms[index];
      const std::string at = indexed(path, ".transform", index);
      fault_ = fault_ || transform.fault;
      number(at + ".number", transform.number);
      number(at + ".id", transform.id);
      attributes(at, transform.attributes);
    }
  }

  void attributes(const std::string& path, const std::vector<isakmp::Attribute>& list) {
    for (std::size_t index = 0; index < list.size(); ++index) {
      const isakmp::Attribute& attribute = list[index];
      const std::string at = indexed(path, ".attribute", index);
      number(at + ".type", attribute.type);
      number(at + ".basic", attribute.basic ? 1 : 0);
      const std::array basic{static_cast<std::uint8_t>(attribute.value >> 8U),
                             static_cast<std::uint8_t>(attribute.value)};
      octets(at + ".value", attribute.basic ? ByteView{basic} : attribute.octets);
    }
  }

  void number(const std::string& path, std::uint64_t value) { add(path, std::to_string(value)); }
  void octets(const std::string& path, ByteView value) { add(path, '"' + hex(value) + '"'); }
  void add(const std::string& path, const std::string& value) {
    if (!members_.empty()) members_ += ',';
    members_ += '"' + path + "\":" + value;
  }

  std::string path_;
  std::string members_;
  bool fault_ = false;
};

/// `how` a message came: "datagram", "first-ip-fragment", "ip-fragments" or "ike-fragments".
void print(std::uint64_t packet, std::string_view how, const isakmp::Message& message) {
  Fields fields;
  fields.message(message);
  const bool fault = message.cut || message.fault || fields.fault();
  std::cout << "{\"packet\":" << packet << ",\"how\":\"" << how << "\",\"fault\":" << (fault ? "true" : "false")
            << ",\"fields\":{" << fields.members() << "}}\n";
}

class Dumper {
 public:
  void datagram(const net::Datagram& datagram) {
    const isakmp::Classified what =
        isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
    if (what.content != isakmp::Content::isakmp && what.content != isakmp::Content::ikev2 &&
        what.content != isakmp::Content::other_version)
      return;
    if (!isakmp::decode_message(datagram.payload.subspan(what.offset), datagram.sent_length - what.offset, message_))
      return;
    print(datagram.packet,
          datagram.partial          ? "first-ip-fragment"
          : datagram.completes != 0 ? "ip-fragments"
                                    : "datagram",
          message_);
    if (datagram.partial || message_.payloads.size() != 1) return;
    const auto* const fragment = std::get_if<isakmp::IkeFragment>(&message_.payloads.front().content);
    if (fragment == nullptr) return;
    const auto whole =
        fragments_.add(message_, *fragment, datagram.source, datagram.destination, datagram.time, datagram.packet);
    if (!whole || !isakmp::decode_message(whole->octets, static_cast<std::uint32_t>(whole->octets.size()), message_))
      return;
    print(datagram.packet, "ike-fragments", message_);
  }

 private:
  isakmp::Message message_;
  isakmp::FragmentAssembler fragments_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: dump_fields CAPTURE\n";
    return 2;
  }
  try {
    capture::FileSource source{argv[1], 0};
    net::Dissector dissector;
    Dumper dumper;
    while (const Frame* frame = source.next()) {
      if (dissector.dissect(*frame) == net::Dissector::Kind::udp) dumper.datagram(dissector.datagram());
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "dump_fields: " << error.what() << '\n';
    return 1;
  }
}
