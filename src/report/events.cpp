#include "ike/report/events.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <random>

#include "exchanges.hpp"
#include "format.hpp"
#include "ike/base/prefetch.hpp"
#include "ike/isakmp/header.hpp"
#include "ike/isakmp/registry.hpp"
#include "ike/track/copies.hpp"
#include "json_objects.hpp"
#include "json_writer.hpp"

namespace ike::report {
namespace {

using isakmp::ExchangeType;
using isakmp::PayloadType;

constexpr std::size_t full_buffer = 64 * 1024;
constexpr std::size_t max_payloads = 32;    // named in a line
constexpr std::size_t remembered = 6;       // messages of an exchange; Main Mode has no more
constexpr std::size_t ways = 8;             // exchanges that share a place in the table: their keys are one cache line
constexpr std::size_t first_size = 1024;    // of the table
constexpr std::size_t ahead = 8;            // messages whose places in the table are fetched before they are needed

/// One exchange: phase 1 under a cookie, or one message ID below it, between two addresses.
struct Exchange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::uint32_t number = 0;
  bool begun_by_greater = false;  // by the greater of both addresses (and ports)
  std::uint8_t from_starter = 0;
  std::uint8_t from_other = 0;
  std::uint8_t count = 0;         // of messages remembered, ever
  std::array<std::uint32_t, remembered> digests{};
  std::array<std::uint16_t, remembered> ip_ids{};
  std::array<std::uint16_t, remembered> files{};
  std::array<std::uint16_t, remembered> sent{};
  std::array<std::uint8_t, remembered> places{};
  std::array<std::uint32_t, remembered> packets{};  // 4,000 million are enough for a pointer back
  std::array<std::uint32_t, remembered> times{};    // milliseconds since `first`

