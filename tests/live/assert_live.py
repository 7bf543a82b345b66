#!/usr/bin/env python3
"""`ikescope assert -i` between two real strongSwan daemons. usage: assert_live.py PROGRAM [--runs N]

Builds three network namespaces: left and right with a daemon each, mid with a bridge between them, on which ikescope
watches. Needs root, iproute2 and strongSwan (charon-systemd, strongswan-swanctl, libcharon-extra-plugins); exit status 77
where something of that is missing. Prints how long after the deciding packet a failure was known."""
import argparse
import datetime
import json
import os
import signal
import subprocess
import sys
import time

from lab import LEFT, RIGHT, TAP, WORD, Faults, Lab, check_daemons, check_rights, inside, run


def watch(program, *words, interfaces=('br0',)):
    """Runs `assert` in the middle; gives its exit status, its JSON and the wall clock at its end."""
    taps = [word for interface in interfaces for word in ('-i', interface)]
    outcome = inside('mid', program, 'assert', *taps, '--format', 'json', *words, check=False)
    ended = time.time()
    try:
        verdict = json.loads(outcome.stdout)
    except ValueError:
        verdict = {'result': 'no JSON', 'seconds': 0, 'expectations': [], 'command': None, 'report': {}}
    verdict['stderr'] = outcome.stderr[-1500:]
    return outcome.returncode, verdict, ended


def found(verdict):
    return [reason['finding'] for one in verdict['expectations'] for reason in one['reasons']]


def deciding_message(verdict):
    """Wall clock of the first refusal that proves the wrong key."""
    report = verdict['report']
    times = {(m['file'], m['packet']): m['time'] for exchange in report.get('exchanges', []) for m in exchange['messages']}
    proofs = [proof for one in report.get('findings', []) if one['id'] == 'psk-mismatch' for proof in one['evidence'] if 'Informational' in proof['what']]
    stamps = [times[proof['file'], proof['packet']] for proof in proofs if (proof['file'], proof['packet']) in times]
    return min((datetime.datetime.fromisoformat(stamp[:26].rstrip('Z') + '+00:00').timestamp() for stamp in stamps), default=0.0)


def up(program, lab, faults):
    lab.configure('left', 'same')
    status, verdict, _ = watch(program, '--within', '30', '-e', f'{LEFT} <-> {RIGHT} up within 10s mode=main encryption=AES-256 group>=14', '--', *lab.swanctl_words('left', '--initiate', '--child', 'net'))
    faults.expect('up: exit status 0', status == 0, (status, verdict['stderr'], verdict['expectations'], lab.log('left')))
    faults.expect('up: known before the time is over', verdict['seconds'] < 20 and verdict['early'], verdict['seconds'])
    faults.expect('up: the command was waited for', verdict['command'] and verdict['command']['status'] == 0, verdict['command'])
    lab.down()
    return verdict['seconds']


def two_taps(program, lab, faults):
    """Both ports of the bridge at once see each packet twice; that is no resend. ESP is seen where it is asked for."""
    lab.configure('left', 'same')
    # One datagram each way through the tunnel, by whatever answers: here the kernel's ICMP port unreachable.
    knock = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('10.78.1.1', 9)); s.sendto(b'x', ('10.78.2.1', 9))"
    inside_left = f'ip netns exec {WORD}-left'
    script = ' '.join(lab.swanctl_words('left', '--initiate', '--child', 'net')) + f' >/dev/null 2>&1 && {inside_left} {sys.executable} -c "{knock}"'
    status, verdict, _ = watch(program, '--within', '20', '-e', f'{LEFT} -> {RIGHT} up resends=0 esp=both', '--', 'sh', '-c', script, interfaces=('to-left', 'to-right'))
    faults.expect('two taps: exit status 0', status == 0, (status, verdict['stderr'], verdict['expectations']))
    faults.expect('two taps: nothing was lost', verdict['report'].get('capture', {}).get('kernel_drops') == 0, verdict['report'].get('capture'))
    lab.down()


def interface_returns(program, lab, faults):
    """A port that goes down, and one that is made anew under its name, are watched on."""
    lab.configure('left', 'same')
    start = ' '.join(lab.swanctl_words('left', '--initiate', '--child', 'net')) + ' >/dev/null 2>&1'
    for what, script in (('down and up', 'ip link set tap0 down; sleep 0.5; ip link set tap0 up; sleep 0.5; ' + start),
                         ('made anew', f'ip link del tap0; sleep 0.5; {TAP}; sleep 1; {start}')):
        inside('mid', 'sh', '-c', f'ip link del tap0 2>/dev/null; {TAP}')
        status, verdict, _ = watch(program, '--within', '20', '-e', f'{LEFT} <-> {RIGHT} up', '--', 'sh', '-c', script, interfaces=('tap0',))
        faults.expect(f'an interface {what}: exit status 0', status == 0, (status, verdict['stderr'], verdict['expectations']))
        lab.down()


