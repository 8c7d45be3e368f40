import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus, shareOfOthers } from '../../src/pipeline/corpus.js';
import {
  appendTrainingCapture,
  deviceRowsOf,
  evaluate,
  evaluateBehaviourOf,
  loadBundle,
  readCaptures,
  readTrainingTable,
  roleSets,
  type TrainingCapture,
  trainBundle,
  trainingBatch,
  trainingColumns,
} from '../../src/pipeline/index.js';
import { readRoleMap } from '../../src/pipeline/role-map.js';
import { rolePriors } from '../../src/pipeline/role-priors.js';
import { type TableFormat, tableWriter } from '../../src/report/index.js';
import { deviceProbabilities, leaveGroupsOut } from '../../src/roles/index.js';
import { testRandom } from '../support/random.js';
import { codeOf, errorOf } from '../support/read-all.js';
import { writeRoleCaptures } from '../support/role-captures.js';

const folder = mkdtempSync(join(tmpdir(), 'networkml-test-'));
const captures = join(folder, 'captures');
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

async function readAll(from: string, attacks = false): Promise<TrainingCapture[]> {
  const list: TrainingCapture[] = [];
  await readCaptures([from], { deviceFrom: 'labels', attacks }, (capture) => list.push(capture));
  return list;
}

/** Writes a training table; the ending of its name is its format. */
async function writeTable(to: string, list: readonly TrainingCapture[]): Promise<void> {
  const format = /\.(\w+)$/.exec(to)?.[1] as TableFormat;
  const parts: Buffer[] = [];
  const take = (bytes: Uint8Array): void => void parts.push(Buffer.from(bytes));
  const writer = await tableWriter(format, trainingColumns, take, { gzip: true });
  const batch = trainingBatch();
  const write = (): void => {
    writer.write(batch);
    batch.rows = 0;
  };
  for (const capture of list) appendTrainingCapture(batch, capture, write);
  write();
  writer.end();
  writeFileSync(to, Buffer.concat(parts));
}

/** Another order of the lines behind the head, if there is one. */
function shuffleLines(file: string, head: number): void {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const rest = testRandom(3).shuffled(lines.slice(head));
  writeFileSync(file, `${[...lines.slice(0, head), ...rest].join('\n')}\n`);
}

function bytesOf(bundle: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(bundle).map((name) => [name, readFileSync(join(bundle, name)).toString('base64')]),
  );
}

/** Two sites of two implementations; one capture of each role is an attack. */
function writeLabels(names: readonly string[]): void {
  const lines = names.map((name, i) => {
    const [role, device] = name.split('-') as [string, string];
    const number = Number(device.slice(4));
    const site = ['north', 'south', 'west'][number % 3];
    const attack = i % 6 === 5 ? 'scan' : '';
    return `${name},${role},${device},10.0.${number}.9,${site},kind${number % 2},${attack},${role}s,lab,no`;
  });
  const head = 'file,role,device,device_ip,site,implementation,anomaly,family,origin,two_host_capture';
  writeFileSync(join(captures, 'labels.csv'), `${head}\n${lines.join('\n')}\n`);
}

beforeAll(async () => {
  writeLabels(writeRoleCaptures(captures));
  const list = await readAll(captures, true);
  for (const name of ['all.parquet', 'all.csv', 'all.ndjson']) await writeTable(path(name), list);
});

