#!/bin/sh
# What `ikescope assert --format junit` writes is valid by the schema that Jenkins uses (junit.xsd).
# Usage: junit_schema.sh IKESCOPE PCAPS; exit status 77: xmllint is missing.
set -u
program=$1
pcaps=$2
schema=$(dirname "$0")/junit.xsd
command -v xmllint >/dev/null || { echo "skipped: xmllint (libxml2-utils) is not installed"; exit 77; }
faults=0
check() {
  "$program" assert --format junit "$@" 2>/dev/null | xmllint --noout --schema "$schema" - || { echo "not valid: $*"; faults=$((faults + 1)); }
}
for capture in "$pcaps"/*/*.pcap "$pcaps"/stalls/*/*.pcap; do check "$capture"; done
check -e never -e 'tunnels=2' -e 'any <-> any group>=14' "$pcaps"/stalls/*/*.pcap "$pcaps"/main-mode/*.pcap
# The schema refuses what is no JUnit, so that this test can fail.
printf '<testsuites><testsuite name="x"><case/></testsuite></testsuites>' | xmllint --noout --schema "$schema" - 2>/dev/null && faults=$((faults + 1))
[ "$faults" -eq 0 ]
