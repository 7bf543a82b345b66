#!/usr/bin/env python3
"""Opens captures of the matrix with tshark too: it must find the same ISAKMP messages in each as in the plain one.

    tshark.py MAKE_MATRIX
"""
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def messages(path):
    """Cookies, exchange type and length of every ISAKMP message that tshark shows, by frame."""
    run = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE", "-Y", "isakmp && !icmp && !icmpv6",
         "-T", "fields", "-e", "frame.number", "-e", "isakmp.ispi", "-e", "isakmp.rspi", "-e", "isakmp.exchangetype", "-e", "isakmp.length"],
        capture_output=True, text=True)
    return run.stdout, run.stderr


def main():
    if shutil.which("tshark") is None:
        print("tshark is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        names = subprocess.run([sys.argv[1], str(folder)], check=True, capture_output=True, text=True).stdout.split()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            seen = dict(zip(names, pool.map(lambda name: messages(folder / name), names)))
    plain = {"4": seen["link-4-ethernet"][0], "6": seen["link-6-ethernet"][0]}
    if plain["4"].count("\n") != 7 or plain["6"].count("\n") != 7:
        print("tshark does not see the 7 messages of the plain conversation:\n" + plain["4"] + plain["6"])
        return 1
    faults = 0
    for name, (fields, complaint) in seen.items():
        family = name.split("-")[1] if not name.startswith("container") else "4"
        if fields != plain[family]:
            faults += 1
            print(f"{name}: tshark sees\n{fields or '  nothing'}\n{complaint.strip()}")
    print(f"{len(seen)} captures opened by tshark, {faults} read differently")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
