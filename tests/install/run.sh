#!/bin/sh
# Installs what was built into a folder of its own, then configures, builds and runs the project beside this script
# against it. Usage: run.sh CMAKE BUILD_FOLDER PCAPS COMPILER FLAGS
set -eu
cmake=$1 build=$2 pcaps=$3 compiler=$4 flags=$5
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$cmake" --install "$build" --prefix "$scratch/prefix" >/dev/null
"$cmake" -S "$here" -B "$scratch/build" -G Ninja -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" >"$scratch/log" 2>&1 ||
  { cat "$scratch/log"; exit 1; }
"$cmake" --build "$scratch/build" >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
IKE_CAPTURES=$pcaps "$scratch/build/tunnel_test"
if [ -x "$scratch/build/gtest_test" ]; then IKE_CAPTURES=$pcaps "$scratch/build/gtest_test"; else echo "GoogleTest is not installed: its example was not built"; fi
"$scratch/prefix/bin/ikescope" assert "$pcaps/main-mode/strongswan-strongswan.pcap"
