import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import {
  codedProtocols,
  createNameEntry,
  IS_REFUSAL,
  NAME_ANSWERED,
  NAME_ASKED,
  NAME_CUT,
  NAME_OF_SERVER,
  type NameEntry,
  PROCESS_CODE,
  sessionize,
} from '../../src/sessions/index.js';
import { bytesOfHex, filler } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { ipv4, tcp, udp } from '../support/ip-packets.js';
import {
  dnsAnswer as answer,
  dnsQuestion as question,
  rpcBind,
  rpcRequest,
  tlsHello,
} from '../support/payloads.js';

interface Sent {
  readonly back?: boolean;
  readonly port: number;
  readonly payload: Uint8Array;
  readonly overUdp?: boolean;
  /** Bytes of the frame that were captured. */
  readonly snap?: number;
}

async function read(sent: readonly Sent[], names = true) {
  const packets = sent.map(({ back = false, port, payload, overUdp = false, snap }, i) => {
    const ports: [number, number] = back ? [port, 50_000] : [50_000, port];
    const transport = overUdp ? udp(...ports, payload) : tcp(...ports, 0x18, payload);
    const [source, destination] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
    const packet = ipv4({ source, destination, protocol: overUdp ? 17 : 6 }, transport);
    const frame = ethernet({}, packet);
    return {
      seconds: 1_700_000_000 + i,
      nanoseconds: 0,
      frame: frame.slice(0, snap),
      ...(snap === undefined ? {} : { wireBytes: frame.length }),
    };
  });
  return sessionize(openCapture(fileOf(classicPieces(packets))), { names });
}

async function entriesOf(sent: readonly Sent[]): Promise<(NameEntry & { text: string | undefined })[]> {
  const { names } = await read(sent);
  return Array.from({ length: names?.count ?? 0 }, (_, index) => {
    const entry = names?.read(index, createNameEntry()) ?? createNameEntry();
    return { ...entry, text: names?.names[entry.name] };
  });
}

const code = (protocol: (typeof codedProtocols)[number], value: number) =>
  codedProtocols.indexOf(protocol) * 2 ** 24 + value;

async function codesOf(port: number, payload: string, extra: Partial<Sent> = {}): Promise<number[]> {
  const entries = await entriesOf([{ port, payload: bytesOfHex(payload), ...extra }]);
  return entries.filter(({ what }) => what === PROCESS_CODE).map(({ value }) => value);
}

