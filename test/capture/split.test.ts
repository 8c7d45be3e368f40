import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SplitCaptureOptions, splitCapture } from '../../src/capture/index.js';
import { concat, macBytes, u8, u16, u32 } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf, gzipped, pcapngBlocks } from '../support/capture-files.js';
import { ethernet, LINK_ETHERNET, LINK_RAW, LINK_SLL, LINK_SLL2 } from '../support/frames.js';
import { arpRequest, ipv4, ipv6, optionHeader, udp } from '../support/ip-packets.js';
import { codeOf, inPieces } from '../support/read-all.js';
import { randomTraffic, type TestTraffic } from '../support/traffic.js';
import { filesById, idOf, type RawRecord, rawRecords, type SlowRule, slowSplit } from './slow-split.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'networkml-split-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const split = (bytes: Uint8Array, options: Partial<SplitCaptureOptions> = {}) =>
  splitCapture(bytes, { directory, ...options });

const captureOf = (packets: readonly FilePacket[], linkType = LINK_ETHERNET): Uint8Array =>
  fileOf(classicPieces(packets, { linkType, nanoseconds: true }));

const recordOf = ({ seconds, nanoseconds, frame, wireBytes }: FilePacket): RawRecord => ({
  seconds,
  nanoseconds,
  wireBytes: wireBytes ?? frame.length,
  frame: Buffer.from(frame).toString('hex'),
});

const at = (seconds: number, frame: Uint8Array): FilePacket => ({ seconds, nanoseconds: 7, frame });
const [A, B, C] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'] as const;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const hello = (source: string, destination: string): Uint8Array =>
  ipv4({ source, destination, protocol: 17 }, udp(1000, 2000));

/** What lies in each file, against the twin. */
function expectAsSlow(traffic: TestTraffic, rule: SlowRule): void {
  const onEthernet = traffic.linkType === LINK_ETHERNET;
  const expected = slowSplit(traffic, rule);
  const files = filesById(directory);
  expect([...files.keys()].sort()).toEqual([...expected.keys()].map((key) => idOf(key, onEthernet)).sort());
  for (const [device, numbers] of expected) {
    const { linkType, records } = rawRecords(files.get(idOf(device, onEthernet))!);
    expect(linkType).toBe(traffic.linkType);
    expect(records).toEqual(numbers.map((number) => recordOf(traffic.files[number]!)));
  }
}