  [[nodiscard]] std::uint32_t milliseconds(std::int64_t now) const noexcept {
    return now <= first ? 0U : static_cast<std::uint32_t>(std::min<std::int64_t>((now - first) / 1'000'000, 0xffffffff));
  }
};

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t load64(const std::uint8_t* at) noexcept {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Keyed, so that nobody can make two messages that look the same to us.
std::uint64_t digest_of(ByteView octets, std::uint64_t seed) noexcept {
  std::uint64_t hash = seed ^ octets.size();
  const std::uint8_t* at = octets.data();
  std::size_t left = octets.size();
  for (; left >= 16; left -= 16, at += 16) hash = mix(load64(at) ^ hash, load64(at + 8) ^ 0x9e3779b97f4a7c15U ^ seed);
  std::array<std::uint8_t, 16> tail{};
  std::copy_n(at, left, tail.begin());
  return mix(load64(tail.data()) ^ hash, load64(tail.data() + 8) ^ 0xd6e8feb86659fd93U ^ seed);
}

/// Whether its findings are told as they come: it is stalled, flapping, or has a warning.
bool in_trouble(const TunnelRow& row) { return row.verdict == diagnose::Verdict::stalled || row.verdict == diagnose::Verdict::flapping || row.warning; }

bool is_phase1(ExchangeType type) { return type == ExchangeType::identity_protection || type == ExchangeType::aggressive; }

/// What a message has, read no further than the line needs.
struct Sight {
  isakmp::Header header;
  std::array<PayloadType, max_payloads> payloads{};
  std::size_t payload_count = 0;
  std::optional<std::uint16_t> notify;
  bool has_sa = false;
  bool has_ke = false;
};

void see(ByteView octets, Sight& sight) {
  sight.payload_count = 0;
  sight.notify.reset();
  sight.has_sa = sight.has_ke = false;
  std::size_t at = isakmp::header_length;
  auto next = sight.header.next_payload;
  if (sight.header.encrypted()) {
    if (next != PayloadType::none) sight.payloads[sight.payload_count++] = next;
    return;
  }
  while (next != PayloadType::none && octets.size() >= at + 4 && sight.payload_count < max_payloads) {
    sight.payloads[sight.payload_count++] = next;
    sight.has_sa = sight.has_sa || next == PayloadType::security_association;
    sight.has_ke = sight.has_ke || next == PayloadType::key_exchange || next == PayloadType::nonce;
    const std::size_t length = load_be16(octets.data() + at + 2);
    constexpr std::size_t type_at = 4 + 4 + 2;  // header, DOI, protocol and SPI size (RFC 2408 3.14)
    if (next == PayloadType::notification && !sight.notify && length >= type_at + 2 && octets.size() >= at + type_at + 2) sight.notify = load_be16(octets.data() + at + type_at);
    if (length < 4) return;
    next = PayloadType{octets[at]};
    at += length;
  }
}

/// A message with all that is needed of it once its octets are gone.
struct Seen {
  net::Datagram datagram;  // without its payload
  Sight sight;
  std::uint64_t key = 0;
  std::uint64_t digest = 0;
};

/// "2026-11-21T08:26:47." of the last second asked for, and IPv6 addresses as text: most are asked for again.
class Texts {
 public:
  std::string_view second(std::int64_t count) {
    if (count != second_ || second_text_.empty()) {
      second_ = count;
      second_text_ = rfc3339(Time{std::chrono::seconds{count}}, false);
      second_text_.resize(second_text_.find('.') == std::string::npos ? second_text_.size() : second_text_.find('.') + 1);
    }
    return second_text_;
  }
  std::string_view address(const net::Address& address) {
    auto& slot = addresses_[mix(load64(address.octets.data()) ^ 0x9e3779b97f4a7c15U, load64(address.octets.data() + 8) ^ 0xd6e8feb86659fd93U ^ address.family) % addresses_.size()];
    if (slot.text.empty() || slot.address != address) slot = {address, net::to_string(address)};
    return slot.text;
  }

 private:
  struct Slot {
    net::Address address;
    std::string text;
  };
  std::int64_t second_ = 0;
  std::string second_text_;
  std::vector<Slot> addresses_ = std::vector<Slot>(1024);
};

/// Where the sender of the message at `place` of Main or Aggressive Mode stands then.
track::Position sender_stands(bool main, std::uint8_t place) { return static_cast<track::Position>(place + (main ? 0 : static_cast<int>(track::Position::mm_active))); }

/// The member `position` of an exchange of which one message was seen so far: of its sender.
std::string first_position(bool main, std::uint8_t place) {
  track::Positions positions;
  positions.last_message = place;
  if (place != 0) (place % 2 == 1 ? positions.initiator : positions.responder) = sender_stands(main, place);
  return json_text([&](JsonWriter& json) {
    json.begin_object();
    const CaptureInfo none;
    JsonObjects{json, none}.positions(positions);
    json.end_object();
  });
}

}  // namespace

struct EventStream::Impl {
  Impl(std::function<void(std::string_view)> out, std::uint32_t max_exchanges) : write{std::move(out)}, most{std::bit_ceil(std::max<std::size_t>(max_exchanges, first_size))} {
    std::random_device device;
    seed = (std::uint64_t{device()} << 32U | device()) | 1U;
    table.resize(first_size);
    keys.resize(first_size);
    for (unsigned type = 0; type < labels.size(); ++type) labels[type] = json_text([&](JsonWriter& json) { json.text(isakmp::short_label(PayloadType(type))); });
    for (std::uint8_t place = 0; place < first_positions[0].size(); ++place) first_positions[0][place] = first_position(true, place);
    for (std::uint8_t place = 0; place < first_positions[1].size(); ++place) first_positions[1][place] = first_position(false, place);
    line.resize(full_buffer + 8192);
    if (write) text(R"({"type":"capture","event":"start","schema":"ikescope.report/1"})" "\n");
  }