def keeps_packets(program, lab, faults):
    lab.configure('left', 'different')
    kept = f'{lab.folder}/kept'
    watch(program, '--within', '20', '--save-pcap', kept, '--', *lab.swanctl_words('left', '--initiate', '--child', 'net', '--timeout', '10'))
    again = run(program, 'assert', '-e', 'stalled with psk-mismatch', kept, check=False)
    faults.expect('the packets kept prove it', again.returncode == 0, (again.stdout, again.stderr))
    lab.down()


def wrong_key(program, lab, faults):
    lab.configure('left', 'different')
    quiet = ' '.join(lab.swanctl_words('left', '--initiate', '--child', 'net', '--timeout', '20')) + ' >/dev/null 2>&1; exit 0'
    status, verdict, ended = watch(program, '--within', '30', '--', 'sh', '-c', quiet)
    faults.expect('wrong key: exit status 1', status == 1, (status, verdict['result']))
    faults.expect('wrong key: psk-mismatch', 'psk-mismatch' in found(verdict), (found(verdict), lab.log('left')))
    faults.expect('wrong key: known before the time is over', verdict['seconds'] < 20 and verdict['early'], verdict['seconds'])
    delay = ended - deciding_message(verdict)
    faults.expect('wrong key: sure within seconds', 0.5 < delay < 10, delay)
    lab.down()

    status, verdict, _ = watch(program, '--within', '30', '--', *lab.swanctl_words('left', '--initiate', '--child', 'net', '--timeout', '20'))
    faults.expect('wrong key and a waiting command: exit status 1', status == 1, status)
    faults.expect('wrong key and a waiting command: psk-mismatch', 'psk-mismatch' in found(verdict), found(verdict))
    lab.down()
    return delay


def nothing(program, faults):
    status, verdict, _ = watch(program, '--within', '1')
    faults.expect('nothing: exit status 3', status == 3, (status, verdict['result']))
    faults.expect('nothing: said so', verdict['result'] == 'nothing', verdict['result'])
    status, verdict, _ = watch(program, '--within', '1', '-e', 'never')
    faults.expect('never: exit status 0', status == 0, status)


def counts(program, faults):
    """At the end of the time as much was read as the kernel received, also while packets still come."""
    flood = ("import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); end = time.time() + 0.9\n"
             f"while time.time() < end: s.sendto(b'x' * 60, ('{RIGHT}', 500)); time.sleep(0.0005)")
    status, verdict, _ = watch(program, '--within', '1', '-e', 'tunnels>=5', '--', 'ip', 'netns', 'exec', f'{WORD}-left', sys.executable, '-c', flood)
    capture = verdict['report'].get('capture', {})
    received = sum(one['packets'] for one in capture.get('files', []))
    faults.expect('as much was read as was received', 100 < received == capture.get('packets'), (received, capture))


def commands(program, faults):
    status, verdict, _ = watch(program, '--within', '30', '--', 'sh', '-c', 'exit 7')
    faults.expect('failing command: exit status 1', status == 1, status)
    faults.expect('failing command: its status is told', verdict['command'] and verdict['command']['status'] == 7, verdict['command'])

    mark = f'600{os.getpid()}'
    status, verdict, _ = watch(program, '--within', '1', '--', 'sh', '-c', f'setsid sleep {mark} & (trap "" TERM; sleep {mark}) & sleep {mark}')
    left = run('pgrep', '-f', f'sleep {mark}', check=False).stdout
    faults.expect('no process is left behind', not left, left)
    faults.expect('a command that was stopped did not fail', verdict['command'] and verdict['command']['result'] == 'stopped', verdict['command'])

    watching = subprocess.Popen(['ip', 'netns', 'exec', f'{WORD}-mid', program, 'assert', '-i', 'br0', '--within', '30', '--', 'sh', '-c', 'trap "echo told; kill %1; exit 5" TERM; sleep 600 & echo ready; wait'],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watching.stdout.readline()  # ready
    watching.send_signal(signal.SIGTERM)
    out, _ = watching.communicate(timeout=30)
    faults.expect('a signal reaches the command, whose output is ours', 'told' in out, out)
    faults.expect('... and whose failure counts', watching.returncode == 1 and 'exited with status 5' in out, (watching.returncode, out))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--runs', type=int, default=1)
    options = parser.parse_args()
    check_rights()
    check_daemons()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit('stopped'))  # and clean up
    program = os.path.abspath(options.program)
    lab, faults, times, delays = Lab(), Faults(), [], []
    try:
        lab.build()
        nothing(program, faults)
        commands(program, faults)
        counts(program, faults)
        lab.start_daemons()
        lab.configure('right', 'same')
        two_taps(program, lab, faults)
        interface_returns(program, lab, faults)
        keeps_packets(program, lab, faults)
        for _ in range(options.runs):
            times.append(up(program, lab, faults))
            delays.append(wrong_key(program, lab, faults))
    finally:
        lab.clean()
    print(f'{options.runs} runs, {len(faults)} faults')
    print(f'up was known after {min(times):.2f} to {max(times):.2f} s; a wrong key {min(delays):.2f} to {max(delays):.2f} s after the packet that decides')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
