import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import { HintLog, sessionize } from '../../src/sessions/index.js';
import { concat, filler, u8, u16, u32 } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { guarded } from '../support/guarded-packet.js';
import { ipv4, tcp, udp } from '../support/ip-packets.js';
import {
  dhcp,
  dnsName,
  dnsQuestion,
  dnsRecord,
  label,
  lines,
  mdns,
  dhcpOption as option,
  pointer,
  text,
} from '../support/payloads.js';
import { testRandom } from '../support/random.js';

const device = '10.0.0.1';

interface Sent {
  readonly ports: readonly [number, number];
  readonly payload: Uint8Array;
  readonly overTcp?: boolean;
  readonly from?: string;
  readonly snap?: number;
}

function captureOf(sent: readonly Sent[]): Uint8Array {
  const packets = sent.map(({ ports, payload, overTcp = false, from = device, snap }, i) => {
    const transport = overTcp ? tcp(...ports, 0x18, payload) : udp(...ports, payload);
    const packet = ipv4({ source: from, destination: '10.0.0.2', protocol: overTcp ? 6 : 17 }, transport);
    const frame = ethernet({}, packet);
    const cut = snap === undefined ? {} : { wireBytes: frame.length };
    return { seconds: 1_700_000_000 + i, nanoseconds: 0, frame: frame.slice(0, snap), ...cut };
  });
  return fileOf(classicPieces(packets));
}

/** Of guarded packets: what reads behind a frame, or for ever, fails. */
async function hintsOf(sent: readonly Sent[]): Promise<HintLog> {
  const hints = new HintLog();
  await openCapture(captureOf(sent)).read((packet) => hints.add(guarded(packet)));
  return hints;
}

async function saidBy(sent: readonly Sent[], host = { mac: null as string | null, addresses: [device] }) {
  return (await hintsOf(sent)).of(host).map(({ kind, text: said, count }) => [kind, said, count]);
}

const multicast = (payload: Uint8Array): Sent => ({ ports: [5353, 5353], payload });

