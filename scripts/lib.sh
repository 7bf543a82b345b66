# Shared by the scripts beside it: source it first. Leaves the shell in the top folder of the project.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(g++ cmake ninja-build pkg-config libpcap-dev libfmt-dev libcli11-dev zlib1g-dev libzstd-dev libxxhash-dev libtomlplusplus-dev libseccomp-dev prometheus-cpp-dev doctest-dev libgtest-dev libxml2-utils)

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }

# install PACKAGE...: those that are missing, with apt-get. Does nothing and asks for nothing when all are there.
install() {
  local missing=() package
  command -v dpkg-query >/dev/null ||
    die "this is no Debian or Ubuntu; install by hand what Debian calls: $*, then run cmake --workflow --preset dev"
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0

  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "missing packages, and neither root nor sudo to install them: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "installing: ${missing[*]}"
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  "${apt[@]}" update >&2 || say "apt-get update failed; trying with the package lists that are there"
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null ||
    die "could not install ${missing[*]} (no network, or no right to?); install them and run this again"
}

# Botan 3 where the distribution has it, else Botan 2; either will do.
botan_package() {
  if ! is_installed libbotan-2-dev && { is_installed libbotan-3-dev || apt-cache show libbotan-3-dev >/dev/null 2>&1; }; then
    echo libbotan-3-dev
  else
    echo libbotan-2-dev
  fi
}

install_all() { install "${packages[@]}" "$(botan_package)"; }

# build PRESET [TARGET...]: configures when needed, then builds. Silent when there is nothing to do or to say.
build() {
  local preset=$1 log launcher=()
  shift
  log=$(mktemp)
  command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  if ! [ -f "build/$preset/build.ninja" ]; then
    say "configuring build/$preset"
    cmake --preset "$preset" "${launcher[@]}" >"$log" 2>&1 || { cat "$log" >&2; die "cmake --preset $preset failed"; }
  fi
  if ! ninja -C "build/$preset" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
    say "building build/$preset"
    cmake --build --preset "$preset" ${1:+--target "$@"} >"$log" 2>&1 || { cat "$log" >&2; die "the build of preset $preset failed"; }
  fi
  rm -f "$log"
}