describe('each frame goes to whom it concerns', () => {
  for (const linkType of [LINK_ETHERNET, LINK_SLL, LINK_SLL2, LINK_RAW]) {
    for (const groups of ['members', 'all', 'sender'] as const) {
      it(`as the slow twin says: link type ${linkType}, rule ${groups}`, async () => {
        for (let seed = 1; seed <= 12; seed++) {
          const traffic = randomTraffic(seed * 31 + linkType, { linkType });
          const done = await split(captureOf(traffic.files, linkType), { groups });
          expectAsSlow(traffic, groups);
          const { read, placed, unplaced, curtailed } = done.frames;
          expect(read).toBe(traffic.files.length);
          expect(placed + Object.values(unplaced).reduce((sum, n) => sum + n, 0)).toBe(read);
          expect(curtailed).toBe(0);
          for (const name of readdirSync(directory)) rmSync(join(directory, name));
        }
      });
    }
  }

  it('with two handles and a buffer for one packet the same bytes come out', async () => {
    const traffic = randomTraffic(77, { sessions: 60 });
    await split(captureOf(traffic.files), { limits: { openFiles: 2, bufferBytes: 1 } });
    expectAsSlow(traffic, 'members');
    const names = readdirSync(directory);
    const before = names.map((name) => readFileSync(join(directory, name)));
    for (const name of names) rmSync(join(directory, name));
    await split(captureOf(traffic.files));
    expect(readdirSync(directory)).toEqual(names);
    expect(names.map((name) => readFileSync(join(directory, name)))).toEqual(before);
  });

  it('with packets larger than any buffer', async () => {
    const large = ethernet(
      { source: A, destination: B },
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 }, new Uint8Array(60_000)),
    );
    const packets = Array.from({ length: 9 }, (_, i) => at(i, i % 3 === 1 ? large.subarray(0, 80) : large));
    await split(captureOf(packets));
    for (const id of ['02000000000a']) {
      expect(rawRecords(filesById(directory).get(id)!).records).toEqual(packets.map(recordOf));
    }
  });

  it('ARP, frames without IP and unknown payload have owners on Ethernet', async () => {
    const packets = [
      at(
        1,
        ethernet(
          { source: A, destination: BROADCAST },
          arpRequest(macBytes(A), '10.0.0.1', '10.0.0.2'),
          0x0806,
        ),
      ),
      at(2, ethernet({ source: B, destination: A }, arpRequest(macBytes(B), '10.0.0.2', '10.0.0.1'), 0x0806)),
      at(3, ethernet({ source: B, destination: '01:80:c2:00:00:0e' }, new Uint8Array(40), 0x88cc)),
      at(4, new Uint8Array(9)),
    ];
    const { frames, captures } = await split(captureOf(packets));
    expect(frames).toEqual({ read: 4, placed: 3, unplaced: { 'no-address': 1 }, curtailed: 0 });
    expect(captures.map(({ mac, packets, sent, shared }) => [mac, packets, sent, shared])).toEqual([
      [A, 2, 1, 0],
      [B, 2, 2, 0],
    ]);
  });

  it('on the loopback interface, whose MACs are zero, by address', async () => {
    const zero = '00:00:00:00:00:00';
    const frame = (from: string, to: string) =>
      ethernet({ source: zero, destination: zero }, hello(from, to));
    await split(captureOf([at(1, frame('127.0.0.1', '127.0.0.2')), at(2, frame('127.0.0.2', '127.0.0.1'))]));
    expect([...filesById(directory).keys()].sort()).toEqual(['127.0.0.1', '127.0.0.2']);
  });

  it('a capture with two link types gives each its own files', async () => {
    const blocks = pcapngBlocks(false);
    const packet = hello('10.0.0.1', '10.0.0.2');
    const bytes = fileOf([
      blocks.section(),
      blocks.interface(LINK_RAW),
      blocks.interface(228),
      blocks.enhanced(0, 1_000_000n, at(1, packet)),
      blocks.enhanced(1, 1_000_000n, at(1, packet)),
    ]);
    const { captures } = await split(bytes);
    expect(captures.map(({ linkType }) => linkType)).toEqual(['RAW', 'IPV4']);
    expect(readdirSync(directory)).toEqual([
      'Unknown-10.0.0.1-19700101T000001Z-0-u00.pcap',
      'Unknown-10.0.0.1-19700101T000001Z-0-u01.pcap',
    ]);
  });
});

