/** Where netml differs from the default: its faults, on made packets. The numbers of netml itself: test/conformance. */
import { describe, expect, it } from 'vitest';
import {
  fitFlowShape,
  flowPieces,
  flowVectors,
  labelFlows,
  readFlowLabels,
  timedFlows,
} from '../../../src/features/index.js';
import { openCapture } from '../../../src/pcap/index.js';
import { DirectedFlowTable } from '../../../src/sessions/index.js';
import { concat, u8, u16 } from '../../support/bytes.js';
import { classicPieces, type FilePacket, fileOf } from '../../support/capture-files.js';
import { ethernet } from '../../support/frames.js';
import { ipv4, ipv6, tcp, udp } from '../../support/ip-packets.js';
import { codeOf } from '../../support/read-all.js';

const ENDS = { source: '10.0.0.1', destination: '10.0.0.2' };
const ENDS6 = { source: 'fd00::1', destination: 'fd00::2' };

function at(seconds: number, frame: Uint8Array, wireBytes = frame.length): FilePacket {
  const whole = Math.floor(seconds);
  return {
    seconds: 1_700_000_000 + whole,
    nanoseconds: Math.round((seconds - whole) * 1e9),
    frame,
    wireBytes,
  };
}

const udpFrame = (port: number): Uint8Array => ethernet({}, ipv4({ ...ENDS, protocol: 17 }, udp(port, 9)));

async function cut(packets: readonly FilePacket[], compat: 'netml' | null, interval: number) {
  const table = new DirectedFlowTable(compat === null ? {} : { compat });
  await openCapture(fileOf(classicPieces(packets))).read((packet) => table.add(packet));
  const timed = timedFlows(table.finish(), compat);
  const options = { leastPackets: 2, interval, qInterval: 0.9, compat } as const;
  const pieces = flowPieces(timed, interval, options);
  const sizes = [...pieces.flow].map((_flow, piece) => [
    ...timed.flows.sizeBytes.subarray(pieces.start[piece], pieces.end[piece]),
  ]);
  const lengths = sizes.map(({ length }) => length);
  return { timed, pieces, options, lengths, sizes };
}

describe('pieces', () => {
  const times = [0, 1, 2, 3, 4, 5, 700, 701, 1500, 1501, 1502];
  const packets = times.map((seconds) => at(seconds, udpFrame(7)));

  it('are all kept by default; netml throws the last one away', async () => {
    expect((await cut(packets, null, 1000)).lengths).toEqual([6, 2, 3]);
    expect((await cut(packets, 'netml', 1000)).lengths).toEqual([6, 2]);
  });

  it('are windows by default; netml cuts at gaps and leaves a steady flow whole', async () => {
    const steady = packets.slice(0, 6);
    expect((await cut(steady, null, 2)).lengths).toEqual([3, 2]);
    expect((await cut(steady, 'netml', 2)).lengths).toEqual([6]);
  });

  it('of netml cannot be cut by an interval of 0', async () => {
    expect(await codeOf(() => cut(packets, 'netml', 0))).toBe('NML_TABLE');
    expect((await cut(packets, null, 0)).lengths).toEqual([6, 2, 3]);
  });
});

describe('keys', () => {
  const four = ethernet({}, ipv4({ ...ENDS, protocol: 6 }, tcp(1, 2, 0x12)));
  const six = (port: number): Uint8Array => ethernet({}, ipv6({ ...ENDS6, protocol: 6 }, tcp(port, 2, 0x12)));
  const packets = [four, six(3), six(4), four, six(3), six(4)].map((frame, i) => at(i, frame));

  it('tell IPv6 flows apart by default; netml puts them all into one', async () => {
    const own = await cut(packets, null, 100);
    expect([...own.pieces.flow].map((flow) => own.timed.flows.key(flow).source)).toEqual([
      '10.0.0.1',
      'fd00::1',
      'fd00::1',
    ]);
    const netml = await cut(packets, 'netml', 100);
    expect(netml.lengths).toEqual([2, 4]);
    expect(netml.timed.flows.key(1)).toEqual({
      source: '',
      destination: '',
      sourcePort: -1,
      destinationPort: -1,
      protocol: -1,
    });
  });

  it('of IPv6 have no header features in netml', async () => {
    const { timed, pieces, options } = await cut(packets, 'netml', 100);
    const wish = { kind: 'iat', fft: false, header: true } as const;
    const shape = fitFlowShape([{ timed, pieces }], wish, options);
    expect(await codeOf(() => flowVectors(timed, pieces, shape))).toBe('NML_TABLE');
  });
});

