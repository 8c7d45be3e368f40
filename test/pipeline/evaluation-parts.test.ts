import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { probeAddresses } from '../../src/pipeline/address-probe.js';
import { readCorpus } from '../../src/pipeline/corpus.js';
import { groupsOf } from '../../src/pipeline/evaluation-groups.js';
import { exchangeAddresses } from '../../src/pipeline/other-addresses.js';
import { classifyIpv4, classifyIpv6 } from '../../src/sessions/index.js';
import { refusal } from '../roles/exchange/refusal.js';
import { writeRoleCaptures } from '../support/role-captures.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-parts-'));
const captures = join(folder, 'captures');
const names = writeRoleCaptures(captures, ['Plc', 'Printer'], 2, 2);
afterAll(() => rmSync(folder, { recursive: true }));

const examples = new URL('../../examples/', import.meta.url).pathname;

/** Every packet's addresses, and all else of its headers. */
async function packetsOf(path: string) {
  const addresses: string[][] = [];
  const rest: unknown[] = [];
  await openCapture(path).read((packet) => {
    const { source0, source1, source2, source3, destination0, destination1, destination2, destination3 } =
      packet;
    const { ipVersion, protocol, sourcePort, destinationPort, tcpFlags, seconds, nanoseconds, wireBytes } =
      packet;
    const { sourceMacHigh, sourceMacLow, destinationMacHigh, destinationMacLow } = packet;
    const kind = (words: [number, number, number, number]) =>
      ipVersion === 4 ? classifyIpv4(words[0]) : classifyIpv6(...words);
    const source: [number, number, number, number] = [source0, source1, source2, source3];
    const destination: [number, number, number, number] = [
      destination0,
      destination1,
      destination2,
      destination3,
    ];
    addresses.push([
      source.join('.'),
      destination.join('.'),
      `mac ${sourceMacHigh}.${sourceMacLow}`,
      `mac ${destinationMacHigh}.${destinationMacLow}`,
    ]);
    rest.push([
      ...[ipVersion, protocol, sourcePort, destinationPort, tcpFlags, seconds, nanoseconds, wireBytes],
      ...[kind(source), kind(destination)],
    ]);
  });
  return { addresses, rest };
}

describe('a capture with other addresses', () => {
  it.each(readdirSync(examples).filter((name) => name.endsWith('.pcap')))(
    '%s: one to one, within their classes, and nothing else changes',
    async (name) => {
      const copy = join(folder, 'copy.pcap');
      await exchangeAddresses(join(examples, name), copy, 7);
      const [before, after] = [await packetsOf(join(examples, name)), await packetsOf(copy)];
      expect(after.rest).toEqual(before.rest);
      const there = new Map<string, string>();
      const back = new Map<string, string>();
      let changed = 0;
      const others = after.addresses.flat();
      let odd = 0;
      before.addresses.flat().forEach((old, i) => {
        const fresh = others[i]!;
        if ((there.get(old) ?? fresh) !== fresh || (back.get(fresh) ?? old) !== old) odd++;
        if (old !== fresh && !there.has(old)) changed++;
        there.set(old, fresh);
        back.set(fresh, old);
      });
      expect(odd).toBe(0);
      expect(changed).toBeGreaterThan(3);
    },
  );

  it('knows what was exchanged for what, and draws by its seed', async () => {
    const from = join(captures, names[0]!);
    const [one, two, three] = ['1', '2', '3'].map((name) => join(folder, name));
    const exchange = await exchangeAddresses(from, one!, 1);
    await exchangeAddresses(from, two!, 1);
    await exchangeAddresses(from, three!, 2);
    expect(readFileSync(two!)).toEqual(readFileSync(one!));
    expect(readFileSync(three!)).not.toEqual(readFileSync(one!));
    expect(exchange?.exchanged('10.0.0.9')).toMatch(/^(10|172\.20|192\.168)\./);
    expect(exchange?.exchanged('10.0.0.9')).not.toBe('10.0.0.9');
    expect(exchange?.exchanged('02:20:00:00:00:09')).toMatch(/^06(:[0-9a-f]{2}){5}$/);
    expect(exchange?.exchanged('8.8.8.8')).toBeUndefined();
  });
});