describe('training tables', () => {
  it('hold what the captures hold, in every format', async () => {
    const list = await readAll(captures, true);
    expect(list).toHaveLength(24);
    const comparable = ({ file: _, fromTable: __, units, sessions, windows, ...rest }: TrainingCapture) => ({
      ...rest,
      sessions: sessions.map((vector) => [...Array.from(vector.columns), ...Array.from(vector.values)]),
      windows: windows.map((vector) => [...Array.from(vector.columns), ...Array.from(vector.values)]),
      units: {
        sess: { ...units.sess, sessionRow: [] },
        net: units.net,
        adm: { ...units.adm, peers: [] },
      },
    });
    for (const name of ['all.parquet', 'all.csv', 'all.ndjson']) {
      const read = await readTrainingTable(path(name));
      expect(read.map(comparable)).toEqual(list.map(comparable));
      expect(read.every(({ fromTable }) => fromTable)).toBe(true);
    }
  });

  it('train the same bytes as the captures, whatever the order of rows and files', async () => {
    const list = await readAll(captures);
    await writeTable(path('part1.csv'), list.slice(0, 7));
    await writeTable(path('part2.ndjson'), list.slice(7, 12));
    await writeTable(path('part3.parquet'), list.slice(12));
    shuffleLines(path('part1.csv'), 1);
    shuffleLines(path('part2.ndjson'), 0);
    const settings = { seed: 4, classifier: 'one-layer' };
    const one = await trainBundle([captures], { output: path('one'), ...settings });
    const parts = ['part3.parquet', 'part2.ndjson', 'part1.csv'].map(path);
    const two = await trainBundle(parts, { output: path('two'), ...settings });
    const three = await trainBundle([path('all.parquet')], { output: path('three'), ...settings });
    expect(bytesOf(path('two'))).toEqual(bytesOf(path('one')));
    expect(bytesOf(path('three'))).toEqual(bytesOf(path('one')));
    expect(two.sha256).toBe(one.sha256);
    expect([one.captures, two.captures, three.captures]).toEqual([20, 20, 20]);
    expect([one.unlisted, two.unlisted, three.unlisted]).toEqual([4, 0, 4]);
    // What the other classifiers learn from.
    const windows = async (paths: readonly string[]) => {
      const { windowSet } = await readCorpus(paths, { deviceFrom: 'labels' });
      return {
        ...windowSet,
        examples: windowSet.examples.map(({ file, ...rest }) => [basename(file), rest]),
      };
    };
    const wanted = await windows([captures]);
    expect(await windows(parts)).toEqual(wanted);
    expect(await windows([path('all.parquet')])).toEqual(wanted);
  });

  it('are refused when they are something else, of another layout, or not whole', async () => {
    const lines = readFileSync(path('all.ndjson'), 'utf8').trimEnd().split('\n');
    const first = JSON.parse(lines[0]!) as Record<string, unknown>;
    const problem = async (changed: readonly object[]): Promise<string> => {
      const rows = [...changed.map((row) => JSON.stringify(row)), ...lines.slice(1)];
      writeFileSync(path('bad.ndjson'), rows.join('\n'));
      const error = await errorOf(() => readTrainingTable(path('bad.ndjson')));
      return `${error?.code}: ${error?.message}`;
    };
    expect(await problem([{ ...first, layout: 'training-rows/9' }])).toMatch(/NML_TABLE.*training-rows\/9/);
    expect(await problem([{ a: 1 }])).toMatch(/NML_TABLE.*row 1.*layout/);
    expect(await problem([])).toMatch(/NML_TABLE.*of its \d+ rows/);
    expect(await problem([first, first])).toMatch(/NML_TABLE.*of its \d+ rows/);
    expect(await problem([{ ...first, columns: [3, 3] }])).toMatch(/NML_TABLE.*row 1/);
    expect(await problem([{ ...first, columns: [5000], values: [1] }])).toMatch(/NML_TABLE.*5000/);
    expect(await problem([{ ...first, values: [] }])).toMatch(/NML_TABLE.*0 values/);
    expect(await problem([{ ...first, role: '' }])).toMatch(/NML_TABLE.*"role"/);
    expect(await problem([{ ...first, view: 'services/0' }])).toMatch(/NML_TABLE.*services\/0/);
    expect(await problem([first])).toBe('undefined: undefined');
    expect(await codeOf(() => readTrainingTable(join(captures, 'labels.csv')))).toBe('NML_TABLE');
  });

  it('give a capture once that comes twice', async () => {
    const once = await readCorpus([captures], { deviceFrom: 'labels' });
    const twice = await readCorpus([path('all.csv'), captures], { deviceFrom: 'labels' });
    expect(twice.digest).toBe(once.digest);
    expect(twice.captures).toHaveLength(20);
    expect(twice.skipped.map(({ reason }) => reason)).toEqual(Array(20).fill('the same capture comes twice'));
  });
});

