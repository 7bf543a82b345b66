#!/usr/bin/env python3
"""`ikescope watch` between two real strongSwan daemons. usage: watch_live.py PROGRAM [--show]

What lab.py builds; exit status 77 where something of that is missing. --show prints what watch said."""
import argparse
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

from lab import LEFT, RIGHT, WORD, Faults, Lab, check_daemons, check_program, check_rights, inside, run

PATIENCE = 3


class Watch:
    """`watch` on the bridge; lines are read as they come."""

    def __init__(self, program, folder, *words, form='ndjson', where='mid', interface='br0'):
        self.path = f'{folder}/watch.{time.monotonic_ns()}'
        self.out = open(self.path, 'w+', encoding='utf-8')
        self.error = open(self.path + '.error', 'w+', encoding='utf-8')
        self.process = subprocess.Popen(['ip', 'netns', 'exec', f'{WORD}-{where}', program, 'watch', '-i', interface, '--format', form, '--patience', str(PATIENCE), *words],
                                        stdout=self.out, stderr=self.error)
        self.wait(lambda: os.path.getsize(self.path if form == 'ndjson' else self.path + '.error') > 0, 10)

    def text(self):
        with open(self.path, encoding='utf-8') as file:
            return file.read()

    def errors(self):
        with open(self.path + '.error', encoding='utf-8') as file:
            return file.read()

    def events(self):
        lines = self.text().splitlines()
        made = []
        for line in lines:
            try:
                made.append(json.loads(line))
            except ValueError:
                pass  # the last one, half written
        return made

    def verdicts(self, initiator=LEFT):
        return [event['verdict'] for event in self.events() if event['type'] == 'tunnel' and 'time' in event and event['initiator'] == initiator]

    def findings(self):
        return [event['id'] for event in self.events() if event['type'] == 'finding' and 'time' in event]

    def wait(self, condition, seconds):
        """Seconds until `condition` held, or None."""
        begin = time.monotonic()
        while time.monotonic() < begin + seconds:
            if condition():
                return time.monotonic() - begin
            if self.process.poll() is not None:
                return None
            time.sleep(0.05)
        return None

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return 'hangs'


def healthy(program, lab, faults, show):
    lab.configure('left', 'same')
    watch = Watch(program, lab.folder)
    lab.swanctl('left', '--initiate', '--child', 'net')
    delay = watch.wait(lambda: 'up' in watch.verdicts(), 2)
    faults.expect('healthy: up within two seconds', delay is not None, watch.text())
    print(f'up: told {delay or 0:.2f} s after swanctl knew')
    faults.expect('healthy: ended by SIGTERM with status 0', watch.end(signal.SIGTERM) == 0, watch.errors())
    last = watch.events()[-1]
    faults.expect('healthy: ends with the totals', last['type'] == 'capture' and last['event'] == 'complete' and last['kernel_drops'] == 0 and last['ike_packets'] >= 9, last)
    lab.down()

    watch = Watch(program, lab.folder, form='text')
    lab.swanctl('left', '--initiate', '--child', 'net')
    watch.wait(lambda: '  up after ' in watch.text(), 2)
    watch.process.send_signal(signal.SIGUSR1)
    faults.expect('text: SIGUSR1 prints the table, and it goes on', watch.wait(lambda: 'br0: ' in watch.text(), 2) and watch.process.poll() is None, watch.text())
    faults.expect('text: ended by SIGINT with status 0', watch.end() == 0, watch.errors())
    text = watch.text()
    for line in (f'{LEFT} -> {RIGHT}', 'Main Mode begins, CKY-I ', '4   KE NONCE', 'QM1 encrypted', '  up after '):
        faults.expect(f'text: has {line}', line in text, text)
    faults.expect('text: no colour where no terminal is', '\x1b' not in text, text)
    if show:
        print(text)
    lab.down()


