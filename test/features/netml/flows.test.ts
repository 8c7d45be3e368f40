import { describe, expect, it } from 'vitest';
import {
  cutInterval,
  type FlowKind,
  type FlowPieces,
  type FlowShape,
  fitFlowShape,
  flowDurations,
  flowKinds,
  flowPieces,
  flowVectors,
  linearQuantile,
  parseFlowShape,
  shapeColumns,
  shapeWidth,
  type TimedFlows,
  timedFlows,
} from '../../../src/features/index.js';
import { openCapture } from '../../../src/pcap/index.js';
import { DirectedFlowTable } from '../../../src/sessions/index.js';
import { classicPieces, fileOf } from '../../support/capture-files.js';
import { codeOf } from '../../support/read-all.js';
import { cutAtSilence, type SlowFlow, slowFlows, slowPieces } from '../../support/slow-flows.js';
import { randomTraffic, type TestTraffic } from '../../support/traffic.js';

const OPTIONS = { leastPackets: 2, interval: 0, qInterval: 0.9, compat: null } as const;

async function flowsOf({ files }: TestTraffic, maxPackets?: number): Promise<TimedFlows> {
  const table = new DirectedFlowTable(maxPackets === undefined ? {} : { maxPackets });
  await openCapture(fileOf(classicPieces(files))).read((packet) => table.add(packet));
  return timedFlows(table.finish(), null);
}