describe('sizes', () => {
  it('are those of the wire by default, and what was captured with netml', async () => {
    const frame = ethernet({}, ipv4({ ...ENDS, protocol: 17, totalLength: 900 }, udp(7, 9)));
    const packets = [at(0, frame, 914), at(1, frame, 914)];
    expect((await cut(packets, null, 10)).sizes).toEqual([[914, 914]]);
    expect((await cut(packets, 'netml', 10)).sizes).toEqual([[frame.length, frame.length]]);
  });

  it('of LDAP, Kerberos and SNMP are what scapy would write', async () => {
    // 30 84 00000006 02 01 05 0a 01 80: lengths of four bytes; scapy writes one, and 128 as two bytes of content.
    const message = concat(
      u8(0x30),
      u8(0x84),
      u16(0),
      u16(6),
      u8(2),
      u8(1),
      u8(5),
      u8(0x0a),
      u8(1),
      u8(0x80),
    );
    const noise = concat(u8(0x30), u8(0x84), u16(0), u16(60), u8(2), u8(1), u8(5));
    const sent = (port: number, payload: Uint8Array): Uint8Array =>
      ethernet({}, ipv4({ ...ENDS, protocol: 17 }, udp(5000, port, payload)));
    const overTcp = (port: number, payload: Uint8Array): Uint8Array =>
      ethernet({}, ipv4({ ...ENDS, protocol: 6 }, tcp(5000, port, 0x18, payload)));
    const frames: readonly (readonly [Uint8Array, number])[] = [
      [sent(389, message), -3],
      [sent(161, message), -3],
      [sent(88, message), -3],
      [sent(80, message), 0],
      [sent(389, noise), 0],
      [overTcp(389, message), -3],
      [overTcp(3268, concat(message, message)), -3],
      [overTcp(88, concat(u16(0), u16(12), message)), -3],
    ];
    for (const [frame, growth] of frames) {
      const packets = [at(0, frame), at(1, frame)];
      const size = frame.length + growth;
      expect((await cut(packets, 'netml', 10)).sizes).toEqual([[size, size]]);
      expect((await cut(packets, null, 10)).sizes).toEqual([[frame.length, frame.length]]);
    }
  });
});

describe('packets of one time', () => {
  it('stay in order of appearance where a flow has to be sorted', async () => {
    const frame = (bytes: number): Uint8Array =>
      ethernet({}, ipv4({ ...ENDS, protocol: 17 }, udp(7, 9, new Uint8Array(bytes))));
    const packets = [at(5, frame(1)), at(2, frame(20)), at(2, frame(30)), at(2, frame(10)), at(0, frame(2))];
    const [sizes] = (await cut(packets, null, 100)).sizes;
    expect(sizes!.map((size) => size - 42)).toEqual([2, 20, 30, 10, 1]);
  });
});

describe('labels', () => {
  const head = [
    'x',
    ' Source IP',
    ' Destination IP',
    ' Source Port',
    ' Destination Port',
    ' Protocol',
    ' Label',
  ];

  it('keep the flows that have one, in the direction that the table names; the last row counts', async () => {
    const packets = [7, 8, 9].flatMap((port) => [at(port, udpFrame(port)), at(port + 1, udpFrame(port))]);
    const { timed, pieces } = await cut(packets, null, 100);
    const known = readFlowLabels([
      head,
      ['', '10.0.0.1', '10.0.0.2', '7', '9', '17', 'BENIGN'],
      ['', '10.0.0.1', '10.0.0.2', '7', '9', '17', 'Bot'],
      ['', '10.0.0.2', '10.0.0.1', '9', '8', '17', 'Bot'],
      ['', '10.0.0.1', '10.0.0.2', '9', '9', '17', 'Normal'],
    ]);
    const { pieces: kept, labels } = labelFlows(timed.flows, pieces, known);
    expect([...kept.flow].map((flow) => timed.flows.key(flow).sourcePort)).toEqual([7, 9]);
    expect([...labels]).toEqual([1, 0]);
  });

  it('need their columns', async () => {
    expect(await codeOf(() => readFlowLabels([head.slice(0, 5)]))).toBe('NML_LABELS');
  });
});
