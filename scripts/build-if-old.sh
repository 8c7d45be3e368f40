#!/usr/bin/env bash
# Makes a dist/ that is as new as src/.
#
#   scripts/build-if-old.sh [--no-types]
set -euo pipefail
cd "$(dirname "$0")/.."

built=dist/cli/main.cjs
types=dist/types/index.d.ts
if [ "${1:-}" = --no-types ]; then types=$built; fi
if [ ! -e "$built" ] || [ ! -e "$types" ] ||
  [ -n "$(find src assembly scripts/build.mjs scripts/compile-assembly.mjs scripts/make-vendors.mjs package.json -newer "$built" -print -quit)" ]; then
  node scripts/build.mjs "$@"
fi
