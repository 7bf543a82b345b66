#!/usr/bin/env python3
"""Writes seeds for the fuzz targets: make_seeds.py DIRECTORY CAPTURE...

Makes DIRECTORY/{message,ip_stack,capture} of pcap files, and DIRECTORY/tracker of the courses below. A capture may
go into the tree when pcaps/README.md could name its origin and licence. Large captures are left out; afterwards
let libFuzzer keep what adds coverage: fuzz_message -merge=1 corpus/message DIRECTORY/message
"""
import pathlib
import struct
import sys

LARGEST = 8192
LINKS = {1: 0, 0: 1, 9: 2, 12: 3, 14: 4, 50: 5, 51: 6, 101: 7, 108: 8, 113: 9, 228: 10, 229: 11, 276: 12}

# Steps: what, how, wrong, when (see tracker.cpp and conversation.cpp). Even steps of a mode are the responder's.
MAIN = [(0, 0, 0, 10), (1, 1, 0, 20), (2, 0, 0, 20), (3, 1, 0, 20), (4, 0, 0, 20), (5, 1, 0, 20)]
QUICK = [(9, 0, 0, 30), (10, 1, 0, 20), (11, 0, 0, 20)]
AGGRESSIVE = [(6, 0, 0, 10), (7, 1, 0, 20), (8, 0, 0, 20)]
LATER = 170  # 21 seconds
RESEND = (22, 0, 0, 140)
NEW = (23, 0, 0, 0)
COURSES = {
    "up": MAIN + QUICK + [(20, 0, 0, 30), (20, 1, 0, 30), (25, 0, 0, 0)] + QUICK,
    "aggressive-xauth": AGGRESSIVE + [(12, 1, 0, 20), (12 + 26, 0, 0, 20), (14, 1, 0, 20)] + QUICK,
    "no-reply": [MAIN[0], RESEND, RESEND, NEW, MAIN[0], RESEND, RESEND],
    "icmp": [MAIN[0], (21, 0, 0, 10), RESEND, (21, 8, 0, 10)],
    "refused": [MAIN[0], (13, 1, 0xF4, 10), NEW, MAIN[0], (13, 1, 0xF4, 10)],
    "notify-msg3": MAIN[:3] + [(13, 1, 0xFA, 10), RESEND],
    "psk-mismatch": MAIN[:5] + [(14, 1, 0, 10), (22, 0, 1, 140), (14 + 26, 1, 0, 10)],
    "nat": MAIN[:4] + [(4, 2 + 64, 0, 20), (5, 3 + 64, 0, 20), (9, 2 + 64, 0, 20), (18, 2, 0, 30), (19, 2, 0, 10)],
    "nat-blocked": MAIN[:4] + [(4, 2 + 64, 0, 20), (22, 0, 0, 140), (22, 0, 1, 10)],
    "fragments": MAIN[:4] + [(4, 0x30, 0, 20), (5, 0x21, 0, 20), (5, 0x29, 0, 20), (4, 0x20, 0, 20)],
    "ike-fragments": MAIN[:2] + [(16 + 26 * 2, 0, 0, 10), (16 + 26 * 8, 0, 0, 10)] + MAIN[3:],
    "other-version": [(17, 0, 0, 10), (17, 1, 0, 10), (17 + 26 * 7, 0, 0, 10), MAIN[0]],
    "quick-silent": MAIN + [QUICK[0], (22, 0, 0, 140), (22, 0, 0, LATER)],
    "both": [MAIN[0], (23, 0, 0, 0), (0, 1, 0, 5), (1, 0, 0, 5), (2, 1, 0, 5)],
    "flapping": (MAIN + QUICK + [(15, 1, 0, LATER), NEW]) * 3,
    "restart": MAIN[:3] + [(24, 0, 0, 0)] + MAIN[3:] + [(15, 0, 0, LATER)],
    "one-way": MAIN + QUICK + [(20, 0, 0, 200), (20, 0, 0, 200), (20, 0, 0, 200)],
    "v6": [(what, how | 4, wrong, when) for what, how, wrong, when in MAIN + QUICK],
    "mid-stream": MAIN[4:] + QUICK,
}


def packets(file):
    """(link type, octets, octets missing, seconds since the one before) of a pcap file."""
    octets = file.read_bytes()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(octets[:4])
    if order is None:
        return
    link = struct.unpack_from(order + "I", octets, 20)[0] & 0xFFFF
    at, before = 24, None
    while at + 16 <= len(octets):
        seconds, _, kept, sent = struct.unpack_from(order + "4I", octets, at)
        at += 16
        gap = 0 if before is None else min(255, max(0, seconds - before))
        before = seconds
        yield link, octets[at:at + kept], min(255, max(0, sent - kept)), gap
        at += kept


def udp_payload(frame):
    """The ports and payload of an Ethernet frame with IPv4 or IPv6 without options; nothing for others."""
    ether_type = frame[12:14]
    if ether_type == b"\x08\x00" and frame[14:15] == b"\x45" and frame[23:24] == b"\x11":
        udp = frame[34:]
    elif ether_type == b"\x86\xdd" and frame[20:21] == b"\x11":
        udp = frame[54:]
    else:
        return None
    return struct.unpack_from(">H", udp)[0] if len(udp) >= 8 else 0, udp[8:]


def main():
    directory = pathlib.Path(sys.argv[1])
    for target in ("message", "ip_stack", "tracker", "capture"):
        (directory / target).mkdir(parents=True, exist_ok=True)
    for name, course in COURSES.items():
        (directory / "tracker" / name).write_bytes(b"\0" + b"".join(map(bytes, course)))
    for file in map(pathlib.Path, sys.argv[2:]):
        if file.stat().st_size > LARGEST:
            continue
        (directory / "capture" / file.stem).write_bytes(file.read_bytes())
        frames, messages = b"", b""
        for link, octets, missing, gap in packets(file):
            frames += bytes([LINKS.get(link, 13), gap, missing]) + struct.pack(">H", len(octets)) + octets
            found = udp_payload(octets)
            if found is None or len(found[1]) < 28:
                continue
            port, payload = found
            choice = (port == 4500) | (min(gap, 31) << 3)
            messages += bytes([choice]) + struct.pack(">H", len(payload)) + payload
        if frames:
            (directory / "ip_stack" / file.stem).write_bytes(frames)
        if messages:
            (directory / "message" / file.stem).write_bytes(messages)


main()
