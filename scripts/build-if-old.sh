#!/usr/bin/env bash
# Makes a dist/ that is as new as src/.
set -euo pipefail
cd "$(dirname "$0")/.."

built=dist/cli/main.cjs
if [ ! -e "$built" ] || [ ! -e dist/types/index.d.ts ] ||
  [ -n "$(find src scripts/build.mjs scripts/make-vendors.mjs package.json -newer "$built" -print -quit)" ]; then
  node scripts/build.mjs
fi