describe('members of groups', () => {
  const v6 = (source: string, destination: string, payload: Uint8Array, protocol = 58) =>
    ipv6({ source, destination, protocol, extensions: protocol === 58 ? [optionHeader(0)] : [] }, payload);
  const idsWith = (second: number): string[] =>
    [...filesById(directory)]
      .filter(([, path]) => rawRecords(path).records.some(({ seconds }) => seconds === second))
      .map(([id]) => id.slice(-1))
      .sort();

  it('are those that reported it by IGMP version 3', async () => {
    const source = (group: number) => concat(u8(4), u8(1), u16(2), u32(group), u32(1), u32(2), u32(9));
    const report = concat(u8(0x22), u8(0), u16(0), u16(0), u16(2), source(0xe0010203), source(0xef810203));
    const igmp = ipv4({ source: '10.0.0.2', destination: '224.0.0.22', protocol: 2 }, report);
    const news = ipv4({ source: '10.0.0.1', destination: '239.129.2.3', protocol: 17 }, udp(1, 2));
    await split(
      captureOf([
        at(1, ethernet({ source: C, destination: A }, hello('10.0.0.3', '10.0.0.1'))),
        at(2, ethernet({ source: B, destination: '01:00:5e:00:00:16' }, igmp)),
        at(3, ethernet({ source: A, destination: '01:00:5e:01:02:03' }, news)),
      ]),
    );
    expect(idsWith(3)).toEqual(['a', 'b']);
  });

  it('are those that reported it by MLD version 2', async () => {
    const group = concat(u16(0xff05), new Uint8Array(12), u16(0x1234));
    const report = concat(u8(143), u8(0), u16(0), u16(0), u16(1), u8(4), u8(0), u16(0), group);
    await split(
      captureOf([
        at(1, ethernet({ source: C, destination: A }, hello('10.0.0.3', '10.0.0.1'))),
        at(2, ethernet({ source: B, destination: '33:33:00:00:00:16' }, v6('fe80::b', 'ff02::16', report))),
        at(
          3,
          ethernet(
            { source: A, destination: '33:33:00:00:12:34' },
            v6('fe80::a', 'ff05::1234', udp(1, 2), 17),
          ),
        ),
      ]),
    );
    expect(idsWith(3)).toEqual(['a', 'b']);
  });

  it('of a solicited-node group are those with such an address', async () => {
    const ask = v6('fe80::a', 'ff02::1:ff00:b', new Uint8Array(24));
    await split(
      captureOf([
        at(1, ethernet({ source: C, destination: A }, hello('10.0.0.3', '10.0.0.1'))),
        at(2, ethernet({ source: B, destination: A }, v6('fe80::b', 'fe80::a', udp(1, 2), 17))),
        at(3, ethernet({ source: A, destination: '33:33:ff:00:00:0b' }, ask)),
      ]),
    );
    expect(idsWith(3)).toEqual(['a', 'b']);
  });

  it('of the group of all hosts are all that sent before', async () => {
    await split(
      captureOf([
        at(1, ethernet({ source: C, destination: A }, hello('10.0.0.3', '10.0.0.1'))),
        at(2, ethernet({ source: B, destination: '01:00:5e:00:00:01' }, hello('10.0.0.2', '224.0.0.1'))),
        at(3, ethernet({ source: A, destination: B }, hello('10.0.0.1', '10.0.0.2'))),
      ]),
    );
    expect(idsWith(2)).toEqual(['b', 'c']);
  });
});

describe('limits', () => {
  const mac = (i: number): string => `02:00:00:00:01:${i.toString(16).padStart(2, '0')}`;
  const talk = (i: number, to: string = A): FilePacket =>
    at(i, ethernet({ source: mac(i), destination: to }, hello(`10.0.1.${i}`, '10.0.0.1')));

  it('of devices: what does not fit is counted', async () => {
    const packets = Array.from({ length: 20 }, (_, i) => talk(i, mac(99)));
    const { frames, captures } = await split(captureOf(packets), { limits: { devices: 5 } });
    // Four senders and their receiver; the frames of the others are in the receiver's capture, which never sent.
    expect(captures).toHaveLength(4);
    expect(frames).toMatchObject({ read: 20, placed: 4, unplaced: { minimum: 16 } });
    const alone = await split(captureOf(packets), { limits: { devices: 1 } });
    expect(alone.frames).toMatchObject({ placed: 1, unplaced: { 'device-limit': 19 } });
  });

  it('of copies of a broadcast: those that sent last get it', async () => {
    const packets = [...Array.from({ length: 9 }, (_, i) => talk(i)), talk(2), talk(9, BROADCAST)];
    const { frames, captures } = await split(captureOf(packets), { limits: { fanOut: 3 } });
    expect(frames.curtailed).toBe(1);
    const got = captures.filter(({ shared }) => shared > 0).map((capture) => capture.mac);
    expect(got).toEqual([mac(2), mac(7), mac(8)]);
  });

  it('of bytes written', async () => {
    const packets = Array.from({ length: 50 }, (_, i) => talk(i % 5, BROADCAST));
    const { frames } = await split(captureOf(packets), { limits: { outputBytes: 1000 } });
    expect(frames.unplaced['size-limit']).toBeGreaterThan(30);
    const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name)).length);
    expect(bytes.reduce((sum, n) => sum + n, 0)).toBeLessThan(1000 + 6 * 100);
  });

  it('of packets that make a capture worth keeping', async () => {
    const packets = [talk(1), talk(1), talk(2), talk(1)];
    const { captures, belowMinimum, silent, frames } = await split(captureOf(packets), { minPackets: 3 });
    expect(captures.map((capture) => capture.mac)).toEqual([mac(1)]);
    expect([belowMinimum, silent]).toEqual([1, 1]);
    expect(frames).toMatchObject({ placed: 3, unplaced: { minimum: 1 } });
  });
});

