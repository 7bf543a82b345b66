#!/usr/bin/env python3
"""`ikescope assert` over a folder of lab captures with a manifest.json: every stall fails and names its finding, every
healthy capture passes. usage: assert_lab.py PROGRAM; the folder is in IKE_LAB_CAPTURES. Exit status 77: no such folder.

A row of the manifest has file, code ("ok", "probe", "mixed" ...), expect_stalled and expect {first_findings}."""
import json
import os
import subprocess
import sys


def judge(program, path, row):
    run = subprocess.run([program, 'assert', '--format', 'json', path], capture_output=True, timeout=60)
    verdict = json.loads(run.stdout)
    found = [reason['finding'] for one in verdict['expectations'] for reason in one['reasons']]
    expected = row.get('expect', {}).get('first_findings') or []
    if not row['expect_stalled'] and not expected:
        return None if run.returncode == 0 else f'healthy, but exit status {run.returncode} for {found}'
    if run.returncode != 1:
        # What an observer can't see can't fail: the manifest allows such rows a healthy verdict.
        allowed = set(row.get('expect', {}).get('verdicts', [])) & {'up', 'closed', 'phase1-up'}
        return None if allowed and not expected else f'stalled, but exit status {run.returncode}'
    if expected and not set(found) & set(expected):
        return f'failed for {found}, wanted {expected}'
    return None


def main():
    folder = os.environ.get('IKE_LAB_CAPTURES', '')
    if not os.path.exists(os.path.join(folder, 'manifest.json')):
        print('skipped: IKE_LAB_CAPTURES names no folder with a manifest.json')
        return 77
    faults = checked = 0
    with open(os.path.join(folder, 'manifest.json'), encoding='utf-8') as file:
        rows = json.load(file)
    for row in rows:
        path = os.path.join(folder, row['file'])
        if not os.path.exists(path):
            continue
        checked += 1
        fault = judge(sys.argv[1], path, row)
        if fault:
            faults += 1
            print(f"{row['file']}: {fault}")
    print(f'{checked} captures, {faults} wrong')
    return 1 if faults or not checked else 0


if __name__ == '__main__':
    sys.exit(main())
