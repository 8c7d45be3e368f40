import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hintHashes, hintTokens } from '../../src/features/index.js';
import { readBundle } from '../../src/models/index.js';
import {
  appendHintRows,
  appendTrainingCapture,
  evaluate,
  type HeldHints,
  type LoadedBundle,
  loadBundle,
  predict,
  readCaptures,
  readTrainingTable,
  type TrainOptions,
  trainBundle,
  trainingBatch,
  trainingColumns,
} from '../../src/pipeline/index.js';
import { tableWriter } from '../../src/report/index.js';
import { concat, u8, u16 } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, udp } from '../support/ip-packets.js';
import { codeOf } from '../support/read-all.js';
import { roleTraffic, testRoles } from '../support/role-captures.js';
import { filePacketOf } from '../support/traffic.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const text = (value: string) => new TextEncoder().encode(value);
const nameOf = (name: string) =>
  concat(...name.split('.').map((label) => concat(u8(label.length), text(label))), u8(0));

/** Traffic of a role, and a question of the device by multicast DNS for each service. */
function capture(role: string, device: number, run: number, services: readonly string[]): Uint8Array {
  const packets = roleTraffic(role, device, run).map((packet) => filePacketOf(packet, 1));
  const seconds = (packets[0]?.seconds ?? 0) + 1;
  const asked = services.map((service) => {
    const head = concat(u16(0), u16(0), u16(1), u16(0), u16(0), u16(0));
    const message = concat(head, nameOf(`${service}.local`), u16(12), u16(1));
    const sent = { source: `10.0.${device}.9`, destination: '224.0.0.251', protocol: 17 };
    const frame = ethernet({ source: '02:20:00:00:00:09' }, ipv4(sent, udp(5353, 5353, message)));
    return { seconds, nanoseconds: 0, frame };
  });
  return fileOf(classicPieces([...packets, ...asked]));
}

/** What devices of a role say, and one of them alone. */
const said: Readonly<Record<string, readonly string[]>> = {
  Printer: ['_ipp._tcp', '_scanner._tcp'],
  MailServer: ['_imap._tcp'],
};
const servicesOf = (role: string, device: number) => [
  ...(said[role] ?? []),
  ...(role === 'Printer' && device === 0 ? ['_own._tcp'] : []),
];

const train = async (name: string, from: string, options: Partial<TrainOptions> = {}) => {
  await trainBundle([from], { output: path(name), seed: 1, ...options });
  return loadBundle(path(name));
};

async function writeTable(to: string, from: string, hints: boolean): Promise<void> {
  const parts: Buffer[] = [];
  const take = (bytes: Uint8Array): void => void parts.push(Buffer.from(bytes));
  const writer = await tableWriter('csv', trainingColumns, take, { gzip: true });
  const batch = trainingBatch();
  const write = (): void => {
    writer.write(batch);
    batch.rows = 0;
  };
  const held: HeldHints[] = [];
  await readCaptures([from], { deviceFrom: 'labels', hints }, (one) => {
    const row = appendTrainingCapture(batch, one, write);
    if (row !== undefined) held.push(row);
  });
  appendHintRows(batch, held, write);
  write();
  writer.end();
  writeFileSync(to, Buffer.concat(parts));
}

const captures = path('captures');
let bare: LoadedBundle;
let hearing: LoadedBundle;
beforeAll(async () => {
  mkdirSync(captures);
  for (const role of testRoles) {
    for (let device = 0; device < 3; device++) {
      for (let run = 0; run < 2; run++) {
        const name = `${role}-unit${device}-Mon12${String(run).padStart(2, '0')}-n${device}${run}.pcap`;
        writeFileSync(join(captures, name), capture(role, device, run, servicesOf(role, device)));
      }
    }
  }
  await writeTable(path('with.csv'), captures, true);
  await writeTable(path('without.csv'), captures, false);
  bare = await train('bare', captures);
  hearing = await train('hearing', captures, { hints: true });
});

/** The arrays of a bundle but for those of hints. */
function headerArrays({ bundle }: LoadedBundle) {
  const { arrays } = readBundle(bundle.directory);
  return [...arrays].filter(([name]) => !name.includes('hints/'));
}