def wrong_key(program, lab, faults, show):
    lab.configure('left', 'different')
    watch = Watch(program, lab.folder)
    lab.swanctl('left', '--initiate', '--child', 'net', '--timeout', '2', check=False)
    faults.expect('wrong key: psk-mismatch, live', watch.wait(lambda: 'psk-mismatch' in watch.findings(), PATIENCE + 2), watch.text())
    watch.end()
    lab.down()
    watch = Watch(program, lab.folder, form='text')
    lab.swanctl('left', '--initiate', '--child', 'net', '--timeout', '2', check=False)
    faults.expect('wrong key, text: STALLED', watch.wait(lambda: 'STALLED at MM_WAIT_MSG' in watch.text() and 'psk-mismatch' in watch.text(), PATIENCE + 2), watch.text())
    watch.end()
    if show:
        print(watch.text())
    lab.down()


def no_peer(program, lab, faults, show):
    """Nobody answers: this is said when patience ends, on a silent wire. A busy machine and the sanitizers take their time."""
    send = ("import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('10.77.0.1', 501)); "
            "s.sendto(bytes.fromhex('1122334455667788' '0000000000000000' '01100200' '00000000' '00000054' '00000038' '00000001' '00000001' '0000002c' '01010001' "
            "'00000024' '01010000' '80010007' '800e0100' '80020004' '80030001' '8004000e' '800b0001' '800c7080'), ('10.77.0.99', 500))")
    inside('left', 'ip', 'neighbour', 'add', '10.77.0.99', 'lladdr', '02:00:00:00:00:99', 'dev', 'eth0')  # no ARP in between
    for form in ('ndjson', 'text'):
        watch = Watch(program, lab.folder, form=form)
        begin = time.monotonic()
        inside('left', sys.executable, '-c', send)
        said = watch.wait(lambda: 'no-reply-msg1' in watch.text(), PATIENCE + 12)
        delay = time.monotonic() - begin
        faults.expect(f'no peer, {form}: said when the limit passes', said is not None and PATIENCE - 0.3 < delay < PATIENCE + 10, (delay, watch.text()))
        print(f'no reply: told {delay - PATIENCE:.2f} s after patience ended')
        watch.end()
        if show and form == 'text':
            print(watch.text())


def interface_returns(program, lab, faults):
    lab.configure('left', 'same')
    inside('mid', 'sh', '-c', 'ip link add tap0 type veth peer name tap1 && ip link set tap0 up && ip link set tap1 master br0 up')
    watch = Watch(program, lab.folder, interface='tap0')
    inside('mid', 'ip', 'link', 'set', 'tap0', 'down')
    faults.expect('down: said', watch.wait(lambda: 'the interface is down' in watch.text(), 3), watch.text())
    inside('mid', 'ip', 'link', 'set', 'tap0', 'up')
    faults.expect('back: said', watch.wait(lambda: 'the interface is back' in watch.text(), 3), watch.text())
    time.sleep(0.3)
    lab.swanctl('left', '--initiate', '--child', 'net')
    faults.expect('back: watched on', watch.wait(lambda: 'up' in watch.verdicts(), 3), watch.text())
    inside('mid', 'ip', 'link', 'delete', 'tap0')
    faults.expect('removed: ends, as nothing is left to watch', watch.wait(lambda: watch.process.poll() is not None, 5) is not None and watch.process.returncode == 2, watch.text())
    faults.expect('removed: said', 'the interface was removed' in watch.text() and 'no interface is left' in watch.errors(), (watch.text(), watch.errors()))
    lab.down()