describe('what a device says of itself', () => {
  it('is read only when it is asked for', async () => {
    const sent: Sent = { ports: [1900, 1900], payload: lines('X', 'NT: a') };
    const read = async (hints: boolean) =>
      (await sessionize(openCapture(captureOf([sent])), { hints })).hints?.of({
        mac: null,
        addresses: [device],
      });
    expect(await read(false)).toBeUndefined();
    expect(await read(true)).toEqual([{ kind: 'ssdp-target', text: 'a', count: 1 }]);
  });

  it('is the option list and vendor class of its DHCP messages, by its MAC address before it has another', async () => {
    const options = [
      option(53, u8(1)),
      u8(0),
      option(60, text('udhcp 1.19')),
      option(55, new Uint8Array([1, 3, 6, 42])),
    ];
    const sent: Sent = { ports: [68, 67], payload: dhcp(...options) };
    const expected = [
      ['dhcp-options', '1,3,6,42', 1],
      ['dhcp-vendor', 'udhcp 1.19', 1],
    ];
    expect(await saidBy([sent])).toEqual(expected);
    const hints = await hintsOf([{ ...sent, from: '0.0.0.0' }, sent]);
    const frame = ethernet({}, new Uint8Array(0));
    const own = Array.from(frame.subarray(6, 12), (byte) => byte.toString(16).padStart(2, '0')).join(':');
    expect(hints.of({ mac: own, addresses: [device] }).map(({ count }) => count)).toEqual([2, 2]);
    expect(hints.of({ mac: `${own}:no`, addresses: [] })).toEqual([]);
    // A server's answer, another cookie, and options that the message does not hold are nothing.
    const answer = dhcp(...options);
    answer[0] = 2;
    const other = dhcp(...options);
    other[236] = 0;
    expect(await saidBy([answer, other].map((payload) => ({ ...sent, payload })))).toEqual([]);
    expect(await saidBy([{ ...sent, payload: dhcp(concat(u8(60), u8(200), text('short'))) }])).toEqual([]);
  });

  it('is the services that it offers and asks for in multicast DNS, compressed names too', async () => {
    // At 12: _http._tcp.local; the instance points there.
    const service = dnsName('_http._tcp.local');
    const question = concat(service, u16(12), u16(1));
    const instance = concat(label('My printer'), pointer(12));
    const answers = [
      dnsRecord(pointer(12), 12, instance),
      dnsRecord(dnsName('host.local'), 1, u32(1)),
      dnsRecord(dnsName('_Hap._udp.local'), 16, text('x')),
    ];
    expect(await saidBy([multicast(mdns([question], answers))])).toEqual(
      [
        ['host-name', 'host', 1],
        ['mdns-asks', '_http._tcp', 1],
        ['mdns-offers', '_http._tcp', 2],
        ['mdns-offers', '_hap._udp', 1],
      ].sort((a, b) => (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : 0)),
    );
  });

  it('is the name that it gives itself in DHCP and registers with NetBIOS', async () => {
    const inDhcp = (...options: Uint8Array[]): Sent => ({ ports: [68, 67], payload: dhcp(...options) });
    const encoded = (name: string, kind: number) =>
      Array.from({ length: 16 }, (_, i) => (i === 15 ? kind : name.charCodeAt(i) || 0x20))
        .map((byte) => String.fromCharCode(0x41 + (byte >> 4), 0x41 + (byte & 15)))
        .join('');
    const netbios = (operation: number, name: string, kind: number, flags = 0): Sent => {
      const head = concat(u16(7), u16(operation << 11), u16(1), u16(0), u16(0), u16(0));
      const question = concat(dnsName(encoded(name, kind)), u16(32), u16(1));
      const record = concat(pointer(12), u16(32), u16(1), u32(0), u16(6), u16(flags), u32(0x0a000001));
      return { ports: [137, 137], payload: concat(head, question, record) };
    };
    const said = await saidBy([
      inDhcp(option(12, text('HP-LaserJet'))),
      inDhcp(option(81, concat(new Uint8Array([0, 0, 0]), text('desk.site')))),
      inDhcp(option(81, concat(new Uint8Array([4, 0, 0]), dnsName('labels.site')))),
      inDhcp(option(81, new Uint8Array([4, 0]))),
      inDhcp(option(12, new Uint8Array(0))),
      netbios(5, 'FILES1', 0),
      netbios(8, 'FILES2', 0x20),
      // Two names of groups, a question, and a message that is cut.
      netbios(5, 'SITE', 0, 0x8000),
      netbios(5, 'WORKGROUP', 0x1e),
      netbios(0, 'OTHER', 0),
      { ports: [137, 137], payload: netbios(5, 'CUT', 0).payload.slice(0, 63) },
    ]);
    expect(said.filter(([kind]) => kind === 'host-name').map(([, name]) => name)).toEqual([
      'FILES1',
      'FILES2',
      'HP-LaserJet',
      'desk.site',
      'labels',
    ]);
  });

  it('is targets and servers of SSDP, agents and servers of HTTP, names in DNS and TLS, and name services', async () => {
    const notify = lines('NOTIFY * HTTP/1.1', 'NT: upnp:rootdevice', 'SERVER: Linux UPnP/1.0', 'USN: uuid:1');
    const search = lines('M-SEARCH * HTTP/1.1', 'ST:uuid:1-2-3', 'MX: 1');
    const question = dnsQuestion('Time.Example.ORG');
    const answer = concat(u16(7), u16(0x8180), question.slice(4));
    expect(
      await saidBy([
        { ports: [1900, 1900], payload: notify },
        { ports: [5000, 1900], payload: search },
        {
          ports: [5000, 80],
          payload: lines('GET / HTTP/1.1', 'Host: a', 'User-Agent: Camera/1'),
          overTcp: true,
        },
        {
          ports: [80, 5000],
          payload: lines('HTTP/1.1 200 OK', 'Server: lighttpd', 'User-Agent: no'),
          overTcp: true,
        },
        { ports: [5000, 80], payload: lines('BREW / HTTP/1.1', 'User-Agent: no'), overTcp: true },
        { ports: [5000, 53], payload: question },
        { ports: [53, 5000], payload: answer },
        { ports: [5000, 5355], payload: question },
        { ports: [137, 137], payload: question },
      ]),
    ).toEqual([
      ['dns-name', 'time.example.org', 1],
      ['http-agent', 'Camera/1', 1],
      ['http-server', 'lighttpd', 1],
      ['name-service', 'LLMNR', 1],
      ['name-service', 'NetBIOS', 1],
      ['ssdp-server', 'Linux UPnP/1.0', 1],
      ['ssdp-target', 'upnp:rootdevice', 1],
      ['ssdp-target', 'uuid', 1],
    ]);
  });

  it('is shown without anything that a terminal would act on, and cut', async () => {
    const hostile = concat(
      text('NT: \u001b[31m'),
      new Uint8Array([0, 0x9b, 0x5c]),
      text(`${'x'.repeat(500)}\r\n\r\n`),
    );
    const [[, said] = []] = await saidBy([{ ports: [1900, 1900], payload: concat(text('X\r\n'), hostile) }]);
    expect(said).toMatch(/^\\027\[31m\\000\\155\\092x+$/);
    expect(said).toHaveLength(120);
    const vendor = await saidBy([{ ports: [68, 67], payload: dhcp(option(60, filler(255))) }]);
    expect(vendor[0]?.[1]).toHaveLength(120);
  });

  it('ends where names lead in circles, are too long, or are not there', async () => {
    const loop = mdns([concat(pointer(12), u16(12), u16(1))], []);
    const chain = mdns([concat(label('a'), pointer(12), u16(12), u16(1))], []);
    const far = mdns([concat(u16(0xffff), u16(12), u16(1))], []);
    const long = mdns(
      [
        concat(
          ...Array.from({ length: 6 }, () => label('y'.repeat(63))),
          dnsName('_http._tcp.local'),
          u16(12),
          u16(1),
        ),
      ],
      [],
    );
    const many = concat(mdns([], []).slice(0, 6), u16(0xffff), u16(0), u16(0));
    for (const payload of [loop, chain, far, long, many, many.slice(0, 7)]) {
      expect(await saidBy([multicast(payload)])).toEqual([]);
    }
    const huge = concat(text('HTTP/1.1 200 OK\r\nServer: '), filler(60_000));
    expect(await saidBy([{ ports: [80, 5000], payload: huge, overTcp: true }])).toEqual([]);
  });

  it('follows eight pointers for a name, and no more', async () => {
    // A text record without a name begins at 12, its text at 23: a name, and pointers that each lead to the one before.
    const service = dnsName('_http._tcp.local');
    const place = (step: number) => (step === 0 ? 23 : 23 + service.length + 2 * (step - 1));
    const message = (pointers: number) => {
      const chain = Array.from({ length: pointers - 1 }, (_, step) => pointer(place(step)));
      const hidden = dnsRecord(u8(0), 16, concat(service, ...chain));
      return mdns([], [hidden, dnsRecord(pointer(place(pointers - 1)), 1, u32(1))]);
    };
    const offered = [['mdns-offers', '_http._tcp', 1]];
    for (const pointers of [1, 2, 8]) expect(await saidBy([multicast(message(pointers))])).toEqual(offered);
    for (const pointers of [9, 10, 100]) expect(await saidBy([multicast(message(pointers))])).toEqual([]);
  });

  it('takes a bounded room, whatever is sent', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({
      ports: [5000, 1900] as const,
      payload: text(`M-SEARCH\r\nST: target ${i}\r\n\r\n`),
    }));
    expect(await saidBy(many)).toHaveLength(64);
    const question = (i: number): Sent => ({
      ports: [5000, 53],
      payload: concat(
        u16(i),
        u16(0x100),
        u16(1),
        u16(0),
        u16(0),
        u16(0),
        dnsName(`host${i}.example`),
        u16(1),
        u16(1),
      ),
    });
    const asked = [...Array.from({ length: 300 }, (_, i) => question(i)), ...many.slice(0, 5)];
    const kinds = (await saidBy(asked)).map(([kind]) => kind);
    expect(kinds.filter((kind) => kind === 'dns-name')).toHaveLength(32);
    expect(kinds.filter((kind) => kind === 'ssdp-target')).toHaveLength(5);
    const hosts = Array.from({ length: 1500 }, (_, i) => ({
      ports: [5000, 5355] as const,
      payload: text('x'),
      from: `10.1.${i >> 8}.${i & 255}`,
    }));
    const hints = await hintsOf(hosts);
    const known = hosts.filter(({ from }) => hints.of({ mac: null, addresses: [from] }).length > 0);
    expect(known).toHaveLength(1024);
  });

  it('never fails on bytes of any kind, cut anywhere', async () => {
    const random = testRandom(12);
    const whole = [
      mdns([concat(dnsName('_http._tcp.local'), u16(12), u16(1))], [dnsRecord(pointer(12), 12, pointer(12))]),
      dhcp(option(55, filler(9)), option(60, text('vendor'))),
      text('HTTP/1.1 200 OK\r\nServer: a\r\nX: b\r\n\r\n'),
      concat(u8(22), u16(0x0301), u16(60), u8(1), filler(80)),
    ];
    const ports = [
      [5353, 5353],
      [68, 67],
      [80, 5000],
      [5000, 443],
    ] as const;
    const sent = Array.from({ length: 600 }, (_, i): Sent => {
      const payload = Uint8Array.from(whole[i % 4]!);
      for (let k = 0; k < 4; k++) payload[random.below(payload.length)] = random.below(256);
      return {
        ports: ports[i % 4]!,
        payload,
        overTcp: i % 4 > 1,
        snap: 34 + random.below(payload.length + 30),
      };
    });
    for (const [, said] of await saidBy(sent)) expect(said).toMatch(/^[\x20-\x7e]{1,120}$/);
  });
});