describe('a bundle that was trained with what devices say', () => {
  it('is the same for headers', () => {
    expect(headerArrays(hearing)).toEqual([...readBundle(bare.bundle.directory).arrays]);
    const [own, without] = [hearing, bare].map(({ bundle }) => bundle.manifest.classifiers[0]?.meta);
    const { hints, ...rest } = own as Record<string, unknown>;
    expect(rest).toEqual(without);
    expect(hints).toMatchObject({ opinions: [{ tokens: 3, weight: 0.2 }] });
    expect(bare.classifier().withHints).toBeNull();
  });

  it('knows what two devices say, by its hash alone', () => {
    const { model } = hearing.classifier();
    const tokens = ['_ipp._tcp', '_scanner._tcp', '_imap._tcp'].map(
      (name) => ({ kind: 'mdns-asks', text: name }) as const,
    );
    expect(model.kind === 'ensemble' && model.hints?.[0]?.tokens).toEqual(hintHashes(hintTokens(tokens)));
    expect(model.kind === 'ensemble' && model.hints).toHaveLength(1);
    expect(readFileSync(path('hearing/manifest.json'), 'utf8')).not.toContain('_ipp');
  });

  it('is made of tables as well, whose captures are whole, and which pass over what one device says', async () => {
    const manifest = (name: string) => readFileSync(path(`${name}/manifest.json`), 'utf8');
    await train('from-table', path('with.csv'), { hints: true });
    expect(manifest('from-table')).toBe(manifest('hearing'));
    await train('table-without', path('with.csv'));
    expect(manifest('table-without')).toBe(manifest('bare'));
    const own = hintHashes(hintTokens([{ kind: 'mdns-asks', text: '_own._tcp' }]))[0] as number;
    const [asRead, asKept]: [Set<number>, Set<number>] = [new Set(), new Set()];
    await readCaptures([captures], { deviceFrom: 'labels', hints: true }, (one) => {
      for (const token of one.hints ?? []) asRead.add(token);
    });
    for (const one of await readTrainingTable(path('with.csv')))
      for (const token of one.hints ?? []) asKept.add(token);
    expect([asRead.has(own), asKept.has(own)]).toEqual([true, false]);
    expect(asKept.size).toBe(3);
  });

  it('tells captures that say nothing from those that were not asked', async () => {
    const spoken = await readTrainingTable(path('with.csv'));
    expect(spoken.filter(({ hints }) => hints?.length === 0)).toHaveLength(12);
    const silent = await readTrainingTable(path('without.csv'));
    expect(silent.every(({ hints }) => hints === null)).toBe(true);
  });

  it('is refused where nothing is said', async () => {
    const asked = () => train('none', path('without.csv'), { hints: true });
    expect(await codeOf(asked)).toBe('NML_TRAIN_DATA');
    const network = () => train('none', captures, { hints: true, classifier: 'one-layer' });
    expect(await codeOf(network)).toBe('NML_CONFIG');
  });
});

describe('a prediction', () => {
  const desk = capture('Workstation', 8, 3, ['_ipp._tcp', '_scanner._tcp']);
  const share = (record: Awaited<ReturnType<typeof predict>>, role: string) =>
    record.role.top.find((one) => one.role === role)?.confidence ?? 0;

  it('rests on headers unless it is asked', async () => {
    const [own, without] = [await predict(desk, { bundle: hearing }), await predict(desk, { bundle: bare })];
    const { sha256, ...model } = own.model;
    expect({ ...own, model: { ...model, sha256: without.model.sha256 } }).toEqual(without);
  });

  it('rests on what the device says, too, where it is asked, and says so', async () => {
    const asked = await predict(desk, { bundle: hearing, hints: true });
    const without = await predict(desk, { bundle: hearing });
    expect(asked.model.classifier).toBe('ensemble+hints');
    expect(share(asked, 'Printer')).toBeGreaterThan(share(without, 'Printer'));
    const printer = await predict(capture('Printer', 8, 3, ['_ipp._tcp']), { bundle: hearing, hints: true });
    expect(printer.role.why.map(({ feature }) => feature)).toContain('asks for _ipp._tcp by multicast DNS');
  });

  it('rests on headers where nothing known is said, and by other classifiers', async () => {
    const stranger = capture('Workstation', 8, 3, ['_never-heard._tcp']);
    for (const options of [{ bundle: hearing }, { bundle: hearing, classifier: 'one-layer' }]) {
      const bytes = options.classifier === undefined ? stranger : desk;
      const { hints, ...asked } = await predict(bytes, { ...options, hints: true });
      expect(asked).toEqual(await predict(bytes, options));
      expect(hints?.map(({ kind }) => kind)).toContain('mdns-asks');
    }
    const asked = await predict(desk, { bundle: bare, hints: true });
    expect(asked.model.classifier).toBe('ensemble');
  });
});