  // --- one line, written by hand: this is done for every message -----------------------------------------
  void text(std::string_view value) {
    if (!value.empty()) std::memcpy(line.data() + used, value.data(), value.size());
    used += value.size();
  }
  void number(std::uint64_t value) { used = static_cast<std::size_t>(std::to_chars(line.data() + used, line.data() + line.size(), value).ptr - line.data()); }
  void digits(std::uint32_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; value /= 10) line[used + i] = static_cast<char>('0' + value % 10);
    used += count;
  }
  void hex(std::uint64_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; value >>= 4U) line[used + i] = "0123456789abcdef"[value & 15U];
    used += count;
  }
  void address(const net::Address& address) {
    if (address.family != 4) return text(texts.address(address));
    for (std::size_t i = 0; i < 4; ++i) {
      if (i != 0) line[used++] = '.';
      number(address.octets[i]);
    }
  }
  void endpoint_object(const net::Endpoint& endpoint) {
    text(R"({"address":")");
    address(endpoint.address);
    text(R"(","port":)");
    number(endpoint.port);
    text("}");
  }
  /// "192.0.2.1:500", "[2001:db8::1]:500"
  void endpoint(const net::Endpoint& endpoint) {
    const bool v4 = endpoint.address.family == 4;
    text(v4 ? "\"" : "\"[");
    address(endpoint.address);
    text(v4 ? ":" : "]:");
    number(endpoint.port);
    text("\"");
  }
  void begin(std::string_view type, const net::PacketInfo& info) {
    const auto count = info.time.time_since_epoch().count();
    const std::int64_t second = count / 1'000'000'000 - (count % 1'000'000'000 < 0 ? 1 : 0);
    const auto rest = static_cast<std::uint32_t>(count - second * 1'000'000'000);
    text(R"({"type":")");
    text(type);
    text(R"(","time":")");
    text(texts.second(second));
    rest % 1000 == 0 ? digits(rest / 1000, 6) : digits(rest, 9);
    text(R"(Z","seconds":)");
    seconds(count - begin_count.value_or(count));
    text(R"(,"file":)");
    number(info.file);
    text(R"(,"packet":)");
    number(info.packet);
  }
  /// Since the first frame; one that is older may come later.
  void seconds(std::int64_t span) {
    if (span < 0) text("-");
    const std::uint64_t size = span < 0 ? 0 - static_cast<std::uint64_t>(span) : static_cast<std::uint64_t>(span);
    const auto rest = static_cast<std::uint32_t>(size % 1'000'000'000);
    number(size / 1'000'000'000);
    text(".");
    rest % 1000 == 0 ? digits(rest / 1000, 6) : digits(rest, 9);
  }
  void end() {
    text("}\n");
    if (used < full_buffer) return;
    write({line.data(), used});
    used = 0;
  }
  void flush() {
    settle();
    if (used == 0 || !write) return;
    write({line.data(), used});
    used = 0;
  }

  // --- exchanges -----------------------------------------------------------------------------------------
  /// Where its keys begin; the size of the table is a power of two.
  [[nodiscard]] std::size_t set_of(std::uint64_t key) const noexcept { return (key / ways * ways) & (table.size() - 1); }

  /// Fetches the exchange of a message that will be asked for soon, or the place for it. Inline always: GCC drops calls
  /// of functions that do nothing else.
  [[gnu::always_inline]] inline void fetch(std::uint64_t key) const noexcept {
    const std::size_t set = set_of(key);
    for (std::size_t i = set; i < set + ways; ++i) {
      if (keys[i] != key && keys[i] != 0) continue;
      const auto* const at = reinterpret_cast<const char*>(&table[i]);
      for (std::size_t octet = 0; octet < sizeof(Exchange); octet += 64) prefetch_line(at + octet);
      return;
    }
  }

  Exchange& find(std::uint64_t key, std::int64_t now) {
    for (;;) {
      const std::size_t set = set_of(key);
      std::size_t place = set + ways;
      for (std::size_t i = set; i < set + ways; ++i) {
        if (keys[i] == key) return table[i];
        if (keys[i] == 0 && place == set + ways) place = i;
      }
      if (place == set + ways && table.size() < most) {
        grow();
        continue;
      }
      if (place == set + ways) {  // full: the oldest is forgotten
        place = set;
        for (std::size_t i = set + 1; i < set + ways; ++i) place = table[i].last < table[place].last ? i : place;
      }
      keys[place] = key;
      table[place] = {};
      table[place].first = table[place].last = now;
      return table[place];
    }
  }

  void grow() {
    std::vector<Exchange> before(table.size() * 2);
    std::vector<std::uint64_t> keys_before(table.size() * 2);
    before.swap(table);
    keys_before.swap(keys);
    for (std::size_t from = 0; from < before.size(); ++from) {
      if (keys_before[from] == 0) continue;
      std::size_t place = set_of(keys_before[from]);
      while (keys[place] != 0) ++place;  // of one set at most as many come as it has room for
      keys[place] = keys_before[from];
      table[place] = before[from];
    }
  }

  void datagram(const net::Datagram& datagram) {
    const auto what = isakmp::classify(datagram.payload, datagram.sent_length, datagram.source.port, datagram.destination.port);
    if (what.content != isakmp::Content::isakmp || datagram.payload.size() < what.offset + isakmp::header_length) return;
    const ByteView all = datagram.payload.subspan(what.offset);
    if (waiting == seen.size()) settle(1);
    Seen& next = seen[(oldest + waiting++) % seen.size()];
    next.sight.header = *isakmp::decode_header(all);
    const std::size_t length = std::min<std::size_t>(all.size(), std::max<std::size_t>(next.sight.header.length, isakmp::header_length));
    see(all.first(length), next.sight);
    next.datagram = datagram;
    next.key = key_of(datagram, next.sight.header);
    prefetch_line(&keys[set_of(next.key)]);
    if (waiting > ahead / 2) fetch(seen[(oldest + waiting - 1 - ahead / 2) % seen.size()].key);
    next.digest = digest_of(all.first(length), seed);
    if (tell) settle();  // now: who is told may look at the octets
    else next.datagram.payload = {};
  }

  /// Writes of the messages that were seen, the oldest first.
  void settle(std::size_t count = ahead) {
    for (; count > 0 && waiting > 0; --count) {
      sight = seen[oldest].sight;
      message(seen[oldest]);
      oldest = (oldest + 1) % seen.size();
      --waiting;
    }
  }

  [[nodiscard]] static bool from_greater(const net::Datagram& datagram) noexcept {
    const auto& source = datagram.source;
    const auto& destination = datagram.destination;
    return source.address != destination.address ? source.address > destination.address : source.port > destination.port;
  }

  /// Of the exchange: both addresses, initiator cookie, and below phase 1 message ID and type.
  [[nodiscard]] std::uint64_t key_of(const net::Datagram& datagram, const isakmp::Header& header) const noexcept {
    const bool greater = from_greater(datagram);
    const auto& low = greater ? datagram.destination.address : datagram.source.address;
    const auto& high = greater ? datagram.source.address : datagram.destination.address;
    std::uint64_t key = mix(load64(low.octets.data()) ^ seed, load64(high.octets.data()) ^ header.initiator_cookie);
    if (low.family == 6) key = mix(load64(low.octets.data() + 8) ^ key, load64(high.octets.data() + 8) ^ seed);
    const std::uint64_t below = is_phase1(header.exchange_type) ? 0 : std::uint64_t{header.message_id} << 8U | number_of(header.exchange_type);
    return std::max<std::uint64_t>(mix(key ^ seed, below ^ 0x9e3779b97f4a7c15U), 1);
  }

  void message(const Seen& one) {
    const net::Datagram& datagram = one.datagram;
    const isakmp::Header& header = sight.header;
    const bool phase1 = is_phase1(header.exchange_type);
    const bool from_greater = Impl::from_greater(datagram);
    const auto now = datagram.time.time_since_epoch().count();

    Exchange& exchange = find(one.key, now);
    begins = false;
    from_the_beginning = true;
    if (exchange.number == 0) {
      exchange.number = ++exchanges;
      // The side that answers shows itself by a responder cookie beside its SA.
      exchange.begun_by_greater = from_greater != (phase1 && sight.has_sa && header.responder_cookie != 0);
      begins = true;
      from_the_beginning = !phase1 || (sight.has_sa && header.responder_cookie == 0);
      if (!tell) exchange_line(datagram, exchange, from_greater);
    }
    exchange.last = now;
    const bool from_starter = from_greater == exchange.begun_by_greater;

    const auto digest = static_cast<std::uint32_t>(one.digest >> 32U) ^ (from_starter ? 1U : 0U);
    const std::size_t kept = std::min<std::size_t>(exchange.count, remembered);
    for (std::size_t i = 0; i < kept; ++i) {
      if (exchange.digests[i] == digest) return again(datagram, exchange, i, from_starter, exchange.milliseconds(now));
    }
    const std::size_t slot = exchange.count % remembered;
    exchange.count = static_cast<std::uint8_t>(exchange.count + 1U == 256 ? remembered : exchange.count + 1U);
    exchange.digests[slot] = digest;
    exchange.ip_ids[slot] = datagram.ip_id;
    exchange.files[slot] = datagram.file;
    exchange.packets[slot] = static_cast<std::uint32_t>(datagram.packet);
    exchange.times[slot] = exchange.milliseconds(now);
    exchange.sent[slot] = 1;
    if (datagram.completes == 0) {
      auto& count = from_starter ? exchange.from_starter : exchange.from_other;
      if (count < 255) ++count;
    }

    const std::uint8_t place = exchange.places[slot] = place_of(exchange, from_starter);
    if (tell) {
      Passing told = passing(Passing::Kind::message, datagram);
      told.number = place;
      return tell(told);
    }
    message_line(datagram, exchange, from_starter, place);
    end();
  }

  /// All of a message's line but its end; `earlier` is the slot of the same octets before, which it is a copy of or
  /// else sends again.
  void message_line(const net::Datagram& datagram, const Exchange& exchange, bool from_starter, std::uint8_t place, std::optional<std::size_t> earlier = {}, bool copy = false) {
    const isakmp::Header& header = sight.header;
    begin("message", datagram);
    text(from_starter ? R"(,"from":"initiator","number":)" : R"(,"from":"responder","number":)");
    place == 0 ? text("null") : number(place);
    text(R"(,"length":)");
    number(header.length);
    text(header.encrypted() ? R"(,"encrypted":true,"payloads":[)" : R"(,"encrypted":false,"payloads":[)");
    for (std::size_t i = 0; i < sight.payload_count; ++i) {
      if (i != 0) text(",");
      text(labels[isakmp_number(sight.payloads[i])]);
    }
    text(R"(],"resend_of":)");
    pointer(exchange, copy ? std::nullopt : earlier);
    text(R"(,"mirror_of":)");
    pointer(exchange, copy ? earlier : std::nullopt);
    text(R"(,"decrypted":false)");
    names(R"(,"exchange":"e)", exchange, header);
    text(R"(,"source":)");
    endpoint(datagram.source);
    text(R"(,"destination":)");
    endpoint(datagram.destination);
    if (sight.notify) {
      text(R"(,"notify":)");
      number(*sight.notify);
    }
    if (is_phase1(header.exchange_type)) position(header.exchange_type, place);
    if (datagram.partial) text(R"(,"partial":true)");
    if (datagram.cut) text(R"(,"cut":true)");
    if (datagram.completes != 0) {
      text(R"(,"completes":)");
      number(datagram.completes);
    }
  }

  void pointer(const Exchange& exchange, std::optional<std::size_t> slot) {
    if (!slot) return text("null");
    text(R"({"file":)");
    number(exchange.files[*slot]);
    text(R"(,"packet":)");
    number(exchange.packets[*slot]);
    text("}");
  }

  void exchange_line(const net::Datagram& datagram, const Exchange& exchange, bool from_greater) {
    const net::Endpoint& source = datagram.source;
    const net::Endpoint& destination = datagram.destination;
    const isakmp::Header& header = sight.header;
    const bool by_source = exchange.begun_by_greater == from_greater;
    begin("exchange", datagram);
    names(R"(,"id":"e)", exchange, header);
    text(R"(,"tunnel":null,"exchange_type":)");
    number(isakmp_number(header.exchange_type));
    text(R"(,"mode":)");
    const std::string_view mode = mode_name(header.exchange_type);
    text(mode.empty() ? "null" : "\"");
    text(mode);
    if (!mode.empty()) text("\"");
    text(R"(,"initiator":)");
    endpoint_object(by_source ? source : destination);
    text(R"(,"responder":)");
    endpoint_object(by_source ? destination : source);
    text(R"(,"status":"waiting","position":)");
    const bool main = header.exchange_type == ExchangeType::identity_protection;
    is_phase1(header.exchange_type) ? text(first_positions[main ? 0 : 1][place_of(exchange, by_source)]) : text("null");
    text(from_the_beginning ? R"(,"messages":[],"from_the_beginning":true)" : R"(,"messages":[],"from_the_beginning":false)");
    end();
  }

  [[nodiscard]] Passing passing(Passing::Kind kind, const net::Datagram& datagram) const {
    return {.kind = kind, .datagram = datagram, .header = sight.header, .payloads = std::span{sight.payloads}.first(sight.payload_count), .notify = sight.notify,
            .begins = begins, .from_the_beginning = from_the_beginning};
  }

  /// The same octets once more: sent again, or one packet that the capture holds twice.
  void again(const net::Datagram& datagram, Exchange& exchange, std::size_t slot, bool from_starter, std::uint32_t now) {
    const std::uint32_t since = now - std::min(now, exchange.times[slot]);
    const bool copy = track::is_copy(std::chrono::milliseconds{since}, datagram.ip_id, exchange.ip_ids[slot]);
    if (!copy) {
      if (exchange.sent[slot] < 0xffff) ++exchange.sent[slot];
      exchange.times[slot] = now;
      exchange.ip_ids[slot] = datagram.ip_id;
    }
    if (tell) {
      Passing told = passing(copy ? Passing::Kind::copy : Passing::Kind::resend, datagram);
      told.number = exchange.places[slot];
      told.times_sent = exchange.sent[slot];
      told.since = std::chrono::milliseconds{since};
      return tell(told);
    }
    message_line(datagram, exchange, from_starter, exchange.places[slot], slot, copy);
    if (!copy) {
      text(R"(,"times_sent":)");
      number(exchange.sent[slot]);
    }
    end();
  }

  /// `id` names its number; cookies, message ID.
  void names(std::string_view id, const Exchange& exchange, const isakmp::Header& header) {
    text(id);
    number(exchange.number);
    text(R"(","initiator_cookie":")");
    hex(header.initiator_cookie, 16);
    text(R"(","responder_cookie":)");
    if (header.responder_cookie == 0) {
      text("null");
    } else {
      text("\"");
      hex(header.responder_cookie, 16);
      text("\"");
    }
    text(R"(,"message_id":)");
    number(header.message_id);
  }

  /// The place of this message in its exchange, told by what it carries (RFC 2409 5); 0 when it has none.
  [[nodiscard]] std::uint8_t place_of(const Exchange& exchange, bool from_starter) const {
    const isakmp::Header& header = sight.header;
    const bool main = header.exchange_type == ExchangeType::identity_protection;
    if (main || header.exchange_type == ExchangeType::aggressive) {
      if (header.encrypted()) return main ? (from_starter ? 5 : 6) : (from_starter ? 3 : 0);
      if (sight.has_sa) return from_starter ? 1 : 2;
      if (main) return sight.has_ke ? (from_starter ? 3 : 4) : 0;
      return from_starter ? 3 : 0;
    }
    if (tell && header.exchange_type != ExchangeType::quick_mode && header.exchange_type != ExchangeType::transaction) return 0;
    const unsigned before = from_starter ? exchange.from_starter : exchange.from_other;
    const unsigned place = from_starter ? 2 * before - 1 : 2 * before;
    return static_cast<std::uint8_t>(place < 100 ? place : 0);
  }

  /// Where the sender of a phase 1 message stands now.
  void position(ExchangeType type, std::uint8_t place) {
    const bool main = type == ExchangeType::identity_protection;
    if (place == 0) return;
    text(R"(,"position":")");
    text(track::asa_name(sender_stands(main, place)));
    text("\"");
  }

  void icmp_error(const net::IcmpError& error) {
    settle();
    begin("capture", error);
    text(R"(,"event":"icmp_error","source":")");
    address(error.source.address);
    text(R"(","icmp_type":)");
    number(error.type);
    text(R"(,"icmp_code":)");
    number(error.code);
    text(error.v6 ? R"(,"v6":true,"mtu":)" : R"(,"v6":false,"mtu":)");
    error.mtu == 0 ? text("null") : number(error.mtu);
    text(R"(,"quoted_source":)");
    endpoint(error.quoted_source);
    text(R"(,"quoted_destination":)");
    endpoint(error.quoted_destination);
    end();
  }

  template <typename Code>
  static std::uint8_t isakmp_number(Code code) noexcept { return static_cast<std::uint8_t>(code); }
  static std::uint8_t number_of(ExchangeType type) noexcept { return static_cast<std::uint8_t>(type); }

  std::function<void(std::string_view)> write;
  std::function<void(const Passing&)> tell;
  std::size_t most;
  std::uint64_t seed = 0;
  std::vector<Exchange> table;
  std::vector<std::uint64_t> keys;  // beside it; 0: free
  std::uint32_t exchanges = 0;
  std::array<Seen, ahead> seen;     // a ring
  std::size_t oldest = 0;
  std::size_t waiting = 0;
  Sight sight;                      // of the message at hand
  bool begins = false;              // its exchange, of the message at hand
  bool from_the_beginning = true;
  Texts texts;
  std::array<std::string, 256> labels;
  std::array<std::array<std::string, 7>, 2> first_positions;  // of Main and Aggressive Mode, by the message seen
  std::optional<std::int64_t> begin_count;                    // of the first frame, nanoseconds
  std::vector<char> line;
  std::size_t used = 0;
};

EventStream::EventStream(std::function<void(std::string_view)> write, std::uint32_t max_exchanges) : impl_{std::make_unique<Impl>(std::move(write), max_exchanges)} {}
EventStream::EventStream(std::function<void(const Passing&)> tell, std::uint32_t max_exchanges) : impl_{std::make_unique<Impl>(std::function<void(std::string_view)>{}, max_exchanges)} {
  impl_->tell = std::move(tell);
}
EventStream::~EventStream() = default;
EventStream::EventStream(EventStream&&) noexcept = default;
EventStream& EventStream::operator=(EventStream&&) noexcept = default;
void EventStream::datagram(const net::Datagram& datagram) { impl_->datagram(datagram); }
void EventStream::icmp_error(const net::IcmpError& error) {
  if (!impl_->tell) impl_->icmp_error(error);
}
void EventStream::flush() { impl_->flush(); }
void EventStream::frame(Time time) {
  if (!impl_->begin_count) impl_->begin_count = time.time_since_epoch().count();
}

void EventStream::tunnel(std::uint32_t number, const TunnelRow& row, const TunnelReport& opened, Time now) {
  flush();
  JsonWriter json{impl_->write};
  const CaptureInfo none;
  JsonObjects objects = JsonObjects::typed(json, none, now);
  objects.tunnel(number, row, opened);
  json.end_line();
  if (in_trouble(row)) {
    const auto views = exchanges(opened.tunnel, opened.diagnosis);
    for (const diagnose::Finding& found : opened.diagnosis.findings) {
      objects.finding(number, opened.tunnel, found, views);
      json.end_line();
    }
  }
  json.flush();
}

void EventStream::capture(std::string_view what, std::string_view interface, std::string_view text, std::uint64_t count, Time now) {
  flush();
  JsonWriter json{impl_->write};
  json.begin_object();
  json.key("type").text("capture");
  json.key("event").text(what);
  json.key("time").text(rfc3339(now, false));
  json.key("interface").text(interface);
  json.key("what").text(text);
  json.key("count").number(count);
  json.end_object();
  json.end_line();
  json.flush();
}

void EventStream::finish(const Report& report, std::string_view last, const std::function<std::uint32_t(const TunnelRow&)>& number) {
  flush();
  JsonWriter json{impl_->write};
  JsonObjects objects = JsonObjects::typed(json, report.capture);
  for (const TunnelRow& row : report.tunnels) {
    const TunnelReport one = report.open(row);
    const std::uint32_t numbered = number ? number(row) : one.tunnel.id;
    const auto views = exchanges(one.tunnel, one.diagnosis);
    objects.tunnel(numbered, row, one);
    json.end_line();
    for (const ExchangeView& view : views) {
      objects.exchange(numbered, one, view);
      json.end_line();
    }
    for (const diagnose::Finding& found : one.diagnosis.findings) {
      objects.finding(numbered, one.tunnel, found, views);
      json.end_line();
    }
  }
  objects.capture(last);
  json.end_line();
  json.flush();
}

}  // namespace ike::report