/** The pieces in the words of the twin. */
function described({ flows }: TimedFlows, { flow, start, end }: FlowPieces): SlowFlow[] {
  return [...flow].map((which, at) => {
    const { source, destination, sourcePort, destinationPort, protocol } = flows.key(which);
    const rows = Array.from({ length: end[at]! - start[at]! }, (_, row) => start[at]! + row);
    return {
      key: `${source} ${destination} ${sourcePort} ${destinationPort} ${protocol}`,
      packets: rows.map((row) => ({
        ns: flows.ns[row]!,
        size: flows.sizeBytes[row]!,
        flags: flows.tcpFlags[row]!,
        ttl: flows.hopLimit[row]!,
      })),
    };
  });
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe('directed flows', () => {
  it.each(seeds)('and their pieces are those of the slow twin, seed %i', async (seed) => {
    const traffic = randomTraffic(seed);
    const timed = await flowsOf(traffic);
    const slow = slowFlows(traffic);
    for (const [intervalSeconds, leastPackets] of [
      [0.5, 2],
      [60, 3],
      [1e9, 1],
    ] as const) {
      const options = { ...OPTIONS, leastPackets, interval: intervalSeconds };
      const pieces = flowPieces(timed, intervalSeconds, options);
      const wanted = slowPieces(slow, intervalSeconds * 1e9, Math.max(2, leastPackets));
      expect(described(timed, pieces)).toEqual(wanted);
    }
    const durations = slow
      .filter(({ packets }) => packets.length >= 2)
      .flatMap(cutAtSilence)
      .filter(({ packets }) => packets.length >= 2)
      .map(({ packets }) => (packets.at(-1)!.ns - packets[0]!.ns) / 1e9);
    expect([...flowDurations(timed, OPTIONS)]).toEqual(durations);
  });

  it('keeps no more packets than allowed and counts the rest', async () => {
    const traffic = randomTraffic(3);
    const table = new DirectedFlowTable({ maxPackets: 5 });
    await openCapture(fileOf(classicPieces(traffic.files))).read((packet) => table.add(packet));
    const all = slowFlows(traffic).reduce((sum, { packets }) => sum + packets.length, 0);
    expect(all).toBeGreaterThan(5);
    expect(table.refused).toBe(all - 5);
    expect(table.finish().ns.length).toBe(5);
  });

  it('names the capture without flows', async () => {
    const timed = await flowsOf({ linkType: 1, packets: [], files: [] });
    expect(await codeOf(() => cutInterval(flowDurations(timed, OPTIONS), OPTIONS))).toBe('NML_NO_SESSIONS');
  });
});

/** The values of one piece by their definitions, without end. */
function slowValues(kind: FlowKind, { packets }: SlowFlow, samplingSeconds: number): number[] {
  const gaps = packets.slice(1).map(({ ns }, at) => (ns - packets[at]!.ns) / 1e9);
  const sizes = packets.map(({ size }) => size);
  const duration = (packets.at(-1)!.ns - packets[0]!.ns) / 1e9;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const mean = total / sizes.length;
  const sorted = sizes.toSorted((a, b) => a - b);
  const quantile = (q: number): number => {
    const place = (sorted.length - 1) * q;
    const low = sorted[Math.floor(place)]!;
    return low + (place % 1) * ((sorted[Math.ceil(place)] ?? low) - low);
  };
  switch (kind) {
    case 'iat':
      return gaps;
    case 'size':
      return sizes;
    case 'iat-size':
      return [...gaps.flatMap((gap, at) => [gap, sizes[at]!]), sizes.at(-1)!];
    case 'stats':
      return [
        duration,
        duration === 0 ? 0 : packets.length / duration,
        duration === 0 ? 0 : total / duration,
        mean,
        Math.sqrt(sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length),
        quantile(0.25),
        quantile(0.5),
        quantile(0.75),
        sorted[0]!,
        sorted.at(-1)!,
        packets.length,
        total,
      ];
    default: {
      const windows: number[] = [];
      for (const packet of packets) {
        const since = (packet.ns - packets[0]!.ns) / 1e9;
        const window = Math.max(0, Math.ceil(since / samplingSeconds) - 1);
        // Longer vectors than this are cut in every shape below.
        if (window < 5000) {
          windows[window] = (windows[window] ?? 0) + (kind === 'samp-num' ? 1 : packet.size);
        }
      }
      return Array.from(windows, (value) => value ?? 0);
    }
  }
}

function slowHeader({ packets }: SlowFlow): number[] {
  const flags = Array.from({ length: 8 }, (_, bit) =>
    packets.reduce((sum, packet) => sum + ((packet.flags >> bit) & 1), 0),
  );
  return [...flags, ...packets.map(({ ttl }) => ttl)];
}

function fitted(values: readonly number[], length: number, fft: boolean): number[] {
  const padded = Array.from({ length }, (_, at) => values[at] ?? 0);
  if (!fft) return padded;
  return padded.map((_, k) =>
    padded.reduce((sum, value, j) => sum + value * Math.cos((2 * Math.PI * ((j * k) % length)) / length), 0),
  );
}

describe.each(flowKinds)('family %s', (kind) => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('fft %s, header %s: the slow twin', async (fft, header) => {
    let compared = 0;
    for (const seed of seeds.slice(0, 20)) {
      const traffic = randomTraffic(seed);
      const timed = await flowsOf(traffic);
      const durations = flowDurations(timed, OPTIONS);
      if (durations.length === 0) continue;
      const interval = cutInterval(durations, OPTIONS);
      const pieces = flowPieces(timed, interval, OPTIONS);
      if (pieces.flow.length === 0) continue;
      const shape = fitFlowShape([{ timed, pieces }], { kind, fft, header }, { ...OPTIONS, interval });
      const width = shapeWidth(shape);
      expect(shapeColumns(shape)).toHaveLength(width);
      expect(new Set(shapeColumns(shape)).size).toBe(width);
      const vectors = flowVectors(timed, pieces, shape);
      for (const [at, piece] of described(timed, pieces).entries()) {
        const values = slowValues(kind, piece, shape.samplingSeconds ?? 1);
        const wanted = [
          ...(header ? fitted(slowHeader(piece), 8 + shape.dimension, fft) : []),
          ...fitted(values, shape.dimension, fft),
        ];
        const got = [...vectors.subarray(at * width, (at + 1) * width)];
        const scale = Math.max(1, ...wanted.map(Math.abs));
        for (const [column, value] of wanted.entries()) {
          expect(Math.abs(got[column]! - value)).toBeLessThanOrEqual(1e-9 * scale);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(500);
  });
});

describe('shapes', () => {
  const base = { qInterval: 0.5, leastPackets: 2, interval: 10, compat: null } as const;

  it('follow the quantile of the packets and of the durations', async () => {
    const timed = await flowsOf(randomTraffic(8));
    const pieces = flowPieces(timed, 10, { ...base });
    const counts = [...pieces.end].map((end, at) => end - pieces.start[at]!);
    const packets = Math.floor(linearQuantile(counts, 0.5));
    const of = (kind: FlowKind): FlowShape =>
      fitFlowShape([{ timed, pieces }], { kind, fft: false, header: false }, base);
    expect(flowKinds.map((kind) => of(kind).dimension)).toEqual([
      packets - 1,
      packets,
      2 * packets - 1,
      12,
      packets - 1,
      packets - 1,
    ]);
    expect(of('iat').samplingSeconds).toBeNull();
    expect(of('samp-num').samplingSeconds).toBeGreaterThan(0);
  });

  it('give vectors of another capture the same length', async () => {
    const one = await flowsOf(randomTraffic(8));
    const pieces = flowPieces(one, 10, base);
    const wish = { kind: 'iat', fft: false, header: true } as const;
    const shape = parseFlowShape(
      JSON.parse(JSON.stringify(fitFlowShape([{ timed: one, pieces }], wish, base))),
    );
    const other = await flowsOf(randomTraffic(11));
    const cut = flowPieces(other, shape.interval, shape);
    expect(cut.flow.length).toBeGreaterThan(0);
    expect(flowVectors(other, cut, shape)).toHaveLength(cut.flow.length * shapeWidth(shape));
  });

  it.each([
    ['no object', null],
    ['another schema', { schema: 'networkml/features/v1' }],
    ['kind', { kind: 'iats' }],
    ['fft', { fft: 1 }],
    ['dimension', { dimension: 0 }],
    ['dimension', { dimension: 1e12 }],
    ['dimension of stats', { kind: 'stats', dimension: 11 }],
    ['interval', { interval: -1 }],
    ['samplingSeconds', { kind: 'samp-num' }],
    ['compat', { compat: 'nfstream' }],
  ])('are refused when they are wrong: %s', async (_what, change) => {
    const right = {
      schema: 'networkml/flow-shape/v1',
      kind: 'iat',
      fft: false,
      header: false,
      compat: null,
      leastPackets: 2,
      qInterval: 0.9,
      interval: 5,
      dimension: 4,
      samplingSeconds: null,
    };
    expect(parseFlowShape(right)).toEqual(right);
    const wrong = change === null ? null : { ...right, ...change };
    expect(await codeOf(() => parseFlowShape(wrong))).toBe('NML_TABLE');
  });
});
