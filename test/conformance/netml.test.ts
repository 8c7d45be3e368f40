/** Flows, dimensions and features of netml 0.7.1, as computed by netml itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  cutInterval,
  type FlowKind,
  fitFlowShape,
  flowDurations,
  flowPieces,
  flowVectors,
  labelFlows,
  type PieceOptions,
  readFlowLabels,
  shapeWidth,
  timedFlows,
} from '../../src/features/index.js';
import { openCapture } from '../../src/pcap/index.js';
import { DirectedFlowTable } from '../../src/sessions/index.js';
import { parseCsv } from '../../src/tables/index.js';
import { hasShared, shared } from '../support/shared.js';

const folder = join(shared, 'oracle', 'netml');

interface OracleFeature {
  readonly dim?: number;
  readonly shape?: readonly [number, number];
  readonly x?: readonly (readonly number[])[];
  readonly error?: string;
}

interface Oracle {
  readonly pcap: string;
  readonly flow_ptks_thres: number;
  readonly interval_arg: number;
  readonly q_interval: number;
  readonly interval: number;
  readonly n_flows_before_label: number;
  readonly labels?: readonly number[];
  readonly flows: readonly {
    readonly fid: readonly [string, string, number, number, number];
    readonly n: number;
    readonly t0: number;
    readonly t1: number;
  }[];
  readonly 'sampling_rate_q0.3': number;
  readonly features: Readonly<Record<string, OracleFeature>>;
}

function readGzip(name: string): string {
  return gunzipSync(readFileSync(join(folder, name))).toString('utf8');
}

async function computed(oracle: Oracle) {
  const table = new DirectedFlowTable({ compat: 'netml' });
  await openCapture(join(folder, oracle.pcap), { tunnels: false }).read((packet) => table.add(packet));
  const timed = timedFlows(table.finish(), 'netml');
  const options: PieceOptions = {
    leastPackets: oracle.flow_ptks_thres,
    interval: oracle.interval_arg,
    qInterval: oracle.q_interval,
    compat: 'netml',
  };
  const interval = cutInterval(flowDurations(timed, options), options);
  const pieces = flowPieces(timed, interval, options);
  return { timed, interval, pieces, options };
}

const kinds: Readonly<Record<string, FlowKind>> = {
  IAT: 'iat',
  SIZE: 'size',
  IAT_SIZE: 'iat-size',
  STATS: 'stats',
  SAMP_NUM: 'samp-num',
  SAMP_SIZE: 'samp-size',
};

/** Relative 1e-9; transforms to 1e-6 of the largest value. */
function firstDifference(
  got: Float64Array,
  wanted: readonly (readonly number[])[],
  width: number,
  fft: boolean,
): string | undefined {
  const largest = Math.max(...wanted.flat().map(Math.abs));
  for (const [row, values] of wanted.entries()) {
    for (const [column, value] of values.entries()) {
      const mine = got[row * width + column] as number;
      const allowed = fft ? 1e-6 * largest : 1e-9 * Math.max(Math.abs(value), Math.abs(mine));
      if (!(Math.abs(mine - value) <= allowed)) return `row ${row} column ${column}: ${mine}, not ${value}`;
    }
  }
  return undefined;
}

const names = ['demo_unlabelled', 'demo_labelled', 'nintendo', 'syn1', 'syn1_interval1', 'syn3_ipv6'];

describe.runIf(hasShared)('netml compat', () => {
  describe.each(names)('%s', (name) => {
    const oracle = hasShared
      ? (JSON.parse(readGzip(`${name}.json.gz`)) as Oracle)
      : ({ features: {} } as unknown as Oracle);
    const ready = hasShared ? computed(oracle) : undefined;

    async function kept() {
      const all = await ready!;
      if (oracle.labels === undefined) return { ...all, labels: undefined };
      const known = readFlowLabels(parseCsv(readGzip('demo.csv.gz')));
      return { ...all, ...labelFlows(all.timed.flows, all.pieces, known) };
    }

    it('cuts the same flows', async () => {
      const { interval, pieces } = await ready!;
      expect(Math.abs(interval - oracle.interval)).toBeLessThanOrEqual(1e-9 * oracle.interval);
      expect(pieces.flow.length).toBe(oracle.n_flows_before_label);
      const { timed, pieces: left, labels } = await kept();
      if (oracle.labels !== undefined) expect([...labels!]).toEqual([...oracle.labels]);
      const mine = [...left.flow.keys()].map((at) => {
        const key = timed.flows.key(left.flow[at]!);
        return {
          fid: [key.source, key.destination, key.sourcePort, key.destinationPort, key.protocol],
          n: left.end[at]! - left.start[at]!,
          t0: timed.times[left.start[at]!]!.toFixed(6),
          t1: timed.times[left.end[at]! - 1]!.toFixed(6),
        };
      });
      expect(mine).toEqual(
        oracle.flows.map(({ fid, n, t0, t1 }) => ({ fid, n, t0: t0.toFixed(6), t1: t1.toFixed(6) })),
      );
    });

    it.each(Object.keys(oracle.features))('%s', async (feature) => {
      const wanted = oracle.features[feature]!;
      const [base = '', ...parts] = feature.split('+');
      const { timed, pieces, interval, options } = await kept();
      const wish = { kind: kinds[base]!, fft: parts.includes('fft'), header: parts.includes('hdr') };
      const shape = fitFlowShape([{ timed, pieces }], wish, { ...options, interval });
      if (wanted.error !== undefined) {
        expect(() => flowVectors(timed, pieces, shape)).toThrow('IPv6');
        return;
      }
      expect(shape.dimension).toBe(wanted.dim);
      expect([pieces.flow.length, shapeWidth(shape)]).toEqual(wanted.shape);
      if (shape.samplingSeconds !== null) {
        const rate = oracle['sampling_rate_q0.3'];
        expect(Math.abs(shape.samplingSeconds - rate)).toBeLessThanOrEqual(1e-9 * rate);
      }
      const vectors = flowVectors(timed, pieces, shape);
      expect(firstDifference(vectors, wanted.x!, shapeWidth(shape), wish.fft)).toBeUndefined();
    });
  });
});
