import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { SparseRows } from '../math/index.js';
import type { AddressesControl } from '../types.js';
import { type Corpus, type LabelledObservation, readCorpus, type StepProgress } from './corpus.js';
import { type Label, readLabelTable } from './labels.js';
import { exchangeAddresses } from './other-addresses.js';

interface ProbeOptions {
  readonly seed: number;
  readonly deviceFrom: 'labels' | 'traffic';
  readonly onProgress?: (progress: StepProgress) => void;
}

/**
 * The leakage probe of an evaluation: every capture is read once more with all MAC and IP addresses exchanged for others
 * and under a name that says nothing. Its vectors must be the same, or something of these is learnt. Copies lie in the
 * directory for temporary files, one at a time.
 *
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_OUTPUT
 */
export async function probeAddresses(corpus: Corpus, options: ProbeOptions): Promise<AddressesControl> {
  const { seed, deviceFrom, onProgress } = options;
  const table = corpus.labelTable === null ? undefined : readLabelTable(corpus.labelTable);
  const folder = mkdtempSync(join(tmpdir(), 'networkml-probe-'));
  const total = corpus.captures.length;
  let probed = 0;
  const changed: string[] = [];
  try {
    for (const [done, capture] of corpus.captures.entries()) {
      onProgress?.({ step: 'exchanging addresses', done, total });
      // Tables have no addresses that could be exchanged.
      if (capture.fromTable || capture.also) continue;
      const label = table?.labels.get(basename(capture.file));
      const again = await readExchanged(capture, label, join(folder, String(done)), {
        seed: seed + done,
        deviceFrom,
      });
      if (again === undefined) continue;
      probed++;
      if (vectorsOf(corpus, capture) !== again) changed.push(capture.file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    kind: 'addresses',
    captures: probed,
    changed: changed.length,
    firstChanged: changed[0] ?? null,
    passed: changed.length === 0,
  };
}

/** The vectors of a capture with other addresses; undefined when no copy can be made. */
async function readExchanged(
  { file, role }: LabelledObservation,
  label: Label | undefined,
  folder: string,
  { seed, deviceFrom }: ProbeOptions,
): Promise<string | undefined> {
  mkdirSync(folder);
  try {
    const copy = join(folder, 'capture.pcap');
    const exchange = await exchangeAddresses(file, copy, seed);
    if (exchange === undefined) return undefined;
    const other = (text: string | null | undefined): string =>
      text === null || text === undefined ? '' : (exchange.exchanged(text) ?? text);
    const cells = ['capture.pcap', role, other(label?.address), other(label?.mac)];
    const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
    const labels = join(folder, 'labels.csv');
    writeFileSync(labels, `file,role,device_ip,device_mac\n${quoted}\n`);
    const again = await readCorpus([copy], { labels, deviceFrom });
    const [capture] = again.captures;
    return capture === undefined ? '' : vectorsOf(again, capture);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The distinct vectors of a capture, of sessions and of windows, with their counts, as one text in an order of its own. */
function vectorsOf({ set, windowSet }: Corpus, capture: LabelledObservation): string {
  const { rows, counts, windowRows, windowCounts } = capture;
  return `${linesOf(set.rows, rows, counts)}\n\n${linesOf(windowSet.rows, windowRows, windowCounts)}`;
}

function linesOf({ start, indices, values }: SparseRows, rows: Uint32Array, counts: Float64Array): string {
  const lines = Array.from(rows, (row, i) => {
    const [from, to] = [start[row] as number, start[row + 1] as number];
    return `${indices.subarray(from, to)} ${values.subarray(from, to)} ${counts[i]}`;
  });
  return lines.sort().join('\n');
}