describe('what is left out', () => {
  const common = { seed: 1, deviceFrom: 'labels', classifier: 'one-layer' } as const;

  it('can be sites and implementations, but not where no label names them', async () => {
    const sites = await evaluate([path('all.parquet')], { ...common, grouped: 8, by: 'site' });
    expect(sites).toMatchObject({ mode: 'leave-sites-out', folds: 3, captures: 20 });
    const kinds = await evaluate([path('all.parquet')], { ...common, grouped: 8, by: 'implementation' });
    expect(kinds).toMatchObject({ mode: 'leave-implementations-out', folds: 2, captures: 20 });
    const bare = path('bare');
    writeRoleCaptures(bare);
    const error = await errorOf(() => evaluate([bare], { ...common, grouped: 2, by: 'site' }));
    expect(error?.code).toBe('NML_LABELS');
  });

  it('is left out of what is learnt from besides, too', async () => {
    const trained: string[][] = [];
    const examples = ['a', 'b', 'c', 'a', 'd'].map((device, i) => {
      return { file: `${i}`, device, label: i % 2, rows: new Uint32Array(0), counts: new Float64Array(0) };
    });
    const { folds, foldCount, evaluable } = await leaveGroupsOut({
      set: { roles: ['x', 'y'], examples },
      folds: 8,
      groupOf: ({ device }) => device,
      always: (index) => index > 2,
      answer: (chosen, tested) => {
        trained.push(Array.from(chosen, (index) => examples[index]!.device));
        return new Float64Array(tested.length * 2);
      },
    });
    expect(foldCount).toBe(3);
    expect(folds[3]).toBe(folds[0]);
    expect(folds[4]).toBe(3);
    expect(trained.map((devices) => [...new Set(devices)].sort().join('')).sort()).toEqual([
      'abd',
      'acd',
      'bcd',
    ]);
    expect(evaluable[4]).toBe(0);
  });

  it('is never what is learnt from besides', async () => {
    const own = path('own');
    writeRoleCaptures(own, ['Plc', 'Workstation'], 2, 1);
    const without = await evaluate([own], { ...common, grouped: 2 });
    const record = await evaluate([own], { ...common, grouped: 2, also: [path('all.parquet')] });
    expect(record).toMatchObject({ captures: 4, devices: 4, folds: 2 });
    expect(record.roles.map(({ role }) => role)).toEqual(['Plc', 'Workstation']);
    expect(without.captures).toBe(4);
    const bundle = { output: path('also'), seed: 1, classifier: 'one-layer' };
    const summary = await trainBundle([own], { ...bundle, also: [path('all.parquet')] });
    // The four own captures are in the table, too.
    expect(summary).toMatchObject({ captures: 20, roles: 4, figures: { capturesScored: 4 } });
    expect(summary.skipped).toHaveLength(4);
    // MailServer and Printer are roles of the others alone.
    const { bundle: loaded, classifier } = await loadBundle(bundle.output);
    expect(loaded.manifest.roles.map(({ id }) => id)).toEqual([
      'MailServer',
      'Plc',
      'Printer',
      'Workstation',
    ]);
    expect(classifier().model.priors).toEqual([0.7, 1, 0.7, 1]);
    // What helps out does not make a role of two devices one to be relied on; a role that only the others have stands on them.
    const roles = loaded.manifest.roles.map(({ id, devices, devicesBesides, thin }) => {
      return [id, devices, devicesBesides, thin];
    });
    expect(roles).toEqual([
      ['MailServer', 3, undefined, false],
      ['Plc', 3, 1, true],
      ['Printer', 3, undefined, false],
      ['Workstation', 3, 1, true],
    ]);
    expect(rolePriors(await readCorpus([own], { deviceFrom: 'labels' }))).toBeUndefined();
    // Others of a named origin count 0.3, those without one as much as any.
    const sharesOf = async (also: string, alsoShare?: number) => {
      const options = { deviceFrom: 'labels' as const, also: [also] };
      const { set } = await readCorpus([own], { ...options, ...(alsoShare !== undefined && { alsoShare }) });
      return new Set(set.examples.map(({ share }) => share));
    };
    const plain = path('plain');
    writeRoleCaptures(plain, ['Plc'], 3, 1);
    expect(await sharesOf(path('all.parquet'))).toEqual(new Set([undefined, shareOfOthers]));
    expect(await sharesOf(path('all.parquet'), 2)).toEqual(new Set([undefined, 2]));
    expect(await sharesOf(plain)).toEqual(new Set([undefined]));
    const studied = { ...common, grouped: 2, also: [path('all.parquet')], controls: ['shuffle'] } as const;
    expect(await codeOf(() => evaluate([own], studied))).toBe('NML_CONFIG');
    const curve = { ...studied, controls: [], studies: ['learning-curve'] } as const;
    expect(await codeOf(() => evaluate([own], curve))).toBe('NML_CONFIG');
    // Without the two roles of the others, nothing else is left to be learnt.
    const strangers = { ...curve, studies: ['unknown-roles'] } as const;
    const asked = (await evaluate([own], strangers)).unknownRoles;
    expect(asked?.roles.map(({ role, captures }) => [role, captures])).toEqual([
      ['Plc', 2],
      ['Workstation', 2],
    ]);
    const alone = { ...common, grouped: 2, studies: ['unknown-roles'] } as const;
    expect((await evaluate([own], alone)).unknownRoles).toBeNull();
  });

  it('has priors that scale the probabilities of a model, by its bundle, too', async () => {
    const { windowSet, ...corpus } = await readCorpus([path('all.csv')], { deviceFrom: 'labels' });
    const sets = roleSets({ ...corpus, windowSet });
    const tables = { sessions: sets.sessions.rows, windows: windowSet.rows };
    const { model } = (await loadBundle(path('also'))).classifier();
    const { priors, ...plain } = model;
    const rows = deviceRowsOf(sets, [0, 7, 19]);
    const [scaled, raw] = [model, plain].map((one) => deviceProbabilities(one, tables, rows));
    for (let row = 0; row < 3; row++) {
      const own = Array.from({ length: 4 }, (_, role) => raw![row * 4 + role]! * priors![role]!);
      const sum = own.reduce((a, b) => a + b, 0);
      own.forEach((value, role) => {
        expect(scaled![row * 4 + role]).toBeCloseTo(value / sum, 12);
      });
    }
    const manifest = join(path('also'), 'manifest.json');
    const text = readFileSync(manifest, 'utf8');
    expect(text).toContain('"priors"');
  });

  it('calls roles by the name that a table maps them to', async () => {
    writeFileSync(path('roles.csv'), 'from,to\nPlc,Controller\nPrinter,Controller\n');
    const corpus = await readCorpus([path('all.csv')], { deviceFrom: 'labels', mapRoles: path('roles.csv') });
    expect(corpus.set.roles).toEqual(['Controller', 'MailServer', 'Workstation']);
    expect(corpus.captures.filter(({ device }) => device.startsWith('Controller/'))).toHaveLength(10);
    for (const text of ['a,b\n', 'from,to\nA,B\nA,C\n', 'from,to\nA,B\nB,C\n', 'from,to\nA,\n']) {
      writeFileSync(path('bad.csv'), text);
      expect(await codeOf(() => readRoleMap(path('bad.csv')))).toBe('NML_LABELS');
    }
  });

  it('behaviour is measured on the attacks of a table as on those of a directory', async () => {
    const wish = { seed: 1, labels: join(captures, 'labels.csv') };
    const fromTable = await evaluateBehaviourOf([captures], { ...wish, attacks: [path('all.csv')] });
    const fromCaptures = await evaluateBehaviourOf([path('all.parquet')], { seed: 1, attacks: [captures] });
    expect(fromTable.attacks).toBe(4);
    expect(fromTable).toEqual(fromCaptures);
    mkdirSync(path('empty'));
    const code = await codeOf(() =>
      evaluateBehaviourOf([captures], { ...wish, attacks: [path('part1.csv')] }),
    );
    expect(code).toBe('NML_TRAIN_DATA');
  });
});
