#!/usr/bin/env bash
# Installs the Debian packages that are missing; says nothing and needs no rights where none is.
#   deploy/install-packages.sh run|test [--list]
# `run` is what `make run` needs, `test` adds what the tests start. This is the only list.
set -euo pipefail

run=(
  mosquitto mosquitto-clients # the broker, and mosquitto_pub to press with
  fonts-noto-cjk              # the kiosk's and the pages' Chinese
  espeak-ng alsa-utils        # the kiosk's voice and its sounds
  # what Qt is linked with; then what it needs on an X11 and on a Wayland screen
  libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3
  libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
  libwayland-cursor0
)
test=(
  postgresql          # the store's tests run on it too
  chromium libatomic1 # the desk's tests look at it; the library is for what drives it
)

set_name=${1:?run or test}
case $set_name in
  run) wanted=("${run[@]}") ;;
  test) wanted=("${run[@]}" "${test[@]}") ;;
  *) echo "$0: unknown set '$set_name'; known are run, test" >&2; exit 2 ;;
esac
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  wanted+=(python3-venv) # Debian's own python3 comes without
fi
if [ "${2:-}" = --list ]; then
  printf '%s\n' "${wanted[@]}"
  exit
fi

is_installed() { dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed$'; }
missing=()
for package in "${wanted[@]}"; do
  is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Missing Debian packages, and no apt-get here: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "As root, please: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

# Debian starts a broker and a database the moment it installs them; ours are started by us. The
# answer holds only while this script lives, whatever becomes of the file.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\n[ ! -d /proc/%d ] || exit 101\n' $$ | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

echo "Installing Debian packages: ${missing[*]}"
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}
log=$(mktemp)
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  rm -f "$log"
  echo "apt-get failed; the lines above are its own" >&2
  exit 1
fi
rm -f "$log"