describe('files', () => {
  const packets = [
    at(100, ethernet({ source: A, destination: B }, hello('10.0.0.1', '10.0.0.2'))),
    { ...at(104, ethernet({ source: A, destination: B }, hello('10.0.0.1', '10.0.0.2'))), nanoseconds: 8 },
  ];
  const NAME = 'Printer-02000000000a-19700101T000140Z-5-u00.pcap';

  it('are named by the convention; one that is there is never replaced', async () => {
    writeFileSync(join(directory, NAME), 'mine');
    const { captures } = await split(captureOf(packets), { deviceName: 'Printer' });
    expect(captures[0]).toMatchObject({ mac: A, addresses: ['10.0.0.1'], packets: 2, sent: 2, bytes: 84 });
    expect(readdirSync(directory).sort()).toEqual([NAME, NAME.replace('u00', 'u01')]);
    expect(readFileSync(join(directory, NAME), 'utf8')).toBe('mine');
  });

  it('of a capture that cannot be read there are none', async () => {
    expect(await codeOf(() => split(new Uint8Array(100)))).toBe('NML_PCAP_MAGIC');
    expect(await codeOf(() => splitCapture(join(directory, 'no'), { directory }))).toBe(
      'NML_INPUT_NOT_FOUND',
    );
    expect(await codeOf(() => splitCapture(directory, { directory }))).toBe('NML_INPUT_ACCESS');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('of a run that is cut off there are none', async () => {
    let cleanUp = (): void => {};
    const bytes = captureOf(Array.from({ length: 5000 }, () => packets[0]!));
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 300_000);
      expect(readdirSync(directory)).toHaveLength(1);
      cleanUp();
      expect(readdirSync(directory)).toEqual([]);
      throw new Error('cut off');
    };
    const run = splitCapture(cut(), { directory, onStart: (action) => (cleanUp = action) });
    await expect(run).rejects.toThrow('cut off');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('that cannot be written end it: what is missing is no damage of the capture', async () => {
    let cleanUp = (): void => {};
    const bytes = captureOf(Array.from({ length: 50 }, () => packets[0]!));
    const cut = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 200);
      cleanUp();
      yield bytes.subarray(200);
    };
    const limits = { bufferBytes: 1, openFiles: 1 };
    const run = () => splitCapture(cut(), { directory, limits, onStart: (action) => (cleanUp = action) });
    expect(await codeOf(run)).toBe('NML_OUTPUT');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('hold what was read before damage, of compressed captures and streams, too', async () => {
    const bytes = captureOf(packets);
    const { summary, frames } = await split(concat(bytes, u32(1), u32(1), u32(0xffffff), u32(1)));
    expect(summary.damage?.code).toBe('NML_PCAP_CORRUPT');
    expect(frames.placed).toBe(2);
    const path = join(directory, 'mixed.pcap.gz');
    writeFileSync(path, gzipped(bytes));
    expect((await splitCapture(path, { directory })).frames.placed).toBe(2);
    expect(
      (
        await splitCapture(
          inPieces(bytes, () => 11),
          { directory },
        )
      ).frames.placed,
    ).toBe(2);
  });
});
