import { describe, expect, it } from 'vitest';
import {
  appendRecord,
  type FeaturesRecord,
  featureBatch,
  fitFlows,
  flowTableColumns,
  forEachFlowRecord,
  portProtocolRecords,
  portProtocolTableColumns,
  readFlows,
} from '../../src/pipeline/index.js';
import { rowsOf } from '../support/batch-rows.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { arpRequest, ipv4, tcp, udp } from '../support/ip-packets.js';
import { codeOf } from '../support/read-all.js';
import { slowVectors } from '../support/slow-vectors.js';
import { randomTraffic, type TestTraffic } from '../support/traffic.js';

const seeds = Array.from({ length: 8 }, (_, seed) => seed);

function bytesOf({ files }: TestTraffic): Uint8Array {
  return fileOf(classicPieces(files));
}

function dense(vector: readonly (readonly [number, number])[]): Float64Array {
  const out = new Float64Array(4104);
  let last = -1;
  for (const [index, value] of vector) {
    expect(index).toBeGreaterThan(last);
    last = index;
    out[index] = value;
  }
  return out;
}

describe('vectors of layout port-protocol-4104/1', () => {
  it.each(seeds)('of sessions are the slow twin, and windows their means, seed %i', async (seed) => {
    const traffic = randomTraffic(seed);
    const source = bytesOf(traffic);
    if ((await codeOf(() => portProtocolRecords(source, { unit: 'session' }))) !== 'none') return;
    const sessions = await portProtocolRecords(source, { unit: 'session' });
    const device = sessions[0]!.device;
    const wanted = slowVectors(traffic, device);
    expect(sessions.map(({ vector }) => dense(vector))).toEqual(wanted);
    expect(sessions.map(({ index }) => index)).toEqual(wanted.map((_, index) => index));

    const whole = await portProtocolRecords(source, {
      unit: 'window',
      weight: 'sessions',
      windowSeconds: 0,
    });
    expect(whole).toHaveLength(1);
    const mean = dense(whole[0]!.vector);
    for (let column = 0; column < 4104; column++) {
      const sum = wanted.reduce((total, vector) => total + vector[column]!, 0);
      expect(mean[column]).toBeCloseTo(sum / wanted.length, 12);
    }
  });

  it('of windows are shares of the packets of each direction', async () => {
    const own = '02:00:00:00:00:01';
    const peer = '02:00:00:00:00:02';
    const sent = (port: number): Uint8Array =>
      ethernet(
        { source: own, destination: peer },
        ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 6 }, tcp(40000, port, 0x10)),
      );
    const received = ethernet(
      { source: peer, destination: own },
      ipv4({ source: '8.8.8.8', destination: '10.0.0.1', protocol: 17 }, udp(53, 40000)),
    );
    const files = [sent(80), sent(80), sent(443), received, received].map((frame, seconds) => ({
      seconds: 1000 + seconds,
      nanoseconds: 0,
      frame,
    }));
    const late = { seconds: 1000 + 60, nanoseconds: 500, frame: sent(22) };
    const source = fileOf(classicPieces([...files, late], { nanoseconds: true }));
    const options = { unit: 'window', device: '10.0.0.1' } as const;
    const windows = await portProtocolRecords(source, { ...options, windowSeconds: 30 });
    expect(windows.map(({ index, vector }) => [index, vector])).toEqual([
      [
        0,
        [
          [1024 + 79, 2 / 3],
          [1024 + 442, 1 / 3],
          [2048, 1],
          [2052 + 52, 1],
          [2052 + 2049, 1],
          [2052 + 2051, 1],
        ],
      ],
      [
        2,
        [
          [1024 + 21, 1],
          [2048, 1],
        ],
      ],
    ]);
    expect(windows.map(({ start, end }) => [start, end])).toEqual([
      ['1970-01-01T00:16:40.000000Z', '1970-01-01T00:16:44.000000Z'],
      ['1970-01-01T00:17:40.000000500Z', '1970-01-01T00:17:40.000000500Z'],
    ]);
    const [first] = await portProtocolRecords(source, { ...options, windowSeconds: 30, weight: 'sessions' });
    expect(first!.vector).toEqual([
      [1024 + 79, 1 / 3],
      [1024 + 442, 1 / 3],
      [2048, 2 / 3],
      [2052 + 52, 1 / 3],
      [2052 + 2049, 1 / 3],
      [2052 + 2051, 1 / 3],
    ]);
  });

  it('of windows count the first received port among the received packets', async () => {
    const own = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' };
    const back = { source: own.destination, destination: own.source };
    const ends = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 };
    const answer = { source: '10.0.0.2', destination: '10.0.0.1', protocol: 17 };
    const frames = [
      ethernet(own, ipv4(ends, udp(40000, 1))),
      ethernet(back, ipv4(answer, udp(1, 40000))),
      ethernet(back, ipv4(answer, udp(1, 40000))),
      ethernet(back, ipv4(answer, udp(2, 40000))),
    ];
    const source = fileOf(
      classicPieces(frames.map((frame, seconds) => ({ seconds, nanoseconds: 0, frame }))),
    );
    const [window] = await portProtocolRecords(source, { unit: 'window', device: '10.0.0.1' });
    expect(window!.vector.slice(2)).toEqual([
      [2052, 2 / 3],
      [2053, 1 / 3],
      [2052 + 2049, 1],
    ]);
  });

  it('need a device', async () => {
    const arp = ethernet({}, arpRequest(new Uint8Array(6), '10.0.0.1', '10.0.0.2'), 0x0806);
    const source = fileOf(classicPieces([{ seconds: 1, nanoseconds: 0, frame: arp }]));
    expect(await codeOf(() => portProtocolRecords(source, { unit: 'session' }))).toBe('NML_NO_SESSIONS');
  });
});

