import { describe, expect, it } from 'vitest';
import {
  addVectors,
  PORT_PROTOCOL_COLUMNS,
  portProtocolColumnName,
  SessionVectorCollector,
  sessionSignature,
  signatureColumns,
} from '../../src/features/index.js';
import { SparseRowsBuilder } from '../../src/math/index.js';
import { openCapture } from '../../src/pcap/index.js';
import {
  type DeviceSession,
  describeDevice,
  forEachDeviceSession,
  sessionize,
} from '../../src/sessions/index.js';
import { fileForms, fileOf } from '../support/capture-files.js';
import { LINK_LOOP, LINK_NULL, LINK_RAW, LINK_SLL, LINK_SLL2 } from '../support/frames.js';
import { slowVectors } from '../support/slow-vectors.js';
import { randomTraffic, type TestTraffic } from '../support/traffic.js';

/** The non-zero entries of a dense vector as text: equal texts, equal vectors. */
function textOf(vector: Float64Array): string {
  const entries: string[] = [];
  vector.forEach((value, index) => {
    if (value !== 0) entries.push(`${index}=${value}`);
  });
  return entries.join(' ');
}

function counted(texts: Iterable<readonly [string, number]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [text, count] of texts) counts.set(text, (counts.get(text) ?? 0) + count);
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All vectors that the product computes of a capture, and the device it computes them for. */
async function productVectors(bytes: Uint8Array) {
  const { table, device } = await sessionize(openCapture(bytes));
  if (device === undefined) return { device: undefined, vectors: new Map<string, number>() };
  const collector = new SessionVectorCollector(table.rows);
  forEachDeviceSession(table, device, (part) => collector.add(part));
  const collected = collector.finish();
  const builder = new SparseRowsBuilder(PORT_PROTOCOL_COLUMNS);
  const ids = addVectors(builder, collected);
  const { start, indices, values } = builder.build();
  const dense = [...ids].map((id) => {
    const vector = new Float64Array(PORT_PROTOCOL_COLUMNS);
    for (let entry = start[id]!; entry < start[id + 1]!; entry++) vector[indices[entry]!] = values[entry]!;
    return vector;
  });
  return {
    device: describeDevice(table, device),
    vectors: counted(dense.map((vector, i) => [textOf(vector), collected.counts[i]!] as const)),
  };
}

async function compare(traffic: TestTraffic, form: string): Promise<void> {
  const file = fileOf(fileForms.get(form)!(traffic.files, traffic.linkType));
  const { device, vectors } = await productVectors(file);
  expect(device, 'some host is the device').toBeDefined();
  const slow = slowVectors(traffic, device!);
  expect(slow.length).toBeGreaterThan(0);
  expect(vectors).toEqual(counted(slow.map((vector) => [textOf(vector), 1] as const)));
}

describe('the 4,104 features against their slow twin', () => {
  const forms = [...fileForms.keys()];

  it('are the same for every session of 400 random captures on Ethernet', async () => {
    for (let seed = 0; seed < 400; seed++) await compare(randomTraffic(seed), forms[seed % forms.length]!);
  });

  it('are the same on 100 random captures without MAC addresses', async () => {
    const links = [LINK_RAW, LINK_SLL, LINK_SLL2, LINK_NULL, LINK_LOOP];
    for (let seed = 0; seed < 100; seed++) {
      const traffic = randomTraffic(9000 + seed, { linkType: links[seed % links.length]! });
      await compare(traffic, forms[seed % forms.length]!);
    }
  });
});

const quiet: DeviceSession = {
  row: 0,
  firstRow: 0,
  protocol: 6,
  ipVersion: 4,
  devicePort: 0,
  peerPort: 0,
  peerAddress: 0,
  deviceIsB: false,
  peerClass: 'private',
  bin: 0,
  initiated: true,
  initiatedBy: 'syn',
  sentPackets: 1,
  receivedPackets: 0,
  sentBytes: 0,
  receivedBytes: 0,
  sentIpBytes: 0,
  receivedIpBytes: 0,
  sentPayloadBytes: 0,
  receivedPayloadBytes: 0,
  firstNs: 0,
  lastNs: 0,
  sentTcpFlags: 0,
  receivedTcpFlags: 0,
  sentSyn: 0,
  receivedSyn: 0,
  sentRst: 0,
  receivedRst: 0,
  oddFlagPackets: 0,
};

describe('places in the layout', () => {
  const columnsOf = (changes: Partial<DeviceSession>): number[] =>
    signatureColumns(sessionSignature({ ...quiet, ...changes }));

  it('are those of the contract', () => {
    expect(PORT_PROTOCOL_COLUMNS).toBe(4104);
    const both = { sentPackets: 3, receivedPackets: 2, peerClass: 'external' } as const;
    expect(columnsOf({ ...both, devicePort: 1, peerPort: 1024 })).toEqual([
      0,
      2047,
      2048,
      2051,
      2052 + 1023,
      2052 + 1024,
      2052 + 2048,
      4103,
    ]);
    expect(columnsOf({ protocol: 17, peerPort: 53 })).toEqual([1024 + 52, 2049]);
    expect(columnsOf({ sentPackets: 0, receivedPackets: 1, protocol: 17, peerPort: 53 })).toEqual([
      2052 + 52,
      2052 + 2049,
    ]);
    expect(columnsOf({ protocol: 1 })).toEqual([2050]);
    expect(columnsOf({ protocol: 58 })).toEqual([2050]);
  });

  it('leave out port 0, ports above 1024, other protocols and peers that are not external', () => {
    expect(columnsOf({ devicePort: 0, peerPort: 1025 })).toEqual([2048]);
    expect(columnsOf({ devicePort: 65535, peerPort: 2048 })).toEqual([2048]);
    expect(columnsOf({ protocol: 47, peerClass: 'multicast' })).toEqual([]);
    expect(columnsOf({ sentPackets: 0 })).toEqual([]);
  });

  it('have names', () => {
    expect(portProtocolColumnName(0)).toBe('sent: source port 1');
    expect(portProtocolColumnName(2052 + 1024 + 630)).toBe('received: destination port 631 (ipp)');
    expect(portProtocolColumnName(1024 + 1023)).toBe('sent: destination port 1024');
    expect(portProtocolColumnName(2048)).toBe('sent: TCP');
    expect(portProtocolColumnName(2049)).toBe('sent: UDP');
    expect(portProtocolColumnName(4102)).toBe('received: ICMP');
    expect(portProtocolColumnName(2051)).toBe('sent: external');
    expect(portProtocolColumnName(4103)).toBe('received: external');
    expect(new Set(Array.from({ length: 4104 }, (_, i) => portProtocolColumnName(i))).size).toBe(4104);
  });
});

describe('collecting', () => {
  it('joins the parts of a session to one vector and counts equal ones once', () => {
    const collector = new SessionVectorCollector(10);
    collector.add({ ...quiet, row: 2, firstRow: 2, peerPort: 80 });
    collector.add({ ...quiet, row: 5, firstRow: 2, peerPort: 80, sentPackets: 0, receivedPackets: 1 });
    collector.add({ ...quiet, row: 3, firstRow: 3, peerPort: 80, receivedPackets: 9 });
    collector.add({ ...quiet, row: 4, firstRow: 4, peerPort: 80 });
    const { signatures, counts } = collector.finish();
    expect([...counts]).toEqual([2, 1]);
    expect([...signatures].map(signatureColumns)).toEqual([
      [1024 + 79, 2048, 2052 + 79, 2052 + 2048],
      [1024 + 79, 2048],
    ]);
  });
});
