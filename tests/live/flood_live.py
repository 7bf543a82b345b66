#!/usr/bin/env python3
"""`ikescope watch` under a flood of spoofed first messages: memory stays as it is, a real tunnel is not pushed out, and all that the
kernel passed was read. usage: flood_live.py PROGRAM [--seconds N]; exit status 77 where no network namespace can be made."""
import argparse
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from lab import Faults, check_program, check_rights, run

NAME = f'ikf{os.getpid()}'
REAL, PEER, COOKIE = '192.0.2.1', '198.51.100.2', 0x1122334455667788
LIMIT = 2000
GROWTH = 1.05  # of memory, once the limit is reached

POLICY = bytes.fromhex('0000000100000001' '0000002c' '01010001' '00000024' '01010000' '80010007' '800e0100' '80020004' '80030001' '8004000e' '800b0001' '800c7080')


def payloads(*parts):
    """Types and bodies as a chain."""
    return b''.join(struct.pack('!BBH', parts[i + 1][0] if i + 1 < len(parts) else 0, 0, 4 + len(body)) + body for i, (_, body) in enumerate(parts))


def message(initiator, responder, exchange, *parts, encrypted=0, number=0):
    body = encrypted * b'\x5a' or payloads(*parts)
    return struct.pack('!QQBBBBII', initiator, responder, parts[0][0], 0x10, exchange, 1 if encrypted else 0, number, 28 + len(body)) + body


def frame(source, destination, content):
    """Ethernet, IPv4 and UDP around it; nobody looks at the IP checksum."""
    udp = struct.pack('!HHHH', 500, 500, 8 + len(content), 0) + content
    ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), random.getrandbits(16), 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(destination))
    return b'\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0' + ip + udp


SA, KE, NONCE, ID, HASH = 1, 4, 10, 5, 8
BEGIN = [(REAL, PEER, message(COOKIE, 0, 2, (SA, POLICY))), (PEER, REAL, message(COOKIE, 7, 2, (SA, POLICY))),
         (REAL, PEER, message(COOKIE, 7, 2, (KE, b'\x11' * 256), (NONCE, b'\x22' * 32))), (PEER, REAL, message(COOKIE, 7, 2, (KE, b'\x33' * 256), (NONCE, b'\x44' * 32)))]
REFUSAL = [(REAL, PEER, message(COOKIE, 7, 2, (ID, b''), encrypted=64)), (PEER, REAL, message(COOKIE, 7, 5, (HASH, b''), encrypted=48, number=99))]


