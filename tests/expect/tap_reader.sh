#!/bin/sh
# What `ikescope assert --format tap` writes is read by Perl's TAP::Parser, its YAML blocks too.
# Usage: tap_reader.sh IKESCOPE PCAPS; exit status 77: no TAP::Parser.
set -u
program=$1
pcaps=$2
perl -MTAP::Parser -e1 2>/dev/null || { echo "skipped: TAP::Parser (perl) is not installed"; exit 77; }
# Says how many tests failed, how many of them told why, and what was not understood.
read_tap='
  use TAP::Parser;
  my $parser = TAP::Parser->new({tap => join("", <STDIN>)});
  my $told = 0;
  while (my $result = $parser->next) { ++$told if $result->is_yaml && $result->data->{message}; }
  print join("; ", scalar($parser->failed) . " failed, $told told why", $parser->parse_errors);'
faults=0
check() {
  wanted=$1
  shift
  told=$("$program" assert --format tap "$@" 2>/dev/null | perl -e "$read_tap" 2>&1)
  [ "$told" = "$wanted" ] || { echo "$*: $told"; faults=$((faults + 1)); }
}
check "0 failed, 0 told why" "$pcaps"/main-mode/strongswan-strongswan.pcap
for capture in "$pcaps"/stalls/*/*.pcap; do check "2 failed, 2 told why" -e never -e healthy -e 'not aggressive' "$capture"; done
[ "$faults" -eq 0 ]
