#!/usr/bin/env node
/**
 * Run by npm after it installed a checkout: builds dist/ where the build's packages are there. Without them (`npm ci
 * --omit=dev`) a dist/ that stands already is left as it is.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const absent = ['esbuild', 'typescript', 'assemblyscript', 'yargs', 'oui-data'].filter(
  (name) => !existsSync(join(root, 'node_modules', name)),
);
if (absent.length === 0) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (!existsSync(join(root, 'dist/cli/main.cjs'))) {
  console.error(
    `networkml is not built, and what builds it is not installed (${absent.join(', ')}): run "npm ci" without --omit=dev`,
  );
  process.exitCode = 1;
}
