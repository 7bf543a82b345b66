#include <array>

#include "ike/isakmp/registry.hpp"

namespace ike::isakmp {
namespace {

constexpr auto config_types = std::to_array<Named<ConfigType>>({
    {ConfigType::request, "ISAKMP_CFG_REQUEST"},
    {ConfigType::reply, "ISAKMP_CFG_REPLY"},
    {ConfigType::set, "ISAKMP_CFG_SET"},
    {ConfigType::ack, "ISAKMP_CFG_ACK"},
});
static_assert(ascending(config_types));

constexpr auto config_attributes = std::to_array<Named<std::uint16_t>>({
    // draft-ietf-ipsec-isakmp-mode-cfg-05, draft-dukes-ike-mode-cfg-02
    {1, "INTERNAL_IP4_ADDRESS"},
    {2, "INTERNAL_IP4_NETMASK"},
    {3, "INTERNAL_IP4_DNS"},
    {4, "INTERNAL_IP4_NBNS"},
    {5, "INTERNAL_ADDRESS_EXPIRY"},
    {6, "INTERNAL_IP4_DHCP"},
    {7, "APPLICATION_VERSION"},
    {8, "INTERNAL_IP6_ADDRESS"},
    {9, "INTERNAL_IP6_NETMASK"},
    {10, "INTERNAL_IP6_DNS"},
    {11, "INTERNAL_IP6_NBNS"},
    {12, "INTERNAL_IP6_DHCP"},
    {13, "INTERNAL_IP4_SUBNET"},
    {14, "SUPPORTED_ATTRIBUTES"},
    {15, "INTERNAL_IP6_SUBNET"},
    // Check Point
    {16387, "CHKPT_DEF_DOMAIN"},
    {16388, "CHKPT_MAC_ADDRESS"},
    {16389, "CHKPT_MARCIPAN_REASON_CODE"},
    {16400, "CHKPT_UNKNOWN1"},
    {16401, "CHKPT_UNKNOWN2"},
    {16402, "CHKPT_UNKNOWN3"},
    // draft-beaulieu-ike-xauth-02
    {16520, "XAUTH_TYPE"},
    {16521, "XAUTH_USER_NAME"},
    {16522, "XAUTH_USER_PASSWORD"},
    {16523, "XAUTH_PASSCODE"},
    {16524, "XAUTH_MESSAGE"},
    {16525, "XAUTH_CHALLENGE"},
    {16526, "XAUTH_DOMAIN"},
    {16527, "XAUTH_STATUS"},
    {16528, "XAUTH_NEXT_PIN"},
    {16529, "XAUTH_ANSWER"},
    // Microsoft
    {23456, "INTERNAL_IP4_SERVER"},
    {23457, "INTERNAL_IP6_SERVER"},
    // Cisco Unity
    {28672, "UNITY_BANNER"},
    {28673, "UNITY_SAVE_PASSWD"},
    {28674, "UNITY_DEF_DOMAIN"},
    {28675, "UNITY_SPLITDNS_NAME"},
    {28676, "UNITY_SPLIT_INCLUDE"},
    {28677, "UNITY_NATT_PORT"},
    {28678, "UNITY_LOCAL_LAN"},  // also called SPLIT_EXCLUDE
    {28679, "UNITY_PFS"},
    {28680, "UNITY_FW_TYPE"},
    {28681, "UNITY_BACKUP_SERVERS"},
    {28682, "UNITY_DDNS_HOSTNAME"},
});
static_assert(ascending(config_attributes));

}  // namespace

std::string_view name(ConfigType code) { return name_in(config_types, code); }
std::string_view config_attribute_name(std::uint16_t type) { return name_in(config_attributes, type); }

}  // namespace ike::isakmp