describe('NameLog', () => {
  it('is not there unless it was asked for', async () => {
    const sent = [{ port: 53, overUdp: true, payload: question('a.example.com') }];
    expect((await read(sent, false)).names).toBeUndefined();
    expect((await read(sent)).names?.count).toBe(1);
  });

  it('keeps names that were asked for, by session and direction, and codes of answers', async () => {
    const entries = await entriesOf([
      { port: 53, overUdp: true, payload: question('Mail.Example.COM') },
      { port: 53, overUdp: true, payload: question('mail.example.com') },
      { port: 53, overUdp: true, payload: question('t.example.com', 16) },
      { port: 53, overUdp: true, payload: answer(3), back: true },
    ]);
    expect(entries.map(({ what, value, text: name, count }) => [what, value, name, count])).toEqual([
      [NAME_ASKED, 1, 'mail.example.com', 2],
      [NAME_ASKED, 16, 't.example.com', 1],
      [NAME_ANSWERED, 3, undefined, 1],
    ]);
    expect(entries.map(({ fromB }) => fromB)).toEqual([false, false, true]);
  });

  it('keeps no name that is longer than names are', async () => {
    const label = 'x'.repeat(63);
    // 4 bytes of lengths, the last zero, and 250: 255 in all.
    const longest = [label, label, label, 'y'.repeat(61)].join('.');
    const tooLong = `${longest}y`;
    const endless = Array.from({ length: 20 }, () => label).join('.');
    const entries = await entriesOf(
      [longest, tooLong, endless].map((name) => ({ port: 53, overUdp: true, payload: question(name) })),
    );
    expect(entries.filter(({ text }) => text !== undefined).map(({ text }) => text)).toEqual([longest]);
  });

  it('knows a name that the capture cuts', async () => {
    const payload = question(`${'x'.repeat(50)}.${'y'.repeat(50)}.example.com`);
    const [entry, ...rest] = await entriesOf([{ port: 53, overUdp: true, payload, snap: 96 }]);
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({ what: NAME_CUT, value: payload.length, count: 1 });
    expect(entry?.text).toMatch(/^x+$/);
  });

  it('reads the server name of a TLS hello, and nothing of hellos that end early', async () => {
    const record = tlsHello('shop.example.com');
    const [entry] = await entriesOf([{ port: 443, payload: record }]);
    expect(entry).toMatchObject({ what: NAME_OF_SERVER, text: 'shop.example.com', count: 1 });
    for (let length = 1; length < record.length; length++) {
      expect(await entriesOf([{ port: 443, payload: record, snap: 54 + length }])).toEqual([]);
    }
  });

  it('reads function codes and refusals of process protocols', async () => {
    expect(await codesOf(502, '000100000006 01 10 0001')).toEqual([code('modbus', 16)]);
    expect(await codesOf(502, '000100000003 01 90 02')).toEqual([code('modbus', 16) + IS_REFUSAL]);
    expect(await codesOf(102, '03000019 02f080 32 01 0000 0001 0008 0000 05 01')).toEqual([
      code('s7', 0x0105),
    ]);
    expect(await codesOf(102, '0300001b 02f080 32 03 0000 0001 0002 0000 8104 05 01')).toEqual([
      code('s7', 0x0305) + IS_REFUSAL,
    ]);
    expect(await codesOf(20000, '0564 0b c4 0a00 0100 0000 c0 c1 05')).toEqual([code('dnp3', 5)]);
    expect(await codesOf(2404, '680e 0000 0000 2d 01 0600 0100')).toEqual([code('iec104', 45)]);
    const bacnet = { overUdp: true };
    expect(await codesOf(47808, '810a0011 0104 0005 01 0f 0c', bacnet)).toEqual([code('bacnet', 0x000f)]);
    expect(await codesOf(47808, '810b000c 0120ffff00ff 10 08', bacnet)).toEqual([code('bacnet', 0x0108)]);
  });

  it('reads the service inside of EtherNet/IP, or the command where it was not captured', async () => {
    const header = '6f00 1800 01000000 00000000 0000000000000000 00000000';
    const items = '00000000 0a00 0200 0000 0000 b200 0800';
    const whole = `${header}${items} 10 02 20 01 24 01 3000`;
    expect(await codesOf(44818, whole)).toEqual([code('cip', 0x10)]);
    expect(await codesOf(44818, whole, { snap: 54 + 30 })).toEqual([code('enip', 0x6f)]);
    expect(await codesOf(44818, '6500 0400 00000000 00000000 0000000000000000 00000000 01000000')).toEqual([
      code('enip', 0x65),
    ]);
  });

  it('tells calls by the interface that was bound before', async () => {
    const of = async (uuid: string) =>
      (
        await entriesOf([
          { port: 49_152, payload: rpcBind(uuid) },
          { port: 49_152, payload: rpcRequest },
        ])
      ).map(({ value }) => value);
    const [first, second] = [
      await of('3542514e064bd111ab0400c04fc2dcd2'),
      await of('785634123412cdabef000123456789ab'),
    ];
    expect(first).toHaveLength(1);
    expect((first[0] ?? 0) >>> 24).toBe(codedProtocols.indexOf('rpc'));
    expect(first).not.toEqual(second);
  });

  it('takes any bytes', async () => {
    for (let length = 0; length < 60; length++) {
      for (const port of [53, 102, 502, 2404, 20000, 44818, 443]) {
        await expect(read([{ port, payload: filler(length) }])).resolves.toBeDefined();
      }
    }
  });
});
