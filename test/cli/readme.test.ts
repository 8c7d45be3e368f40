import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { networkml, root } from './run-cli.js';

it('prints what README.md shows', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const example = /npx networkml predict (\S+)$/m.exec(readme)?.[1] ?? '';
  const shown = /^```text\n(.*?)^ {2}\.\.\.\n```$/ms.exec(readme)?.[1] ?? 'nothing';
  const { stdout } = await networkml(['predict', example, '--format', 'table']);
  expect(stdout.slice(0, shown.length), 'README.md is out of date: run node scripts/make-docs.mjs').toBe(
    shown,
  );
});
