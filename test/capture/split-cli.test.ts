import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkml, printer, recordsIn, temporaryDirectory } from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';

const directory = temporaryDirectory();

describe('networkml split', () => {
  it('writes a capture for each device and says where each frame went', async () => {
    const to = join(directory, 'devices');
    const { code, stdout, stderr } = await networkml(['split', printer, '-o', to, '--min-packets', '5']);
    expect([code, stderr]).toEqual([0, '']);
    const records = recordsIn(stdout);
    const summary = records.pop()!;
    for (const record of records) expectSchema('device-capture-v1', record);
    expectSchema('split-v1', summary);
    expect(records.map(({ file }) => file).sort()).toEqual(
      readdirSync(to)
        .map((name) => join(to, name))
        .sort(),
    );
    expect(summary).toMatchObject({ schema: 'networkml/split/v1', devices: records.length });
  });

  it('leaves what predict reads as the same device, with the same answer', async () => {
    const to = join(directory, 'again');
    const input = readFileSync(printer);
    const { stdout } = await networkml(['split', '-', '-o', to, '--groups', 'all'], { input });
    const [whole] = recordsIn((await networkml(['predict', printer])).stdout);
    const { mac } = (whole as { device: { mac: string } }).device;
    const split = recordsIn(stdout).find(
      ({ device }) => (device as { mac?: string } | undefined)?.mac === mac,
    );
    const [part] = recordsIn((await networkml(['predict', String(split!.file), '--device', mac])).stdout);
    expect(part).toMatchObject({
      device: { mac },
      role: { label: (whole as { role: { label: string } }).role.label },
    });
  });

  it('needs a directory, and names that can be fields of a name', async () => {
    const without = await networkml(['split', printer]);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('[NML_USAGE]')]);
    const odd = await networkml(['split', printer, '-o', join(directory, 'odd'), '--name', '../x']);
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('"../x"')]);
  });
});