def send(what, seconds):
    """Runs inside the namespace; prints how many packets it sent."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(('left', 0))
    count = 0
    if what == 'flood':
        made = bytearray(frame('10.0.0.0', PEER, message(1, 0, 2, (SA, POLICY))))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _ in range(64):
                made[26:30] = struct.pack('!I', 0x0a000000 | random.getrandbits(24))
                made[42:50] = random.randbytes(8)
                wire.send(made)
            count += 64
            time.sleep(0.002)
    else:
        for one in BEGIN if what == 'begin' else REFUSAL:
            wire.send(frame(*one))
            count += 1
            time.sleep(0.02)
    print(count)


def sender(what, seconds=0.0):
    return int(run('ip', 'netns', 'exec', NAME, sys.executable, os.path.abspath(__file__), '-', '--send', what, '--seconds', str(seconds)).stdout)


def memory(pid):
    with open(f'/proc/{pid}/status', encoding='utf-8') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('VmRSS'))


def flood(program, seconds, folder, faults):
    with open(f'{folder}/out', 'w+', encoding='utf-8') as out, open(f'{folder}/error', 'w+', encoding='utf-8') as error:
        words = ['watch', '-i', 'right', '--format', 'text', '--max-exchanges', str(LIMIT), '--patience', '600', '--write', f'{folder}/kept.pcapng', '--user', 'root']
        watch = subprocess.Popen(['ip', 'netns', 'exec', NAME, program, *words], stdout=out, stderr=error)
        try:
            time.sleep(1)
            sent = sender('begin')
            sent += sender('flood', 4)  # every limit is reached
            curve = [memory(watch.pid)]
            for _ in range(max(2, round(seconds))):
                sent += sender('flood', 1)
                curve.append(memory(watch.pid))
            begin = time.monotonic()
            sent += sender('refusal')
            while time.monotonic() < begin + 15 and 'psk-mismatch' not in text(folder):
                time.sleep(0.05)
            delay = time.monotonic() - begin
        finally:
            watch.send_signal(signal.SIGINT)
            status = watch.wait(30)
    said = text(folder)
    print(f'{sent} packets; memory in MiB: {", ".join(str(one // 1024) for one in curve)}; the real tunnel was told after {delay:.2f} s')
    faults.expect('ended with status 0', status == 0, status)
    faults.expect('enough of a flood', sent > 5 * LIMIT, sent)
    faults.expect('memory stays as it is', max(curve) <= GROWTH * curve[0], curve)
    faults.expect('the real tunnel was not pushed out', f'{REAL} -> {PEER}' in said and 'psk-mismatch' in said and delay < 10, said[-2000:])
    faults.expect('what was left out is said', ' more first messages' in said and 'attempts forgotten' in ' '.join(said.split()), said[-2000:])
    faults.expect('few lines', said.count('\n') < 400 + 200 * (seconds + 8), said.count('\n'))
    faults.expect('all was read', f'right: {sent} packets, {sent} IKE' in said and 'the capture itself lost' not in said, said[said.rfind('right: '):][:500])
    kept = run(program, 'read', '--format', 'json', f'{folder}/kept.pcapng', check=False).stdout
    tunnels = json.loads(kept)['tunnels'] if kept else []
    faults.expect('the packets of the real tunnel were kept', any(one['initiator'] == REAL for one in tunnels), kept[:500])


def losses(program, folder, faults):
    """What the kernel drops is told while we run, and counted in the report."""
    with open(f'{folder}/out', 'w+', encoding='utf-8') as out:
        watch = subprocess.Popen(['ip', 'netns', 'exec', NAME, program, 'watch', '-i', 'right', '--buffer', '1'], stdout=out, stderr=subprocess.DEVNULL)
        time.sleep(1)
        watch.send_signal(signal.SIGSTOP)
        sent = sender('flood', 2)
        watch.send_signal(signal.SIGCONT)
        time.sleep(2)
        watch.send_signal(signal.SIGINT)
        faults.expect('losses: ended with status 0', watch.wait(30) == 0)
    said = text(folder)
    faults.expect('losses: told as they came', 'right: the kernel dropped ' in said and 'findings are less certain' in said, (sent, said[-1500:]))
    faults.expect('losses: in the report', 'the capture itself lost' in said, (sent, said[-1500:]))


def text(folder):
    with open(f'{folder}/out', encoding='utf-8') as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--seconds', type=float, default=5)
    parser.add_argument('--send')
    options = parser.parse_args()
    if options.send:
        send(options.send, options.seconds)
        return 0
    check_rights()
    check_program(os.path.abspath(options.program))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('stopped'))  # and clean up
    faults = Faults()
    run('ip', 'netns', 'add', NAME)
    try:
        run('ip', '-n', NAME, 'link', 'add', 'left', 'type', 'veth', 'peer', 'name', 'right')
        for side in ('left', 'right'):
            run('ip', '-n', NAME, 'link', 'set', side, 'up')
        with tempfile.TemporaryDirectory(prefix='ikescope-flood-') as folder:
            flood(os.path.abspath(options.program), options.seconds, folder, faults)
            losses(os.path.abspath(options.program), folder, faults)
    finally:
        run('ip', 'netns', 'delete', NAME, check=False)
    print(f'{len(faults)} faults')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