describe('tables of vectors', () => {
  it('hold in long and in wide form what the records hold', async () => {
    const records = await portProtocolRecords(bytesOf(randomTraffic(4)), { unit: 'session' });
    const rows = (form: 'long' | 'wide'): Record<string, unknown>[] => {
      const out: Record<string, unknown>[] = [];
      const batch = featureBatch(portProtocolTableColumns(form, 'port-protocol-4104/1'));
      const full = (): void => {
        out.push(...rowsOf(batch));
        batch.rows = 0;
      };
      for (const record of records) appendRecord(batch, record, form, full);
      full();
      return out;
    };
    const long = rows('long');
    expect(long.map((row) => [row.unit_index, row.index, row.value])).toEqual(
      records.flatMap(({ index, vector }) => vector.map(([column, value]) => [index, column, value])),
    );
    const wide = rows('wide');
    expect(wide).toHaveLength(records.length);
    for (const [at, row] of wide.entries()) {
      const values = Object.values(row).slice(9);
      expect(Float64Array.from(values as number[])).toEqual(dense(records[at]!.vector));
      expect(row.initiator).toBe(records[at]!.session!.initiator);
    }
    const names = Object.keys(wide[0]!);
    expect([names[9], names[9 + 1024 + 79], names[9 + 2048], names[9 + 2052 + 2051]]).toEqual([
      'sent_src_port_1',
      'sent_dst_port_80',
      'sent_tcp',
      'received_external',
    ]);
  });

  it('have one row for every flow, with the values of its record', async () => {
    const flows = await readFlows(bytesOf(randomTraffic(8)), null, { name: 'x.pcap' });
    const { shape, captures } = fitFlows(
      [flows, flows],
      { kind: 'stats', fft: false, header: false },
      { compat: null },
    );
    const records: FeaturesRecord[] = [];
    const batch = featureBatch(flowTableColumns(shape));
    for (const capture of captures) {
      forEachFlowRecord(capture, shape, (record) => {
        records.push(record);
        appendRecord(batch, record, 'wide', () => expect.unreachable());
      });
    }
    const rows = rowsOf(batch);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.slice(rows.length / 2)).toEqual(rows.slice(0, rows.length / 2));
    for (const [at, row] of rows.entries()) {
      const record = records[at]!;
      if (record.unit !== 'flow') throw new Error('not a flow');
      expect([row.file, row.src_port, row.start]).toEqual(['x.pcap', record.flow.srcPort, record.flow.start]);
      expect(Object.values(row).slice(10)).toEqual(record.values);
      expect([row.packets, row.duration_s]).toEqual([record.flow.packets, record.values[0]]);
    }
  });
});
