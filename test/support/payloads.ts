/** Builders of messages that name things or tell what a device is; those of DNS, DHCP, TLS and process protocols. */
import { bytesOfHex, concat, filler, u8, u16, u32 } from './bytes.js';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Lines as in HTTP, with the empty one at the end. */
export const lines = (...all: readonly string[]): Uint8Array => text(`${all.join('\r\n')}\r\n\r\n`);

/** A label of a DNS name (RFC 1035, 3.1). */
export const label = (value: string | Uint8Array): Uint8Array => {
  const bytes = typeof value === 'string' ? text(value) : value;
  return concat(u8(bytes.length), bytes);
};

/** A whole DNS name. */
export const dnsName = (value: string): Uint8Array => concat(...value.split('.').map(label), u8(0));

/** The place of a name in the same message (RFC 1035, 4.1.4). */
export const pointer = (at: number): Uint8Array => u16(0xc000 | at);

/** A question for a name. */
export const dnsQuestion = (name: string, type = 1): Uint8Array =>
  concat(u16(7), u16(0x0100), u16(1), u16(0), u16(0), u16(0), dnsName(name), u16(type), u16(1));

/** An answer that is nothing but its code. */
export const dnsAnswer = (code: number): Uint8Array =>
  concat(u16(7), u16(0x8180 | code), u16(0), u16(0), u16(0), u16(0));

/** A message of multicast DNS (RFC 6762). */
export const mdns = (questions: readonly Uint8Array[], answers: readonly Uint8Array[]): Uint8Array =>
  concat(
    u16(0),
    u16(0x8400),
    u16(questions.length),
    u16(answers.length),
    u16(0),
    u16(0),
    ...questions,
    ...answers,
  );

/** A resource record. */
export const dnsRecord = (owner: Uint8Array, type: number, data: Uint8Array): Uint8Array =>
  concat(owner, u16(type), u16(1), u32(120), u16(data.length), data);

/** A client's DHCP message (RFC 2131, 2). */
export const dhcp = (...options: readonly Uint8Array[]): Uint8Array =>
  concat(u8(1), filler(235), u32(0x63825363), ...options, u8(255));

export const dhcpOption = (code: number, value: Uint8Array): Uint8Array =>
  concat(u8(code), u8(value.length), value);

/** The record of a ClientHello that asks for a server (RFC 8446, 4.1.2; RFC 6066, 3). */
export function tlsHello(server: string): Uint8Array {
  const name = text(server);
  const list = concat(u8(0), u16(name.length), name);
  const extension = concat(u16(0), u16(list.length + 2), u16(list.length), list);
  const other = concat(u16(10), u16(4), u16(2), u16(29));
  const body = concat(u16(0x0303), filler(32), u8(0), u16(2), u16(0x1301), u8(1), u8(0));
  const hello = concat(body, u16(other.length + extension.length), other, extension);
  const handshake = concat(u8(1), u8(0), u16(hello.length), hello);
  return concat(u8(22), u16(0x0301), u16(handshake.length), handshake);
}

/** Which interface calls of a remote procedure will be of (C706, 12.6.4), and such a call. */
export const rpcBind = (uuid: string): Uint8Array =>
  bytesOfHex(`05000b03 10000000 48000000 01000000 d016d016 00000000 01000000 00000100 ${uuid}`);
export const rpcRequest: Uint8Array = bytesOfHex('05000003 10000000 18000000 02000000 00000000 0000 0300');

/** A payload between two ports. */
export interface SeedPayload {
  readonly ports: readonly [number, number];
  readonly payload: Uint8Array;
  readonly overTcp?: boolean;
}

const service = dnsName('_http._tcp.local');

/** One message at least for each branch of what reads payload. */
export const seedPayloads: readonly SeedPayload[] = [
  { ports: [50_000, 53], payload: dnsQuestion('Mail.Example.COM') },
  { ports: [53, 50_000], payload: dnsAnswer(3) },
  { ports: [50_001, 53], payload: concat(u16(33), dnsQuestion('t.example.org', 16)), overTcp: true },
  {
    ports: [5353, 5353],
    payload: mdns(
      [concat(service, u16(12), u16(1))],
      [
        dnsRecord(pointer(12), 12, concat(label('My printer'), pointer(12))),
        dnsRecord(dnsName('_hap._udp.local'), 16, text('x')),
      ],
    ),
  },
  { ports: [50_002, 5355], payload: dnsQuestion('desk') },
  { ports: [137, 137], payload: dnsQuestion('FHEPFCELEHFCEPFFFACACACACACACABM', 32) },
  {
    ports: [1900, 1900],
    payload: lines('NOTIFY * HTTP/1.1', 'NT: upnp:rootdevice', 'SERVER: Linux UPnP/1.0'),
  },
  { ports: [50_003, 1900], payload: lines('M-SEARCH * HTTP/1.1', 'ST:uuid:1-2-3', 'MX: 1') },
  {
    ports: [68, 67],
    payload: dhcp(
      dhcpOption(53, u8(1)),
      u8(0),
      dhcpOption(60, text('udhcp 1.19')),
      dhcpOption(55, Uint8Array.of(1, 3, 6, 42)),
    ),
  },
  // Texts longer than what is kept of them.
  { ports: [68, 67], payload: dhcp(dhcpOption(60, filler(200)), dhcpOption(55, filler(200))) },
  {
    ports: [80, 50_012],
    payload: lines('HTTP/1.1 200 OK', `Server: ${'x'.repeat(300)}\u001b[31m`),
    overTcp: true,
  },
  { ports: [50_004, 443], payload: tlsHello('shop.example.com'), overTcp: true },
  { ports: [50_005, 80], payload: lines('GET / HTTP/1.1', 'Host: a', 'User-Agent: Camera/1'), overTcp: true },
  { ports: [80, 50_005], payload: lines('HTTP/1.1 200 OK', 'Server: lighttpd'), overTcp: true },
  { ports: [50_006, 502], payload: bytesOfHex('000100000006 01 10 0001'), overTcp: true },
  {
    ports: [50_007, 102],
    payload: bytesOfHex('0300001b 02f080 32 03 0000 0001 0002 0000 8104 05 01'),
    overTcp: true,
  },
  {
    ports: [50_008, 44_818],
    payload: bytesOfHex(
      '6f00 1800 01000000 00000000 0000000000000000 00000000' +
        '00000000 0a00 0200 0000 0000 b200 0800 10 02 20 01 24 01 3000',
    ),
    overTcp: true,
  },
  { ports: [50_009, 20_000], payload: bytesOfHex('0564 0b c4 0a00 0100 0000 c0 c1 81 0000'), overTcp: true },
  { ports: [50_010, 2404], payload: bytesOfHex('680e 0000 0000 2d 01 0600 0100'), overTcp: true },
  { ports: [47_808, 47_808], payload: bytesOfHex('810b000c 0120ffff00ff 10 08') },
  { ports: [47_808, 47_808], payload: bytesOfHex('810a0017 010c 0005 01 0f 0007 01 0d ff 02 04 05 0f 0c') },
  { ports: [50_011, 49_152], payload: rpcBind('3542514e064bd111ab0400c04fc2dcd2'), overTcp: true },
  { ports: [50_011, 49_152], payload: rpcRequest, overTcp: true },
];
