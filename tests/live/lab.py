"""A lab of three network namespaces: left and right with a strongSwan daemon each, mid with a bridge between them, on which
ikescope listens. Needs root, iproute2 and strongSwan (charon-systemd, strongswan-swanctl, libcharon-extra-plugins)."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

LEFT, RIGHT = '10.77.0.1', '10.77.0.2'
WORD = f'ikt{os.getpid()}'  # namespaces and interfaces of this run

# A span port: the bridge learns nothing, so all that passes it goes there, too.
TAP = 'ip link add tap0 type veth peer name tap1 && ip link set tap0 up && ip link set tap1 master br0 up'

STRONGSWAN = '''
charon-systemd {{
  load = random nonce aes sha1 sha2 hmac kdf gmp pem pkcs1 x509 pubkey kernel-libipsec kernel-netlink socket-default vici
  port = 500
  port_nat_t = 4500
  install_routes = no
  retransmit_timeout = 2
  dos_protection = no
  half_open_timeout = 5
  plugins {{
    vici {{
      socket = unix://{folder}/{side}.vici
    }}
  }}
  filelog {{
    {side}-log {{
      path = {folder}/{side}.log
      default = 1
    }}
  }}
}}
'''
SWANCTL = '''
connections {{
  net {{
    version = 1
    local_addrs = {local}
    remote_addrs = {remote}
    proposals = aes256-sha256-modp2048
    encap = yes
    keyingtries = 1
    local {{
      auth = psk
    }}
    remote {{
      auth = psk
    }}
    children {{
      net {{
        local_ts = 10.78.{local_net}.0/24
        remote_ts = 10.78.{remote_net}.0/24
        esp_proposals = aes256-sha256
      }}
    }}
  }}
}}
secrets {{
  ike-net {{
    id = {remote}
    secret = "{secret}"
  }}
}}
'''


def skip(why):
    print('skipped: ' + why)
    sys.exit(77)


def run(*words, check=True, **options):
    outcome = subprocess.run(words, capture_output=True, text=True, timeout=60, **options)
    if check and outcome.returncode != 0:
        sys.exit(f'{words}: {outcome.stdout}{outcome.stderr}')
    return outcome


def inside(side, *words, **options):
    return run('ip', 'netns', 'exec', f'{WORD}-{side}', *words, **options)


class Lab:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='ikescope-live-')
        self.daemons = []

    def build(self):
        for side in ('left', 'right', 'mid'):
            run('ip', 'netns', 'add', f'{WORD}-{side}')
            inside(side, 'ip', 'link', 'set', 'lo', 'up')
        inside('mid', 'ip', 'link', 'add', 'br0', 'type', 'bridge', 'ageing_time', '0')
        inside('mid', 'ip', 'link', 'set', 'br0', 'up')
        for side, address, protected in (('left', LEFT, '10.78.1.1'), ('right', RIGHT, '10.78.2.1')):
            inside('mid', 'ip', 'link', 'add', f'to-{side}', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', f'{WORD}-{side}')
            inside('mid', 'ip', 'link', 'set', f'to-{side}', 'master', 'br0', 'up')
            inside(side, 'ip', 'address', 'add', f'{address}/24', 'dev', 'eth0')
            inside(side, 'ip', 'link', 'set', 'eth0', 'up')
            inside(side, 'ip', 'address', 'add', f'{protected}/24', 'dev', 'lo')

    def start_daemons(self):
        charon = next((path for path in ('/usr/sbin/charon-systemd', '/usr/lib/ipsec/charon-systemd') if os.path.exists(path)), None)
        for side in ('left', 'right'):
            conf = f'{self.folder}/{side}.conf'
            with open(conf, 'w', encoding='utf-8') as file:
                file.write(STRONGSWAN.format(side=side, folder=self.folder))
            self.daemons.append(subprocess.Popen(['ip', 'netns', 'exec', f'{WORD}-{side}', charon], env={**os.environ, 'STRONGSWAN_CONF': conf},
                                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for side in ('left', 'right'):
            for _ in range(200):
                if self.swanctl(side, '--stats', check=False).returncode == 0:
                    break
                time.sleep(0.1)
            else:
                sys.exit(f'charon on the {side} did not start: ' + self.log(side))

    def log(self, side):
        try:
            with open(f'{self.folder}/{side}.log', encoding='utf-8', errors='replace') as file:
                return file.read()[-2000:]
        except OSError as why:
            return str(why)

    def swanctl(self, side, *words, **options):
        return run(*self.swanctl_words(side, *words), **options)

    def swanctl_words(self, side, *words):
        return ['ip', 'netns', 'exec', f'{WORD}-{side}', 'swanctl', *words, '--uri', f'unix://{self.folder}/{side}.vici']

    def configure(self, side, secret):
        ends = {'left': (LEFT, RIGHT, 1, 2), 'right': (RIGHT, LEFT, 2, 1)}[side]
        path = f'{self.folder}/{side}.swanctl'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(SWANCTL.format(local=ends[0], remote=ends[1], local_net=ends[2], remote_net=ends[3], secret=secret))
        self.swanctl(side, '--load-creds', '--clear', '--noprompt', '--file', path)
        self.swanctl(side, '--load-conns', '--file', path)

    def down(self):
        self.swanctl('left', '--terminate', '--ike', 'net', '--force', '--timeout', '2', check=False)
        self.swanctl('right', '--terminate', '--ike', 'net', '--force', '--timeout', '2', check=False)
        time.sleep(0.3)  # what still travels belongs to this run, not to the next

    def clean(self):
        for daemon in self.daemons:
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(5)
            except subprocess.TimeoutExpired:
                daemon.kill()
        for side in ('left', 'right', 'mid'):
            run('ip', 'netns', 'delete', f'{WORD}-{side}', check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Faults(list):
    def expect(self, what, holds, seen=''):
        if not holds:
            self.append(what)
            print(f'WRONG: {what}: {seen}', flush=True)


def check_rights():
    """Ends with status 77 where namespaces can't be made."""
    if os.geteuid() != 0:
        skip('network namespaces need root')
    if shutil.which('ip') is None:
        skip('ip (iproute2) is not installed')
    if run('ip', 'netns', 'add', f'{WORD}-try', check=False).returncode != 0:
        skip('no network namespace can be made here')
    run('ip', 'netns', 'delete', f'{WORD}-try')


def check_daemons():
    """... where strongSwan can't run."""
    for word in ('swanctl', 'pgrep'):
        if shutil.which(word) is None:
            skip(f'{word} is not installed')
    if not any(os.path.exists(path) for path in ('/usr/sbin/charon-systemd', '/usr/lib/ipsec/charon-systemd')):
        skip('strongSwan (charon-systemd) is not installed')
    if not os.path.exists('/dev/net/tun'):
        skip('no /dev/net/tun, which kernel-libipsec needs')


def check_program(program):
    """... where `watch` can't be had as it is meant: without the rights to capture, to become another user, or to be confined."""
    try:
        outcome = run('timeout', '-s', 'INT', '1', program, 'watch', '-i', 'lo', check=False)
    except subprocess.TimeoutExpired:
        return
    for word in ('seccomp', "can't become", 'no right to capture', 'can\'t drop capabilities'):
        if word in outcome.stderr:
            skip(outcome.stderr.strip())
