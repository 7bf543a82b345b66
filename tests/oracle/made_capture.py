"""A capture with the payloads that real ones carry under encryption only: one message in clear for each, so that both
sides can be compared on them."""
import struct

SA, KE, ID, CERT, HASH, SIG, NONCE, NOTIFY, DELETE, CONFIG = 1, 4, 5, 6, 8, 9, 10, 11, 12, 14
QUICK, INFORMATIONAL, TRANSACTION, AGGRESSIVE = 32, 5, 6, 4


def basic(kind, value):
    return struct.pack(">HH", 0x8000 | kind, value)


def variable(kind, value):
    return struct.pack(">HH", kind, len(value)) + value


def chain(*payloads):
    """(type, body)... as a chain behind generic payload headers."""
    following = [kind for kind, _ in payloads[1:]] + [0]
    return b"".join(struct.pack(">BBH", after, 0, 4 + len(body)) + body for (_, body), after in zip(payloads, following))


def transform(number, identifier, *attributes):
    return 3, struct.pack(">BBH", number, identifier, 0) + b"".join(attributes)


def proposal(number, protocol, spi, *transforms):
    return 2, struct.pack(">BBBB", number, protocol, len(spi), len(transforms)) + spi + chain(*transforms)


def association(*proposals):
    return SA, struct.pack(">II", 1, 1) + chain(*proposals)


def identity(kind, data, protocol=0, port=0):
    return ID, struct.pack(">BBH", kind, protocol, port) + data


def notify(kind, data=b"", protocol=1, spi=bytes(range(16))):
    return NOTIFY, struct.pack(">IBBH", 1, protocol, len(spi), kind) + spi + data


def delete(protocol, *spis):
    return DELETE, struct.pack(">IBBH", 1, protocol, len(spis[0]), len(spis)) + b"".join(spis)


def config(kind, identifier, *attributes):
    return CONFIG, struct.pack(">BBH", kind, 0, identifier) + b"".join(attributes)


def messages():
    """(exchange type, message ID, payloads) of each."""
    v4, v6 = bytes([192, 0, 2, 1]), bytes.fromhex("20010db8000000000000000000000001")
    digest, nonce = bytes(range(20)), bytes(range(32))
    esp = proposal(1, 3, b"\x11\x22\x33\x44",
                   transform(1, 12, basic(1, 1), variable(2, struct.pack(">I", 28800)), basic(1, 2), variable(2, struct.pack(">I", 4608000)),
                             basic(3, 14), basic(4, 3), basic(5, 5), basic(6, 256)),
                   transform(2, 3, basic(4, 1), basic(5, 2), basic(8, 4), basic(11, 1)))
    ah = proposal(1, 2, b"\x55\x66\x77\x88", transform(1, 3, basic(4, 2), basic(5, 2)))
    ipcomp = proposal(2, 4, b"\x12\x34", transform(1, 2, basic(4, 61443)))
    yield QUICK, 1, [(HASH, digest), association(esp, ah, ipcomp), (NONCE, nonce), (KE, bytes(128)),
                     identity(4, v4 + bytes([255, 255, 255, 0]), 17, 1701), identity(7, v4 + bytes([192, 0, 2, 9]), 6, 80)]
    yield QUICK, 2, [(HASH, digest), identity(6, v6 + bytes([255] * 8 + [0] * 8)), identity(8, v6 + v6), (21, b"\x01\0\0\0" + v4), (21, b"\x05\0\0\0" + v6)]
    yield AGGRESSIVE, 0, [identity(1, v4, 17, 500), identity(2, b"gw.example"), identity(3, b"user@gw.example"), identity(5, v6),
                          identity(11, b"group"), identity(9, bytes.fromhex("300f310d300b06035504030c0467617465")),
                          (SIG, bytes(range(128))), (130, digest), (130, nonce), (131, b"\x01\0\0\0" + v4), (15, digest), (16, b"\x01\0\0\0" + v4)]
    yield INFORMATIONAL, 3, [(HASH, digest), delete(3, b"\x11\x22\x33\x44", b"\x99\xaa\xbb\xcc"), delete(1, bytes(range(16)))]
    yield INFORMATIONAL, 4, [(HASH, digest), notify(36136, struct.pack(">I", 7)), notify(24578), notify(24576, basic(1, 1) + variable(2, struct.pack(">I", 3600)), 3, b"\1\2\3\4"),
                             notify(24577, struct.pack(">I", 1), 3, b"\1\2\3\4"), notify(18, b"no such network", 3, b""), notify(40001, b"\xde\xad")]
    yield TRANSACTION, 5, [(HASH, digest), config(1, 77, basic(16520, 0), variable(16521, b""), variable(16522, b""), variable(16524, b"Enter password"))]
    yield TRANSACTION, 6, [(HASH, digest), config(2, 77, variable(16521, b"user"), variable(1, v4), variable(2, bytes([255] * 4)), variable(3, v4),
                                                  variable(7, b"Version 1"), variable(28672, b"Welcome"), variable(28674, b"example.org"), variable(28676, v4 + bytes(10)))]
    yield TRANSACTION, 7, [(HASH, digest), config(3, 78, basic(16527, 1))]


def checksum(octets):
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def write(path):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for second, (exchange, message_id, payloads) in enumerate(messages()):
            body = chain(*payloads)
            message = bytes.fromhex("c1c2c3c4c5c6c7c8d1d2d3d4d5d6d7d8")
            message += struct.pack(">BBBBII", payloads[0][0], 0x10, exchange, 0, message_id, 28 + len(body)) + body
            udp = struct.pack(">HHHH", 500, 500, 8 + len(message), 0) + message
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), second, 0, 64, 17, 0, b"\xc0\0\2\1", b"\xc0\0\2\2")
            ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
            file.write(struct.pack("<IIII", second, 0, len(ip + udp), len(ip + udp)) + ip + udp)
