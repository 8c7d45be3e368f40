#!/usr/bin/env bash
# Makes a machine ready for `npm test`: programs that tests compare with, and a dist/ that is as new as src/.
# On Debian as root the programs are installed; elsewhere their names are said and the tests that need them fail.
set -euo pipefail
cd "$(dirname "$0")/.."

# program and the Debian package that brings it
needed=(tcpdump:tcpdump tshark:tshark ip:iproute2 /usr/bin/time:time nats-server:nats-server openssl:openssl zsh:zsh fish:fish)
packages=()
for entry in "${needed[@]}"; do
  command -v "${entry%%:*}" >/dev/null 2>&1 || packages+=("${entry##*:}")
done

if [ "${#packages[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "test-setup: installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
  else
    echo "test-setup: please install these programs, tests compare with them: ${packages[*]}" >&2
  fi
fi

bash scripts/build-if-old.sh
