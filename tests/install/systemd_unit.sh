#!/usr/bin/env bash
# usage: systemd_unit.sh UNIT PROGRAM: systemd-analyze finds nothing wrong with the unit, and little exposed; 77 where it is missing.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "skipped: systemd-analyze is not installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s#^ExecStart=[^ ]*#ExecStart=$2#" "$1" >"$folder/ikescope@eth1.service"
found=$(systemd-analyze verify --man=no "$folder/ikescope@eth1.service" 2>&1 | grep -F ikescope || true)
[ -z "$found" ] || { echo "$found"; exit 1; }
systemd-analyze security --offline=true --threshold=20 --no-pager "$folder/ikescope@eth1.service" >"$folder/security" 2>&1 ||
  { grep -q "Unknown\|unrecognized" "$folder/security" || { cat "$folder/security"; exit 1; }; }
tail -1 "$folder/security"