def outside(program, lab, faults):
    """Everything that is done besides telling, and with how few rights."""
    lab.configure('left', 'different')
    kept, found = f'{lab.folder}/kept.pcapng', f'{lab.folder}/finding'
    os.chmod(lab.folder, 0o777)
    inside('mid', 'ip', 'link', 'set', 'lo', 'up')
    watch = Watch(program, lab.folder, '--write', kept, '--on-stall', f'cat >{found}; id -u >{found}.user', '--metrics', '127.0.0.1:9800', '--syslog', form='text')
    watch.wait(lambda: 'watching' in watch.errors(), 5)
    pids = run('pgrep', '-f', f'watch -i br0 .*--write {kept}').stdout.split()
    rights = []
    for pid in pids:
        with open(f'/proc/{pid}/status', encoding='utf-8') as file:
            rights.append(dict(line.split(':\t', 1) for line in file.read().splitlines() if ':\t' in line))
    faults.expect('outside: two processes', len(rights) == 2, pids)
    for one in rights:
        faults.expect('outside: no capability, not root', int(one['CapEff'], 16) == int(one['CapPrm'], 16) == int(one['CapBnd'], 16) == 0 and one['Uid'].split()[0] != '0', one)
    faults.expect('outside: the one that parses is confined', any(one['NoNewPrivs'] == '1' and one['Seccomp'] == '2' for one in rights), rights)

    lab.swanctl('left', '--initiate', '--child', 'net', '--timeout', '2', check=False)
    faults.expect('outside: the command ran', watch.wait(lambda: os.path.exists(found + '.user') and os.path.getsize(found + '.user') > 0, 5) is not None, watch.errors())
    metrics = inside('mid', sys.executable, '-c', "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:9800/metrics', timeout=5).read().decode())", check=False).stdout
    faults.expect('outside: metrics', 'ikescope_tunnels_with_finding{finding="psk-mismatch"} 1' in metrics, metrics[:2000])
    watch.end()
    with open(found, encoding='utf-8') as file:
        finding = json.load(file)
    faults.expect('outside: the finding as JSON', finding['verdict'] == 'stalled' and finding['findings'][0]['id'] == 'psk-mismatch' and finding['findings'][0]['causes'], finding)
    with open(found + '.user', encoding='utf-8') as file:
        faults.expect('outside: not as root', file.read().strip() != '0')
    again = run(program, 'assert', '-e', 'stalled with psk-mismatch', kept, check=False)
    faults.expect('outside: the packets kept prove it', again.returncode == 0, (again.stdout, again.stderr))
    lab.down()


def table(program, faults):
    """The screen on a terminal of its own: drawn, left by q, and the terminal as it was."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ['TERM'] = 'xterm'
        os.execvp('ip', ['ip', 'netns', 'exec', f'{WORD}-mid', program, 'watch', '-i', 'br0', '--table'])
    seen = b''
    end = time.monotonic() + 10
    typed = False
    while time.monotonic() < end:
        try:
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536)
        except OSError:  # it has ended
            break
        if not typed and b'q: quit' in seen:
            os.write(terminal, b'q')
            typed = True
    _, status = os.waitpid(pid, 0)
    faults.expect('table: drawn, and the terminal given back', b'\x1b[?1049h' in seen and b'Where and why' in seen and b'\x1b[?1049l' in seen, seen[-2000:])
    faults.expect('table: ended by q with status 0', status == 0, (status, seen[-500:]))
    outcome = inside('mid', program, 'watch', '-i', 'br0', '--table', check=False)
    faults.expect('table: refused where no terminal is', outcome.returncode == 2 and 'needs a terminal' in outcome.stderr, outcome.stderr)


def no_rights(program, faults):
    outcome = run('setpriv', '--reuid=65534', '--clear-groups', '--bounding-set=-all', '--inh-caps=-all', program, 'watch', '-i', 'lo', check=False)
    faults.expect('no rights: the setcap line, in one line', outcome.returncode == 2 and 'setcap cap_net_raw' in outcome.stderr and outcome.stderr.count('\n') == 1, outcome.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--show', action='store_true')
    options = parser.parse_args()
    check_rights()
    check_daemons()
    check_program(os.path.abspath(options.program))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('stopped'))  # and clean up
    program = os.path.abspath(options.program)
    lab, faults = Lab(), Faults()
    try:
        lab.build()
        no_rights(program, faults)
        table(program, faults)
        no_peer(program, lab, faults, options.show)
        lab.start_daemons()
        lab.configure('right', 'same')
        healthy(program, lab, faults, options.show)
        wrong_key(program, lab, faults, options.show)
        outside(program, lab, faults)
        interface_returns(program, lab, faults)
    finally:
        lab.clean()
    print(f'{len(faults)} faults')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
