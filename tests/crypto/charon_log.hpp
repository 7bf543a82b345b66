#pragma once

#include <string_view>

/// What charon with ike = 4 logged in the lab of a Main Mode (PSK, AES-256, SHA2-256, MODP-2048), up to its message 5.
inline constexpr std::string_view charon_log = R"log(
09:22:10.772 14[IKE] <net|1> initiating Main Mode IKE_SA net[1] to 203.0.113.57
09:22:10.772 14[IKE] <net|1> IKE_SA net[1] state change: CREATED => CONNECTING
09:22:10.772 14[CFG] <net|1> configured proposals: IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048
09:22:10.782 06[IKE] <net|1> natd_chunk => 22 bytes @ 0x48e94a20
09:22:10.782 06[IKE] <net|1>    0: F8 DF 64 14 8F 44 45 03 2E 9C 18 9B A8 27 6D 99  ..d..DE......'m.
09:22:10.782 06[IKE] <net|1>   16: CB 00 71 39 01 F4                                ..q9..
09:22:10.782 06[IKE] <net|1> natd_hash => 32 bytes @ 0x60040cb0
09:22:10.782 06[IKE] <net|1>    0: 98 44 F5 60 60 2D CA 52 BC DC 7B 27 F7 49 3A 19  .D.``-.R..{'.I:.
09:22:10.782 06[IKE] <net|1>   16: FF AE DB AB 97 4D 9D 6F 8D 43 38 F3 34 3B DA C9  .....M.o.C8.4;..
09:22:10.782 06[IKE] <net|1> natd_chunk => 22 bytes @ 0x48e94a20
09:22:10.782 06[IKE] <net|1>    0: F8 DF 64 14 8F 44 45 03 2E 9C 18 9B A8 27 6D 99  ..d..DE......'m.
09:22:10.782 06[IKE] <net|1>   16: C6 33 64 2B 01 F4                                .3d+..
09:22:10.782 06[IKE] <net|1> natd_hash => 32 bytes @ 0x60040cb0
09:22:10.782 06[IKE] <net|1>    0: F8 77 61 D8 DD D7 BD C8 3D F3 E2 B6 57 8D AE DD  .wa.....=...W...
09:22:10.782 06[IKE] <net|1>   16: A8 37 91 4A FD 81 52 F0 8D 9D 0D B9 4E 36 D3 AE  .7.J..R.....N6..
09:22:10.784 06[ENC] <net|1> generating ID_PROT request 0 [ KE No NAT-D NAT-D ]
09:22:10.785 06[NET] <net|1> sending packet: from 198.51.100.43[500] to 203.0.113.57[500] (396 bytes)
09:22:10.795 14[NET] <net|1> received packet: from 203.0.113.57[500] to 198.51.100.43[500] (396 bytes)
09:22:10.795 14[ENC] <net|1> parsed ID_PROT response 0 [ KE No NAT-D NAT-D ]
09:22:10.801 14[IKE] <net|1> shared Diffie Hellman secret => 256 bytes @ 0x64010370
09:22:10.801 14[IKE] <net|1>    0: 6B 1A B0 4A 92 5B 1D 92 8F 16 5C 51 C9 AC B5 53  k..J.[....\Q...S
09:22:10.801 14[IKE] <net|1>   16: A6 3A B5 27 75 4E CA 2A 1B 01 6C A5 BA EA 02 43  .:.'uN.*..l....C
09:22:10.801 14[IKE] <net|1>   32: 2D 40 4B 6A 56 63 95 54 93 71 52 C6 EA 64 55 23  -@KjVc.T.qR..dU#
09:22:10.801 14[IKE] <net|1>   48: B4 EE 04 F2 75 68 B4 F5 66 0B 78 9A 1C BF EF 0E  ....uh..f.x.....
09:22:10.801 14[IKE] <net|1>   64: 35 FD 6D 78 A0 88 C5 FE 45 45 0D D4 28 33 A4 24  5.mx....EE..(3.$
09:22:10.801 14[IKE] <net|1>   80: 4D 7C 1F F4 BC 93 1D D1 D1 15 97 81 7E 04 A0 C4  M|..........~...
09:22:10.801 14[IKE] <net|1>   96: D0 9B 16 D3 C7 0E F8 D2 9B B8 17 5E 57 02 5E 10  ...........^W.^.
09:22:10.801 14[IKE] <net|1>  112: 9E 42 40 19 E0 2A 21 22 C3 DC FB 23 F0 8F C8 07  .B@..*!"...#....
09:22:10.801 14[IKE] <net|1>  128: BB 53 2B CA D6 FB 4A 01 98 50 E8 71 0D 95 2E 87  .S+...J..P.q....
09:22:10.801 14[IKE] <net|1>  144: E3 67 29 D8 38 3E 27 6B 17 2E 27 2A 5F 11 6A 8A  .g).8>'k..'*_.j.
09:22:10.801 14[IKE] <net|1>  160: 2B 6C F0 CE A1 44 6F C6 B7 A0 78 E6 FD B8 BA 17  +l...Do...x.....
09:22:10.801 14[IKE] <net|1>  176: 65 06 C4 49 CB D7 5F A6 0C 8B 65 9E 1E C6 E5 58  e..I.._...e....X
09:22:10.801 14[IKE] <net|1>  192: A5 B5 C6 EB 4B 76 53 94 28 56 14 B9 33 F3 2F BC  ....KvS.(V..3./.
09:22:10.801 14[IKE] <net|1>  208: AC FC 84 03 E3 C5 47 99 90 AE 09 DD 10 07 72 3A  ......G.......r:
09:22:10.801 14[IKE] <net|1>  224: A1 00 87 1A B2 F1 61 A4 CE F9 13 6F E1 63 0C 5C  ......a....o.c.\
09:22:10.801 14[IKE] <net|1>  240: 6C 08 11 AD E5 8F 3F 14 E0 94 8F 4F 59 51 2C 16  l.....?....OYQ,.
09:22:10.801 14[IKE] <net|1> SKEYID => 32 bytes @ 0x64005260
09:22:10.801 14[IKE] <net|1>    0: 0E CB A7 9A B7 9F 45 23 A3 67 A1 E5 DA 84 1B B1  ......E#.g......
09:22:10.801 14[IKE] <net|1>   16: 5B 5A 56 82 D7 69 61 07 C7 7E 9E 00 D5 86 D0 D8  [ZV..ia..~......
09:22:10.801 14[IKE] <net|1> SKEYID_d => 32 bytes @ 0x64005290
09:22:10.801 14[IKE] <net|1>    0: 53 D6 21 79 F8 BB 29 7D 66 B8 93 52 B1 18 29 C3  S.!y..)}f..R..).
09:22:10.801 14[IKE] <net|1>   16: EA F0 D5 A3 1B 1F 75 75 F6 8D C7 A7 0A FD 1D F6  ......uu........
09:22:10.801 14[IKE] <net|1> SKEYID_a => 32 bytes @ 0x6400f900
09:22:10.801 14[IKE] <net|1>    0: 8A FD A6 A9 DD 10 1D FB D5 7C A1 5D 4F BD 72 A7  .........|.]O.r.
09:22:10.801 14[IKE] <net|1>   16: F1 FC DC 31 A2 3F A4 4F AE 6F 8B AD 33 8D 9A 4E  ...1.?.O.o..3..N
09:22:10.801 14[IKE] <net|1> SKEYID_e => 32 bytes @ 0x6400f930
09:22:10.801 14[IKE] <net|1>    0: 75 BC DC 4D 97 F8 3D 66 FF 0D AD 38 11 3E 03 B0  u..M..=f...8.>..
09:22:10.801 14[IKE] <net|1>   16: B6 4A 11 D6 48 AB 88 2D DA 7D 63 26 27 7B BA E2  .J..H..-.}c&'{..
09:22:10.801 14[IKE] <net|1> encryption key Ka => 32 bytes @ 0x6400f930
09:22:10.801 14[IKE] <net|1>    0: 75 BC DC 4D 97 F8 3D 66 FF 0D AD 38 11 3E 03 B0  u..M..=f...8.>..
09:22:10.801 14[IKE] <net|1>   16: B6 4A 11 D6 48 AB 88 2D DA 7D 63 26 27 7B BA E2  .J..H..-.}c&'{..
09:22:10.801 14[IKE] <net|1> initial IV => 16 bytes @ 0x6400f930
09:22:10.801 14[IKE] <net|1>    0: F5 84 ED 3A ED D4 BE C6 65 73 42 A6 D8 DF 4F 58  ...:....esB...OX
09:22:10.801 14[IKE] <net|1> natd_chunk => 22 bytes @ 0x42e88a80
09:22:10.801 14[IKE] <net|1>    0: F8 DF 64 14 8F 44 45 03 2E 9C 18 9B A8 27 6D 99  ..d..DE......'m.
09:22:10.801 14[IKE] <net|1>   16: C6 33 64 2B 01 F4                                .3d+..
09:22:10.801 14[IKE] <net|1> natd_hash => 32 bytes @ 0x64005260
09:22:10.801 14[IKE] <net|1>    0: F8 77 61 D8 DD D7 BD C8 3D F3 E2 B6 57 8D AE DD  .wa.....=...W...
09:22:10.801 14[IKE] <net|1>   16: A8 37 91 4A FD 81 52 F0 8D 9D 0D B9 4E 36 D3 AE  .7.J..R.....N6..
09:22:10.801 14[IKE] <net|1> natd_chunk => 22 bytes @ 0x42e88a80
09:22:10.801 14[IKE] <net|1>    0: F8 DF 64 14 8F 44 45 03 2E 9C 18 9B A8 27 6D 99  ..d..DE......'m.
09:22:10.801 14[IKE] <net|1>   16: CB 00 71 39 01 F4                                ..q9..
09:22:10.801 14[IKE] <net|1> natd_hash => 32 bytes @ 0x6400fbf0
09:22:10.801 14[IKE] <net|1>    0: 98 44 F5 60 60 2D CA 52 BC DC 7B 27 F7 49 3A 19  .D.``-.R..{'.I:.
09:22:10.801 14[IKE] <net|1>   16: FF AE DB AB 97 4D 9D 6F 8D 43 38 F3 34 3B DA C9  .....M.o.C8.4;..
09:22:10.801 14[IKE] <net|1> precalculated src_hash => 32 bytes @ 0x6400fbf0
09:22:10.801 14[IKE] <net|1>    0: 98 44 F5 60 60 2D CA 52 BC DC 7B 27 F7 49 3A 19  .D.``-.R..{'.I:.
09:22:10.801 14[IKE] <net|1>   16: FF AE DB AB 97 4D 9D 6F 8D 43 38 F3 34 3B DA C9  .....M.o.C8.4;..
09:22:10.801 14[IKE] <net|1> precalculated dst_hash => 32 bytes @ 0x64005260
09:22:10.801 14[IKE] <net|1>    0: F8 77 61 D8 DD D7 BD C8 3D F3 E2 B6 57 8D AE DD  .wa.....=...W...
09:22:10.801 14[IKE] <net|1>   16: A8 37 91 4A FD 81 52 F0 8D 9D 0D B9 4E 36 D3 AE  .7.J..R.....N6..
09:22:10.801 14[IKE] <net|1> received dst_hash => 32 bytes @ 0x64003590
09:22:10.801 14[IKE] <net|1>    0: F8 77 61 D8 DD D7 BD C8 3D F3 E2 B6 57 8D AE DD  .wa.....=...W...
09:22:10.801 14[IKE] <net|1>   16: A8 37 91 4A FD 81 52 F0 8D 9D 0D B9 4E 36 D3 AE  .7.J..R.....N6..
09:22:10.801 14[IKE] <net|1> received src_hash => 32 bytes @ 0x640036a0
09:22:10.801 14[IKE] <net|1>    0: 98 44 F5 60 60 2D CA 52 BC DC 7B 27 F7 49 3A 19  .D.``-.R..{'.I:.
09:22:10.801 14[IKE] <net|1>   16: FF AE DB AB 97 4D 9D 6F 8D 43 38 F3 34 3B DA C9  .....M.o.C8.4;..
09:22:10.801 14[IKE] <net|1> reinitiating already active tasks
09:22:10.801 14[IKE] <net|1>   ISAKMP_VENDOR task
09:22:10.801 14[IKE] <net|1>   MAIN_MODE task
09:22:10.801 14[IKE] <net|1> HASH_I data => 588 bytes @ 0x64010950
09:22:10.801 14[IKE] <net|1>    0: 04 64 52 35 D0 C1 4F 65 41 B0 45 36 8B 53 63 16  .dR5..OeA.E6.Sc.
09:22:10.801 14[IKE] <net|1>   16: 72 E7 FC 76 AD 78 46 47 A4 D4 FD 32 87 4A 7D 2B  r..v.xFG...2.J}+
09:22:10.801 14[IKE] <net|1>   32: C0 91 FD CC 3A 38 19 AC 8A 86 00 19 1B 0D 8B 94  ....:8..........
09:22:10.801 14[IKE] <net|1>   48: EF 3D F0 82 1E 6F 58 A3 E3 C5 10 B0 30 9F 9B 26  .=...oX.....0..&
09:22:10.801 14[IKE] <net|1>   64: 81 02 BC A2 32 EA B0 71 A1 F7 3C D7 69 3C BF D2  ....2..q..<.i<..
09:22:10.801 14[IKE] <net|1>   80: 8A 6F F4 4B BB 0E 91 26 82 5A DE B5 A3 C1 E8 B3  .o.K...&.Z......
09:22:10.801 14[IKE] <net|1>   96: 5A 3C 11 35 49 ED 53 B3 65 C1 05 D8 E2 EB 44 EA  Z<.5I.S.e.....D.
09:22:10.801 14[IKE] <net|1>  112: 5C CD 04 96 F6 2D B2 00 47 66 FC C5 48 D4 EB D3  \....-..Gf..H...
09:22:10.801 14[IKE] <net|1>  128: 73 B5 AC 98 EF 43 62 9C 25 08 E6 2A C9 24 3B 98  s....Cb.%..*.$;.
09:22:10.801 14[IKE] <net|1>  144: 64 DC A4 31 94 3E 9B 8A 7A 49 03 16 C1 E1 15 C5  d..1.>..zI......
09:22:10.801 14[IKE] <net|1>  160: 55 D2 A4 12 F7 73 7C C1 E4 B9 9B C0 B0 27 FA 7D  U....s|......'.}
09:22:10.801 14[IKE] <net|1>  176: 59 0B FB DA B1 59 35 27 F4 6E A9 34 8B 1F 09 BB  Y....Y5'.n.4....
09:22:10.801 14[IKE] <net|1>  192: 34 57 3F 6E FC FB A5 F1 70 08 62 E0 67 6A 37 8E  4W?n....p.b.gj7.
09:22:10.801 14[IKE] <net|1>  208: 9C B8 D6 51 90 C3 C7 6B 57 CA DC 4B 2A 4C 14 7F  ...Q...kW..K*L..
09:22:10.801 14[IKE] <net|1>  224: 12 59 61 ED 8B 8D 81 65 55 DD 2A 77 72 E2 C3 78  .Ya....eU.*wr..x
09:22:10.801 14[IKE] <net|1>  240: 65 13 77 4F F3 33 39 92 58 37 CB 59 D6 1B 5A 37  e.wO.39.X7.Y..Z7
09:22:10.801 14[IKE] <net|1>  256: 28 FB 2E A8 F1 D1 D6 3E 55 7C E1 4C 7F AA 7E CA  (......>U|.L..~.
09:22:10.801 14[IKE] <net|1>  272: 09 32 6C E7 0D 2E A8 DF 56 B7 A6 E1 0B 72 1E 1E  .2l.....V....r..
09:22:10.801 14[IKE] <net|1>  288: DB 57 71 15 0C 3F 3A 6C 25 41 6C 9F 25 6D C2 77  .Wq..?:l%Al.%m.w
09:22:10.801 14[IKE] <net|1>  304: CA 36 7C 12 F7 14 A5 90 8C 03 55 23 BD 21 34 9F  .6|.......U#.!4.
09:22:10.801 14[IKE] <net|1>  320: A1 4C BD 49 76 27 0D DF 04 67 16 5A 1A 68 9A 05  .L.Iv'...g.Z.h..
09:22:10.801 14[IKE] <net|1>  336: 0E 04 5B C1 37 A7 76 17 22 B1 40 D2 68 25 DE F2  ..[.7.v.".@.h%..
09:22:10.801 14[IKE] <net|1>  352: DA 06 66 BE 27 F3 1F AF 46 46 B0 8A E6 68 07 D5  ..f.'...FF...h..
09:22:10.801 14[IKE] <net|1>  368: 59 7C 58 8C DC 4C 14 55 C3 B8 7D 16 3D 3B 8F BE  Y|X..L.U..}.=;..
09:22:10.801 14[IKE] <net|1>  384: 5E 96 CE F2 FF 2E E3 75 06 20 F1 8D A6 79 BC FA  ^......u. ...y..
09:22:10.801 14[IKE] <net|1>  400: 7B 59 3F 15 5B 9D 75 DE E1 8F C1 AF 90 3C 4A 0C  {Y?.[.u......<J.
09:22:10.801 14[IKE] <net|1>  416: 24 1E 7E EA DB D7 BD 03 EB 73 22 92 B8 EC 45 AD  $.~......s"...E.
09:22:10.801 14[IKE] <net|1>  432: 1F A3 DA F0 8A 97 FC 54 DF 2A F2 EF C4 F7 34 5E  .......T.*....4^
09:22:10.801 14[IKE] <net|1>  448: ED 35 BF CF 8E DE 49 09 7D CB 08 27 0E 23 BF 6B  .5....I.}..'.#.k
09:22:10.801 14[IKE] <net|1>  464: 58 71 05 CD DF D2 69 DE 7B 58 3D C7 4A CF 35 1E  Xq....i.{X=.J.5.
09:22:10.801 14[IKE] <net|1>  480: 13 3D BC 7D 5D F5 2B 43 81 3E 1A 13 73 B0 14 0C  .=.}].+C.>..s...
09:22:10.801 14[IKE] <net|1>  496: C9 6A B8 34 06 1D 67 F1 D2 10 70 2F EB 19 8F 11  .j.4..g...p/....
09:22:10.801 14[IKE] <net|1>  512: F8 DF 64 14 8F 44 45 03 2E 9C 18 9B A8 27 6D 99  ..d..DE......'m.
09:22:10.801 14[IKE] <net|1>  528: 00 00 00 01 00 00 00 01 00 00 00 2C 01 01 00 01  ...........,....
09:22:10.801 14[IKE] <net|1>  544: 00 00 00 24 01 01 00 00 80 01 00 07 80 0E 01 00  ...$............
09:22:10.801 14[IKE] <net|1>  560: 80 02 00 04 80 04 00 0E 80 03 00 01 80 0B 00 01  ................
09:22:10.801 14[IKE] <net|1>  576: 80 0C 3D E0 01 00 00 00 C6 33 64 2B              ..=......3d+
09:22:10.802 14[IKE] <net|1> HASH_I => 32 bytes @ 0x64005260
09:22:10.802 14[IKE] <net|1>    0: FA 09 37 6A 29 F5 AB 17 5C 88 CD E4 C8 4D EC 44  ..7j)...\....M.D
09:22:10.802 14[IKE] <net|1>   16: AF F5 72 C8 E2 4B 15 72 41 10 2B DC DA 67 BD 46  ..r..K.rA.+..g.F
09:22:10.802 14[ENC] <net|1> generating ID_PROT request 0 [ ID HASH ]
09:22:10.803 14[IKE] <net|1> next IV for MID 0 => 16 bytes @ 0x640111e0
)log";