describe('what makers are known for', () => {
  /** A capture in which nothing is said, of a device with this address. */
  const madeBy = (mac: string, role: string, device: number, run: number): Uint8Array => {
    const bytes = Buffer.from(capture(role, device, run, []));
    const [own, other] = ['022000000009', mac].map((digits) => Buffer.from(digits, 'hex')) as [
      Buffer,
      Buffer,
    ];
    for (let at = bytes.indexOf(own); at >= 0; at = bytes.indexOf(own, at + 6)) other.copy(bytes, at);
    return bytes;
  };
  const makers: Readonly<Record<string, string>> = {
    Printer: '008077',
    Workstation: '001422',
    Plc: '000e8c',
  };
  const made = path('made');
  let bundle: LoadedBundle;
  beforeAll(async () => {
    mkdirSync(made);
    for (const role of testRoles) {
      for (let device = 0; device < 3; device++) {
        const bytes = madeBy(`${makers[role] ?? '022000'}000009`, role, device, 0);
        writeFileSync(join(made, `${role}-unit${device}-Mon1200-n${device}.pcap`), bytes);
      }
    }
    bundle = await train('by-makers', made, { hints: true });
  });

  it('moves the answer where it is asked, and is a reason', async () => {
    // Another maker of printers than the one that was learnt from.
    const epson = madeBy('0026ab000009', 'Workstation', 8, 3);
    const without = await predict(epson, { bundle });
    const asked = await predict(epson, { bundle, hints: true });
    expect(without.model.classifier).toBe('ensemble');
    expect(asked.model.classifier).toBe('ensemble+hints');
    expect(asked.hints).toEqual([]);
    const share = (record: typeof asked) =>
      record.role.top.find(({ role }) => role === 'Printer')?.confidence ?? 0;
    expect(share(asked)).toBeGreaterThan(share(without));
    const printer = await predict(madeBy('0026ab000009', 'Printer', 8, 3), { bundle, hints: true });
    expect(printer.role.why.map(({ feature }) => feature)).toContain('has a maker known for printers');
  });

  it('has no say for makers of other things and for addresses that nobody was given', async () => {
    for (const mac of ['000e58000009', '022000000009']) {
      const bytes = madeBy(mac, 'Workstation', 8, 3);
      const { hints, ...asked } = await predict(bytes, { bundle, hints: true });
      expect(asked).toEqual(await predict(bytes, { bundle }));
      expect(hints).toEqual([]);
    }
  });

  it('is kept in training tables, of one device as well', async () => {
    await writeTable(path('made.csv'), made, true);
    await train('by-table', path('made.csv'), { hints: true });
    const manifest = (name: string) => readFileSync(path(`${name}/manifest.json`), 'utf8');
    expect(manifest('by-table')).toBe(manifest('by-makers'));
  });
});

describe('an evaluation', () => {
  const common = { seed: 1, deviceFrom: 'labels', grouped: 3 } as const;

  it('gives the figures with what devices say beside those without', async () => {
    const record = await evaluate([captures], { ...common, hints: true });
    const { withHints, ...without } = record;
    expect(without).toEqual(await evaluate([path('without.csv')], common).then((plain) => ({ ...plain })));
    expect(withHints?.heard).toBe(12);
    expect(withHints?.roles.map(({ role }) => role)).toEqual(record.roles.map(({ role }) => role));
    expect(withHints?.calibration).not.toEqual(record.calibration);
    const scored = await evaluate([captures], {
      seed: 1,
      deviceFrom: 'labels',
      bundle: hearing,
      hints: true,
    });
    expect(scored.withHints).toMatchObject({ heard: 12, accuracy: 1 });
  });

  it('tells roles never trained by what devices say, too', async () => {
    const folder = path('silent');
    mkdirSync(folder);
    for (const role of ['MailServer', 'Plc', 'Printer'] as const) {
      for (const device of [1, 2, 3]) {
        // By their headers these controllers are printers, but they do not say so.
        const bytes =
          role === 'Plc'
            ? capture('Printer', device + 3, 0, ['_ipp._udp', '_scanner._udp'])
            : capture(role, device, 0, servicesOf(role, device));
        writeFileSync(join(folder, `${role}-unit${device}-Mon1200-n${device}.pcap`), bytes);
      }
    }
    const asked = { ...common, hints: true, studies: ['unknown-roles'] } as const;
    const { unknownRoles, withHints } = await evaluate([folder], asked);
    const areaOf = (studied: typeof unknownRoles | undefined) =>
      studied?.roles.find(({ role }) => role === 'Plc')?.areaUnderRoc;
    expect(areaOf(unknownRoles)).toBeLessThan(0.9);
    expect(areaOf(withHints?.unknownRoles)).toBeGreaterThan(areaOf(unknownRoles) ?? 1);
  });

  it('warns where nothing rests on it', async () => {
    for (const options of [
      { ...common, classifier: 'one-layer' },
      { seed: 1, deviceFrom: 'labels', bundle: bare } as const,
    ]) {
      const record = await evaluate([captures], { ...options, hints: true });
      expect(record.withHints).toBeUndefined();
      expect(record.warnings.join()).toContain('nothing rests on what devices say');
    }
  });
});