describe('the leakage probe', () => {
  it.each(['labels', 'traffic'] as const)(
    'finds nothing in vectors, device from the %s',
    async (deviceFrom) => {
      const table = join(folder, 'table.csv');
      const lines = names.map((name) => {
        const [role, device] = name.split('-');
        return `${name},${role},${device},10.0.${device!.slice(4)}.9`;
      });
      writeFileSync(table, `file,role,device,device_ip\n${lines.join('\n')}\n`);
      const corpus = await readCorpus([captures], { deviceFrom, labels: table });
      expect(await probeAddresses(corpus, { seed: 3, deviceFrom })).toEqual({
        kind: 'addresses',
        captures: 8,
        changed: 0,
        firstChanged: null,
        passed: true,
      });
    },
  );

  it('finds vectors that differ', async () => {
    const corpus = await readCorpus([captures], { deviceFrom: 'traffic' });
    // As if a session had been seen once more in the original.
    const [first, ...others] = corpus.captures;
    const odd = { ...first!, counts: first!.counts.map((count, i) => (i === 0 ? count + 1 : count)) };
    const found = await probeAddresses(
      { ...corpus, captures: [odd, ...others] },
      { seed: 3, deviceFrom: 'traffic' },
    );
    expect(found).toMatchObject({ changed: 1, firstChanged: first!.file, passed: false });
  });
});

describe('what is left out together', () => {
  const corpusWith = async (table?: string) => {
    const own = join(folder, `groups-${table?.length ?? 0}`);
    mkdirSync(own, { recursive: true });
    writeRoleCaptures(own, ['Plc', 'Printer'], 2, 2);
    if (table !== undefined) writeFileSync(join(own, 'labels.csv'), table);
    return readCorpus([own], { deviceFrom: 'traffic' });
  };
  const groupsIn = (
    { captures: all, set }: Awaited<ReturnType<typeof readCorpus>>,
    groupOf: (example: (typeof set.examples)[number]) => string,
  ) => all.map((_, i) => groupOf(set.examples[i]!));

  it('is a device, a capture, or a family by a pattern', async () => {
    const corpus = await corpusWith();
    const device = groupsOf(corpus, 'device');
    expect(new Set(groupsIn(corpus, device.groupOf)).size).toBe(4);
    expect(device).toMatchObject({ mode: 'leave-devices-out', warnings: [] });
    const capture = groupsOf(corpus, 'capture');
    expect(new Set(groupsIn(corpus, capture.groupOf)).size).toBe(8);
    expect(capture.warnings.join()).toContain('say nothing about devices never seen');
    // Devices of two roles with one name between them.
    const family = groupsOf(corpus, 'family', '^unit(\\d)');
    expect([...new Set(groupsIn(corpus, family.groupOf))].sort()).toEqual(['0', '1']);
    const some = groupsOf(corpus, 'family', '^unit1$');
    expect([...new Set(groupsIn(corpus, some.groupOf))].sort()).toEqual([
      'Plc/unit0',
      'Printer/unit0',
      'unit1',
    ]);
  });

  it('is a family of the label table before all', async () => {
    const rows = names.map((name) => {
      const [role, device] = name.split('-');
      return `${name},${role},${device},${device === 'unit0' ? 'acme' : ''}`;
    });
    const corpus = await corpusWith(`file,role,device,family\n${rows.join('\n')}\n`);
    const { groupOf } = groupsOf(corpus, 'family', '^u');
    expect([...new Set(groupsIn(corpus, groupOf))].sort()).toEqual(['acme', 'u']);
  });

  it('must be there', async () => {
    const corpus = await corpusWith();
    expect(refusal(() => groupsOf(corpus, 'family')).code).toBe('NML_LABELS');
    expect(refusal(() => groupsOf(corpus, 'family', 'nothing')).code).toBe('NML_LABELS');
    expect(refusal(() => groupsOf(corpus, 'family', '(')).code).toBe('NML_CONFIG');
  });
});
