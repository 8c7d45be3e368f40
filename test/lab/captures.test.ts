/** The small corpus of the lab: two devices of each of its twelve roles, of different software. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { type LoadedBundle, loadBundle, predictCapture } from '../../src/pipeline/index.js';
import type { PredictionRecord } from '../../src/types.js';

const root = new URL('../../', import.meta.url).pathname;
const folder = join(root, 'test/lab/captures');
const [head = '', ...lines] = readFileSync(join(folder, 'manifest.csv'), 'utf8').trim().split('\n');
const names = head.split(',');
const rows = lines.map((line) =>
  Object.fromEntries(line.split(',').map((cell, i) => [names[i] as string, cell])),
) as Record<'file' | 'role' | 'implementation' | 'mac' | 'packets' | 'sha256', string>[];

describe('the small corpus of the lab', () => {
  let bundle: LoadedBundle;
  const records = new Map<string, PredictionRecord>();

  beforeAll(async () => {
    bundle = await loadBundle(join(root, 'models/default'));
    for (const { file } of rows) {
      records.set(file, await predictCapture(join(folder, file), bundle, { name: file }));
    }
  });

  it('has two devices of twelve roles, of two implementations, in less than 4 MB with the examples', () => {
    expect(new Set(rows.map(({ role }) => role)).size).toBe(12);
    expect(new Set(rows.map(({ role, implementation }) => `${role} ${implementation}`)).size).toBe(24);
    expect(rows).toHaveLength(24);
    const bytes = [folder, join(root, 'examples')].flatMap((at) =>
      readdirSync(at)
        .filter((name) => name.endsWith('.pcap'))
        .map((name) => statSync(join(at, name)).size),
    );
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_000_000);
  });

  it.each(rows)('$file is what the manifest says', async ({ file, role, mac, packets, sha256 }) => {
    const bytes = readFileSync(join(folder, file));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    let longest = 0;
    const summary = await openCapture(bytes, { name: file }).read((packet) => {
      longest = Math.max(longest, packet.capturedBytes);
    });
    expect(summary).toMatchObject({ packets: Number(packets), truncated: false, damage: null });
    expect(longest).toBeLessThanOrEqual(128);
    expect(file.startsWith(`${role}-lab`)).toBe(true);
    expect(records.get(file)?.device).toMatchObject({ mac, chosenBy: 'traffic' });
  });

  it('is recognised by the shipped bundle, which knows these devices or their sisters', () => {
    const right = rows.filter(({ file, role }) => records.get(file)?.role.top[0]?.role === role);
    expect(right.length).toBeGreaterThanOrEqual(23);
  });
});
