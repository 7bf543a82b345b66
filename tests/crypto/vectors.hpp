#pragma once

#include <string_view>

/// Octets of real exchanges in hex, for known-answer tests.
namespace vectors {

/// Main Mode and Quick Mode of strongSwan 5.5.1, PSK "Wollowitz", AES-128, SHA-1, MODP-1024. Octets of the published
/// capture ikev1-psk-main-mode-complete of RUB-NDS/ikev1-psk-main-mode-dict-attacker; keys from its responder log.
namespace main_mode {
constexpr std::string_view cookies = "018ef04f7cf72e4f5f28fdf279308a94";
constexpr std::string_view sai_b =
    "00000001000000010000002c00010001000000240101000080010007800e0080800200028004000280030001800b0001800c0e10";
constexpr std::string_view g_xi =
    "fbbf078c9512cc3b9b038f9c15d6cab42567a8a8f9d762fe4e5a82e925d1884467616ca74337c3377a80ff2ea5a4e3b8fb0f68f4d604a2"
    "a99f6b53ca45624bb37cc67caf894ab3d42d4f6ddcb6bffc6266f2fc57eebed31caa0184dfad9f2b6b1bebba28545df88391df5d11edf8"
    "bf45c2b429eb5b48e5a4880fde4b66f35a4f";
constexpr std::string_view ni_b = "f07017c163648da6fe1f3f53888c1d0d13821a27c8a0fa431aef0dbf5dc1b3ec";
constexpr std::string_view g_xr =
    "694a7ef2d0cbcfb02e926513bb14e51544217e81a077dcc910b43b7033b19d329a495ef5d3277be2d18788d6b79e3ec84f75ffbedb5aca"
    "d5903dbb7d4904c0d5c642e1d08a3c0301197f7bc680c339d85217ca6a55303dedcab6f3412cb74d3f23337f71ccc1f108ebcbdcc2783d"
    "ce059c70e03e73781331ac2ad6fd0f63e1ff";
constexpr std::string_view nr_b = "3b4ff4bb0cc504c7bbdda7f3b2897aed87eca7c4d616bc190927b22c61949015";
constexpr std::string_view g_xy =
    "151beecaf97f113ac8a9680230bbda0df278f61063a16907787d2aa0f348201c19cdd1a7b1e5040cd5bed0d82b7b3ebadb4b5a6e5584c4"
    "b426f05abaa9b57394cbc581354839b6ff6c2c2960c4f5ec8c7552251634dea1f7a0085431d45e1a158ef829ada2362ba8da16a92d56a8"
    "37939931a980cdf38d16425d7a5346a31079";
constexpr std::string_view skeyid = "970cf3d91d942cf3847eb021a026517fe3eb5ec7";
constexpr std::string_view skeyid_d = "875f27d8afa5480b24bd3f3a3515b1462f5ba3ff";
constexpr std::string_view skeyid_a = "282b8de1e940af5a12036a0b2baf81da4c2687c5";
constexpr std::string_view skeyid_e = "4f8e6565f454ccc77de9c313fc206fe962b41193";
constexpr std::string_view encryption_key = "4f8e6565f454ccc77de9c313fc206fe9";
constexpr std::string_view iv = "2c46d2466004d85861f2ffe3a8b8d35b";
constexpr std::string_view message_5 =
    "401a3ebcf4e02f7ef75a874f04faf0ec2af96f5442181c04c4a60db3d938cd6f47a5e90471f1211efb9efede340e8b89adbc0c7f40d93c"
    "977a1d8b9670a13afd1d3e9f87aa61357a12292f179da7ad64";
constexpr std::string_view message_6 =
    "27808793e5856219a63c02606117a0c4ffb21c26ff432fcfb9834f6e5d8dca4918ff0978e3fda5a7ce48c5b90943f7c7";
constexpr std::string_view quick_mode_1 =
    "018ef04f7cf72e4f5f28fdf279308a9408102001b9bb408c000000cc42f511f29f192b462929e917c93685fa6eb3cabe3fc71eacc5c5ef"
    "279f275ebcd10b74422f280f8b3d25de1eefe917f6afbba806f0428ea411e674006e4c429d0e21579dbf12634c42380a1a8c48244696d6"
    "140ca5491f8232b04f3b2b0cb240fb775c21d3576d1a2c456eb2999a82ecae7942582130eb61603d7c7ba710be5fb8b3eeb920e1597b71"
    "03c40b68c2ebd17a230426978debdd36de1f2b5f0cf9e01c9828f73d19d3de492dab7c8c9098ec";
constexpr std::string_view quick_mode_2 =
    "018ef04f7cf72e4f5f28fdf279308a9408102001b9bb408c000000acf3a76232620f50693103c6b880b3f5659cf167dcf6286e6aa6c152"
    "a19b23d4e6d8cd86ea727995e21a00cc8a0d82412b87b4fe21edf23606de97b569796a2003baa97dd3a40742639af511fb21084fa8faee"
    "1615a961093f4fc049063cfea51c890b183cc784b315393f3f402815b783ba66b41e6b20826f871bfc42d2dd5778a2cabc800d9f82ca00"
    "a73fd31f57408c";
constexpr std::string_view quick_mode_3 =
    "018ef04f7cf72e4f5f28fdf279308a9408102001b9bb408c0000003c772efd670c87a5cc53bdac9081f875f70ea21728fcb35316a67d61"
    "646d773f6d";
}  // namespace main_mode

/// The same lab with a wrong PSK: the responder (PSK "Wollowitz") answers message 5 with an Informational under its own
/// keys. Capture ikev1-psk-main-mode-incomplete of the same repository.
namespace wrong_psk {
constexpr std::string_view cookies = "51650d7b543319c27942959ae0c354f9";
constexpr std::string_view ni_b = "9c9c6ef9418c3fc4a2c7ac158e1ba5034e7ef01c17f3ffe6bfc750a92b2beb69";
constexpr std::string_view nr_b = "7070aa345b712736406acc080f9f2cc052bf9cc021c9b777579fc94221d540a8";
constexpr std::string_view g_xi =
    "7db18a28c7fa40b12a79d7e38c47a7942f4798e68e3f86cf7aaa0f596d8d1024840404b6d45905eaebfbeea59720b8fdab5100054d8b6b"
    "e7b2d319caf3a1865def043f77b0cc20ff7c93753f132950bdafff2e1720bfcbbbbc1fa3eec6aba17e31d4bc302cc0eb1ba03d788dbd05"
    "39e2f5c3177036a72c5fe246a8690ef7859a";
constexpr std::string_view g_xr =
    "8276bdc69bf302d01a40f582186f1d20d759f3043264574e896d6271533fc7eaf00bc77b1d71029ef0f7d69a9117e854a84d44dac14716"
    "d73dc5dc49fe754051edeb813ce2b5228188b7af0f9cbf4a086e799f179ff6e914598803f41f52ac8171d343f5fc487da4869d21ab4666"
    "bd7237cbb36cbde1ec2fa5ed5e217f918060";
constexpr std::string_view g_xy =
    "34b52971cd61f18048ee97d20da488a4634125f300dc2d1f470bdbb68b989fb999a2721328084c165cbebdca0c08b516799132b8f647ae"
    "46bd2601028ec7e3954aaf612828826a031ff08b7ae4057cae0adb51453baae84691705e913ba95067b816385c37d2bd85701501f94a1a"
    "a27ffc20a9546ec9deff8a1cb33588819a55";
constexpr std::string_view informational =
    "51650d7b543319c27942959ae0c354f908100501457341130000004c9d81fc2e56ce8285ce62d39c8ef66a0374fd664455b7a83a8772e5"
    "862a9e32b25ae506b6b2c5aad5314b81ce03716904";
}  // namespace wrong_psk

/// Aggressive Mode of strongSwan, PSK "Wollowitz": capture ikev1-psk-aggressive-mode-simple of
/// OnurOzcan35/ikev1-psk-aggressive-mode-dict-attack.
namespace aggressive {
constexpr std::string_view cookies = "211f7bb6a12be2c9d4987cff82910716";
constexpr std::string_view sai_b =
    "00000001000000010000002c00010001000000240101000080010007800e0080800200028004000280030001800b0001800c0e10";
constexpr std::string_view g_xi =
    "75df8452d3c9d0f5dd8112c70687867eeac221657fc28b7f447689ccf22021dc92ac82ff2a9bcaac0d1ca34756a9694cf8d188d5dcfa67"
    "ecef626aa9519de3416cd473314352a2340dd5b62495866e478fcf49c0669864de4a5467b59c6226ad1dd2b2fb1fc50670fa9ae0328ae5"
    "d821e4fc4d497bdeb2a1ffb1455f8ab97da6";
constexpr std::string_view ni_b = "80a732f74c8429b03ee6c4c00e30df261cf174ee38794b4f8e04ff70fbb626b5";
constexpr std::string_view idii_b = "01000000c0a80064";
constexpr std::string_view g_xr =
    "96412c71d58be07f7ba29804737f5140005ab8a35c567b479df95a9989af8cd0e6da359223d3f942110aa08d35eda8ae9c6f8304bd50ea"
    "a5608d1a0f485b57d5752b0de4cdb7abe1b21a3c9d829f90daf56866bab67610207df241c835260efa45be9d28f2397f6af4fb87cb8af5"
    "8dc89a544f67d7c336ea4769e2023a3cd9c0";
constexpr std::string_view nr_b = "5e4a6d521e6f3411538ee69d20c2b676a238eb026fd5e04e0fa64e99bb60a023";
constexpr std::string_view idir_b = "01000000c0a80001";
constexpr std::string_view hash_r = "2a73432a51a01acce1ab34e464f92dd326f3791b";
}  // namespace aggressive

/// Main Mode with certificates, 3DES: test capture ikev1-certs of Wireshark, key from its test profile; the first
/// blocks of message 5.
namespace certificates {
constexpr std::string_view cookies = "fafaeb49382a763c36e65ad2f66f4403";
constexpr std::string_view g_xi =
    "883cfa4248d583d946e0d1c2b9b6ee97fc9c4f252b41fc4ad1aaf2911a48f6b7d33862171a9fdd9487ef464e543c610e2a41a347820cbb"
    "7cf80b466b6273197a6c630f7e100c0641491fcb877dd536a74807ab25933674e219354bf40627a5c9b3a09c7fad06ef7e536ec18213af"
    "db405ca25ed6989f091c68606011e8494054";
constexpr std::string_view g_xr =
    "b9a8e696cbc66a1ddbf3c900109ea68e88d5291583120eada2377c959603f169270344240e89b0db012364d14063224caa9359f95d8339"
    "9eb9d53c00e9a81085e02388aba1a10b4ca25d93b032032db095e29f6b37caf9da1e41377c82c8e0f6f2a01f103003c2d96fc069c0db50"
    "38fe62f2cea65c0b0025a6645481eb7b8d91";
constexpr std::string_view encryption_key = "735be0cb62f82675c4f7bf8fbab9b56834ba76d6ab4fa240";
constexpr std::string_view message_5 =
    "ac23294c0e98cc785bd97aa5df35a3d20e1d505488ffd625b2777f4f4c05233c50c7feb4e1dabdfaddf62c527ca937931923c41d542301"
    "a30f12a8e220eaac0e";
}  // namespace certificates

/// Aggressive Mode whose message 3 is in clear, then encrypted Informational and Transactions, AES-256: test capture
/// ikev1-bug-12620 of Wireshark, key from its test profile.
namespace clear_third {
constexpr std::string_view cookies = "29f6006212625def0e64ec0e81193014";
constexpr std::string_view g_xi =
    "0773522f1a0eaef32b1057b01c31dc5c14cc65c552a1594395872881e9855288abe400e960de889f219f94c86debca06060cc409f2784c"
    "2474839a50fa1a1d5514bb36979823c7da6daf4d6a184c19ab8ffc0208f392ba6cf21497e98a5336fda32d5eccab85273ba93440e809a3"
    "e818fb0bba232de1d0db1468c5ade5418c57";
constexpr std::string_view g_xr =
    "e266d9223d36e59626dc6fe4cd235e4940a239d9551b054cf0842512db5d051832e8c90962a556d6a946075a9c269244698f8df4d0a1c2"
    "5254ed6fbbe8ff296f38044a13afc12b8ba2f2192e7c6104ea55aaf89176e42d165efc62249d20a6c8f3b07947180593b343e0c9e1155d"
    "8e6789b77cfab31151841993de93b4e90b48";
constexpr std::string_view encryption_key = "c26a81baec6070d289f0b4f13c2fb182e3d5406d11c29ebc2fc179502541325b";
constexpr std::string_view informational =
    "29f6006212625def0e64ec0e8119301408100501ae2475900000007c5131b7e281300e1c0b4f4ecee1bec82372ba95c1b33f522c7200c2"
    "649a7aa833a283be519de0958a5493720a987b1c89f0178dd5b861ffb9d48b32794471d03942c5a1e85d8134f3391b70831c576751e1a3"
    "85c0ba06b82273f39c5af956a0a2";
}  // namespace clear_third

/// strongSwan with certificates in the lab: 03_mm_cert_ipfrag_ok_sl.pcap and its log.
namespace lab_signature {
constexpr std::string_view ni_b = "426a3d5d230f90083b62863c4205e7cfd622692077cdd75e9be74d6ecbeb1847";
constexpr std::string_view nr_b = "e05259f28245115ebcb72521216c39ac1aaef755a861cb2cb39eae99b3b181d4";
constexpr std::string_view g_xy =
    "4bc686f382724ad4341dce9084c3835a0455444b46d1c2a20f3056e4d132406bbc93408fdd8108e4e778d060b1d3d2fc428c7594bb3a7c"
    "2b479947c2ed13414cdfd7efb072123e84e4b71d2d21588fa1eb1d877573a17e660c9f4f6c3b13c328cec5f672274f9637e24f59401b15"
    "91c2a0a042836a005f49cc54b5baec2aef2add7ccd55bda4fefe02b311798eac505f2e8ca6280fb9bdbd838fc874ba62e8adec55c21aa9"
    "f76dcbc5882a88ef60af4848e44e23c600bacc896fa6f895a3597229307d8b877c6a289746eca60d6f04ad4b3df7caa3e988179a1fb945"
    "54be307eb0263120fea4a9ddb166e3acbe41a6fd427e2c1981cffad44b364991df9d83bf";
constexpr std::string_view cookies = "fd7cfc7bba6c81be4baa999f54bcd8a9";
constexpr std::string_view g_xi =
    "6bedbeb4122f34e5fc63eff4dcc9a6994d43385b432f1cae870ad5c67bc3a262f41a0beeeb57e7a62b8bf47c5e47c931bbfd18f0035ad8"
    "45fb9401c80acc90e0cf3de1896536f2e9c305a45b9e15e45addf03057e1ff332b2d1f41294ea091bb17e64fe6199116907908d8343e9a"
    "97b120198d6b56b80edf063dd2fd18f16cccc528187c2f8ae272ce439247698defd2bb47809f2ca6720fbe063692cee5594fa1f67f5b57"
    "9c282054c4d6eef89294a524555b8defa5d7928bfdaac6fe91673691e2f9b94802886e6f8fcfa9b01ebec1b9cda2fe7a681fff13d4e82b"
    "7eff2f3808d7c526cb8fd5fa8a92334a8ae9bee1cdefca46bf28906a9e9f78b89d714feb";
constexpr std::string_view g_xr =
    "8d68da9257fc33a69286af3de3d09fad5803fd8bfa2e7f2d193f95de1371789fb7b52f2b655dd1a1850af8c7146232c51a01bfb583ae77"
    "889e168fa8ea66363db32a31b817d44073610d6d17266042f1e7b478ad1ffba029af77e5c4371ef0480ebbcbdd1de35368900d193b07d2"
    "28ad0507bd054339cd83628423a1ce88ea937893b9b4e9964d69719856fe7da41ebc559dc52f1af44817f8a79d1f94ff06c4217e2df2f3"
    "53ce31217997cc3718da1c53d810b482ba918e5d0213fa2f005108b39ba95aa6827d51fff91e62faa1b654ab8968a3231cbbac7fcd49d0"
    "3df8bdf7c555f4328065a6c80a19452f2d9a271459f19b4274fe930d7d695968deed57c7";
constexpr std::string_view sai_b =
    "00000001000000010000002c01010001000000240101000080010007800e0100800200048004000e80030003800b0001800c3de0";
constexpr std::string_view idii_b = "020000006c6566742e6c61622e6578616d706c65";
constexpr std::string_view skeyid = "328ad949507fcaa8f3367a31af906d63291b848115dd2ebc26b2268194a6e13a";
constexpr std::string_view skeyid_d = "162197cdee0b68c9326c97e6156cf6697d55bb69c8796c4edd455052cc2916b6";
constexpr std::string_view skeyid_a = "42769309dc992268f6c29580e0a7419c0d95748156622ca54d8ef8e996275940";
constexpr std::string_view skeyid_e = "c531ae6e698a9684d8d0a493c303de28e9df06216f5547c37eebce37003398b6";
constexpr std::string_view encryption_key = "c531ae6e698a9684d8d0a493c303de28e9df06216f5547c37eebce37003398b6";
constexpr std::string_view iv = "eb4a2883cb7ea8dd3ff2ed57b03683f8";
constexpr std::string_view hash_i = "3694b56f2efa98f83a6bc3d0070c2a8af3d8be8db63501fc6545379d0ea75102";
}  // namespace lab_signature

/// libreswan 4.10 refuses a certificate in message 5: its Informational hangs on no phase 1 block at all. AES-256, SHA2-256;
/// recorded in a lab, keys from the other side's log.
namespace before_message_6 {
constexpr std::string_view cookies = "7c4e229409146065a4cb83337bf066b5";
constexpr std::string_view encryption_key = "aae6fa8f5e95f29644be81ec50885e0f9966fca7186217c25b3c63a217e37d8f";
constexpr std::string_view skeyid_a = "0f23e40fa7486eb3aa600ea7dbf1eb6c8005420d8bec8aac5b6ea54681ae19b2";
constexpr std::string_view informational =
    "7c4e229409146065a4cb83337bf066b5081005017f6a33660000004cf8ae89269b1a142f87f0f832a99a263fd59a17be7c41be72747f7531966c74"
    "354bef447fbf7b47623187d6a0728baabe";
}  // namespace before_message_6

/// Made with Python: a Main Mode in MODP-768 whose private values are known. PSK "Wollowitz", AES-128, SHA-1.
namespace known_private {
constexpr std::string_view cookies = "a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b8";
constexpr std::string_view sai_b = "00000001000000010000002c00010001000000240101000080010007800e0080800200028004000180030001800b0001800c0e10";
constexpr std::string_view x_i = "3ae5790a8115be4c26e52deda1e504c94cf29154";
constexpr std::string_view x_r = "ac03ad2128889b1970518ab1a32df1bd61f1aeef";
constexpr std::string_view g_xi =
    "c88d525f3ace2338741ce3d8c95714c82bccf05e2549f87db1016bbf3294544ef25aac0a278b452594ae397e2348aab533615e5f1a525f"
    "20715c576f68f7696f15d095effa062373a6c3b338731afaa6cee0a4301aea2c5d95920e29a42705b7";
constexpr std::string_view g_xr =
    "e85e2c2c0e05d6eb2978d8b8ad9e72643dc36e8806e33cc08544259b799b99096f48dd86218ebb91099e9b3425712a1957dee88527aa61"
    "e87617130f755b6a2a113338911bc06331831ff087653f79c74e4debab4d0dfdad155a4174baab314d";
constexpr std::string_view g_xy =
    "58bbc82328996c135655a3e155c98db7e6dd13d383ae732d9cfd488b59424c44ce26a5c7347f654bc2719fe18bc1c03d1d3aeb02ced33b"
    "00a4ee64c6ce6962c7d09eb240e5d64c508994cb839beb0e138d01f900ef486dfb271c8ee8116a7ce4";
constexpr std::string_view ni_b = "6e6f6e6365206f6620696e69746961746f72";
constexpr std::string_view nr_b = "6e6f6e6365206f6620726573706f6e646572";
constexpr std::string_view message_5 = "d046a467b019bb0e835b1e589484e4696557d55ca5c6ca87a1984677483c648e7010a7821376f1fc4e8ba95097dc81a1";
constexpr std::string_view message_6 = "0d20f946a85ffdb6eec58f7795a82d7f631a8bf23445726654342324e205c13c40aaccf93f33f8426aadc2dc5ffb4520";
constexpr std::string_view group_22_xi =
    "4953ff9ee87494f8ae0426107b62c9d65de7e3e1672ae7e48ec50e5715fe673621c2e0d1e85a91a063c463c60a6544a4f112f110813d9c"
    "753512e39cd7993ec06bd191b0bcc1e44f6be175cf58d21acb9a3e8dbbbf5e3ecbea5c814db1d64e149e29a7d048283a6d6b6222e4b55c"
    "dc3ff72340d09a226140b668b2f4be814f9f";
constexpr std::string_view group_22_xr =
    "933e4e20e7121ff01cb66f55458c7217b5e01da1054ad647fb16173f329afee8ba33d623272998b13499da20e181f9e6adfbd1260350eb"
    "32bf3b5a3db911becdedfa2d25ebd1b4d71dad89496aa20eba7d3356d6be0e2a98de95194a6d5480ffd1920204304ac839ec3aed30a0af"
    "f90ed2ddfeb1b5a975ffbf879f462d368223";
constexpr std::string_view group_22_xy =
    "3ca6cae97c2c0c2f5dae8ebad0dc1180814449a7471ca4df389348ae8bac447f6e05efccdaebffa9c0aa39ef73782e0cd6125d3ab277fc"
    "0987eb5e0a4c958a3ddac159780a7bfce658f7ecce0fd41ccc60b3b8a6fbdd659606b0387a8cb086be2088963f51ea964e639cf2d4cf91"
    "51316cd2e6b496f3b984abdfde43523e3fa6";
constexpr std::string_view group_19_xi =
    "d3902b1965c5ef5c931e9207aa8b5e87d2f97875f85ac4f75391e35adc085628cbcf7a283adb6fb01a5497a6cdb79cfbd0264ae28646b3"
    "a49858e3d4a906ed80";
constexpr std::string_view group_19_xr =
    "0d2a068035306b87d5368bcb0a6cc8e17188b759f5ab381d13747188e0b72f7ec21ae0f663e2a92a7b91cde75ae959576a8b49d9530eca"
    "b7e738bf14a37bd434";
constexpr std::string_view group_19_xy = "e4a0e126398e8a0a5da07cf2e642fae09bd8f46829f6046b20c9f5988840a941";
}  // namespace known_private

/// Made with OpenSSL: Informationals and a Transaction under main_mode's key and an IV that belongs to no message.
namespace lost_iv {
constexpr std::string_view notify =
    "018ef04f7cf72e4f5f28fdf279308a9408100501a1b2c3d40000004c1b8afc559747803bf93e21a823451cbff1b558b218fd327729ac0c"
    "9e0c8a5f0bdcbe30f59d99d57f18b6e3a36b10916a";
constexpr std::string_view delete_isakmp =
    "018ef04f7cf72e4f5f28fdf279308a9408100501a1b2c3d50000005c29000fec0faf57b7a1c17a9b493e1e400d49e9b32375dbe319dc32"
    "82fa1fa5464462c44f5e1d97e621aeb5dfd21584c00b9bc510f73a99eb269d7dfb383c64ea";
constexpr std::string_view delete_esp =
    "018ef04f7cf72e4f5f28fdf279308a9408100501a1b2c3d60000004c29000fec0faf57b7a1c17a9b493e1e40a1540e6c2ae8c47bf22787"
    "4c09a28fbab68e0adc87413ef35926aeec59b793ee";
constexpr std::string_view transaction =
    "018ef04f7cf72e4f5f28fdf279308a9408100601a1b2c3d70000004c04041fe95c7ca6cea6b5f8c91a2bb1e9f29e0bd97a45263b8b8a66"
    "a1db742150debab3a838e54a2a9059e08e9b3c94e7";
}  // namespace lost_iv
}  // namespace vectors
