/**
 * What devices say of themselves: option lists, vendor class and host name of DHCP, services and hosts in multicast DNS, names
 * that are registered with NetBIOS, targets and servers of SSDP, agents and servers of HTTP, names asked for in DNS and TLS. A look at the beginning of single packets, so that
 * what is spread over several is missed; nothing in them is trusted.
 */
import { type Packet, PROTOCOL_TCP, PROTOCOL_UDP } from '../../../pcap/index.js';
import { dnsMessageAt, isDnsResponse, questionName } from './dns-message.js';
import { payloadAt } from './process-code.js';
import { serverNameOf } from './server-name.js';

/** Where a hint is from. */
export type HintKind =
  | 'dhcp-options'
  | 'dhcp-vendor'
  | 'mdns-offers'
  | 'mdns-asks'
  | 'ssdp-target'
  | 'ssdp-server'
  | 'http-agent'
  | 'http-server'
  | 'tls-name'
  | 'dns-name'
  | 'name-service'
  | 'host-name';

/** Takes the hints of a packet. */
export type HintHandler = (kind: HintKind, text: string) => void;

/** Longest text that is kept, and most bytes of a message with header lines that are looked at. */
const longestHint = 120;
const mostHeaderBytes = 1024;

const BOOTP_SERVER = 67;
const NETBIOS_NAMES = 137;
const SSDP = 1900;
const MULTICAST_DNS = 5353;
const LLMNR = 5355;

/** The hints that a packet's sender gives. */
export function readHints(packet: Packet, say: HintHandler): void {
  const { protocol, sourcePort, destinationPort, isFragment, view, frameEnd } = packet;
  const at = isFragment ? -1 : payloadAt(packet);
  if (at < 0) return;
  if (protocol === PROTOCOL_TCP) {
    const name = serverNameOf(packet);
    if (name !== null) say('tls-name', name.toLowerCase());
    else readHttp(view, at, frameEnd, say);
  } else if (protocol !== PROTOCOL_UDP) return;
  else if (destinationPort === BOOTP_SERVER) readDhcp(view, at, frameEnd, say);
  else if (sourcePort === MULTICAST_DNS) readMulticastDns(view, at, frameEnd, say);
  else if (sourcePort === SSDP || destinationPort === SSDP) readSsdp(view, at, frameEnd, say);
  else if (destinationPort === LLMNR) say('name-service', 'LLMNR');
  else if (destinationPort === NETBIOS_NAMES) readNetbios(view, at, frameEnd, say);
  else {
    const dnsAt = dnsMessageAt(packet);
    if (dnsAt < 0 || isDnsResponse(view, dnsAt)) return;
    const name = questionName(view, dnsAt, frameEnd);
    if (name !== null) say('dns-name', name.toLowerCase().slice(0, longestHint));
  }
}

/** Operation codes in the second word of a message: registration, and refresh by either of its numbers (RFC 1002, 4.2.1.1). */
const OPERATION = 0x7800;
const registering: readonly number[] = [5 << 11, 8 << 11, 9 << 11];

/** Kinds of names that are those of hosts: of its own services, and of its files. */
const hostKinds: readonly number[] = [0x00, 0x20];

/** Where the flags of the name are that is registered, bytes from the message, and the one of a group (RFC 1002, 4.2.2). */
const NAME_FLAGS = 62;
const GROUP = 0x8000;

/** The name that a host registers: two letters for each of sixteen bytes, the last of which is its kind (RFC 1001, 14.1). */
function readNetbios(view: DataView, at: number, end: number, say: HintHandler): void {
  say('name-service', 'NetBIOS');
  if (at + NAME_FLAGS + 2 > end || view.getUint8(at + 12) !== 32) return;
  if (!registering.includes(view.getUint16(at + 2) & OPERATION)) return;
  if ((view.getUint16(at + NAME_FLAGS) & GROUP) !== 0) return;
  const bytes = new DataView(new ArrayBuffer(16));
  for (let i = 0; i < 16; i++) {
    const [high, low] = [view.getUint8(at + 13 + 2 * i) - 0x41, view.getUint8(at + 14 + 2 * i) - 0x41];
    bytes.setUint8(i, (high << 4) | low);
  }
  if (hostKinds.includes(bytes.getUint8(15))) say('host-name', shownText(bytes, 0, 15).trimEnd());
}

const BOOT_REQUEST = 1;
const DHCP_COOKIE = 0x63825363;
const HOST_NAME = 12;
const PARAMETER_LIST = 55;
const CLIENT_NAME = 81;
const VENDOR_CLASS = 60;
const END = 255;

/** Options of a client's message (RFC 2131, 2; RFC 2132, 9.8 and 9.13). */
function readDhcp(view: DataView, at: number, end: number, say: HintHandler): void {
  if (at + 240 > end || view.getUint8(at) !== BOOT_REQUEST) return;
  if (view.getUint32(at + 236) !== DHCP_COOKIE) return;
  for (let place = at + 240; place + 2 <= end; ) {
    const option = view.getUint8(place);
    if (option === END) return;
    if (option === 0) {
      place++;
      continue;
    }
    const length = view.getUint8(place + 1);
    const from = place + 2;
    place = from + length;
    if (place > end) return;
    if (option === HOST_NAME) say('host-name', shownText(view, from, place));
    else if (option === CLIENT_NAME) say('host-name', clientName(view, from, place));
    else if (option === VENDOR_CLASS) say('dhcp-vendor', shownText(view, from, place));
    else if (option === PARAMETER_LIST) {
      const list = Array.from({ length }, (_, i) => view.getUint8(from + i)).join(',');
      say('dhcp-options', list.slice(0, longestHint));
    }
  }
}

/** The name behind flags and two codes, in labels where the flags say so, of which the first is enough (RFC 4702, 2). */
function clientName(view: DataView, from: number, end: number): string {
  const [flags, name] = [from < end ? view.getUint8(from) : 0, from + 3];
  if ((flags & 4) === 0 || name >= end) return shownText(view, name, end);
  return shownText(view, name + 1, Math.min(end, name + 1 + view.getUint8(name)));
}

/** Records of one message that are looked at, and pointers that are followed for one name. */
const MOST_RECORDS = 64;
const MOST_POINTERS = 8;
const A = 1;
const PTR = 12;
const AAAA = 28;

/** Service types in questions and answers (RFC 6763, 4 and 9): `_http._tcp`. */
function readMulticastDns(view: DataView, at: number, end: number, say: HintHandler): void {
  if (at + 12 > end) return;
  const questions = view.getUint16(at + 4);
  const records = questions + view.getUint16(at + 6) + view.getUint16(at + 8) + view.getUint16(at + 10);
  let place = at + 12;
  for (let i = 0; i < Math.min(records, MOST_RECORDS); i++) {
    const found = nameAt(view, at, place, end);
    if (found === undefined) return;
    const kind = i < questions ? 'mdns-asks' : 'mdns-offers';
    sayService(found.labels, kind, say);
    place = found.behind + 4;
    if (i < questions) continue;
    if (place + 6 > end) return;
    const type = view.getUint16(found.behind);
    if (type === A || type === AAAA) sayHost(found.labels, say);
    const isPointer = type === PTR;
    const target = isPointer ? nameAt(view, at, place + 6, end) : undefined;
    if (target !== undefined) sayService(target.labels, kind, say);
    place += 6 + view.getUint16(place + 4);
  }
}

/** Names that begin with an underscore are those of services (RFC 6763, 7). */
function sayHost([host = '']: readonly string[], say: HintHandler): void {
  if (!host.startsWith('_')) say('host-name', host);
}

function sayService(labels: readonly string[], kind: HintKind, say: HintHandler): void {
  const protocol = labels.lastIndexOf('_tcp') < 0 ? labels.lastIndexOf('_udp') : labels.lastIndexOf('_tcp');
  const service = labels[protocol - 1];
  if (service?.startsWith('_') === true) say(kind, `${service}.${labels[protocol]}`);
}

/**
 * The labels of a name in lower case, and where what follows it begins; undefined where it is cut, longer than a name
 * may be, or leads around in circles (RFC 1035, 3.1 and 4.1.4).
 */
function nameAt(
  view: DataView,
  message: number,
  start: number,
  end: number,
): { labels: string[]; behind: number } | undefined {
  const labels: string[] = [];
  let behind = -1;
  let pointers = 0;
  let bytes = 0;
  for (let place = start; place < end; ) {
    const length = view.getUint8(place);
    if (length === 0) return { labels, behind: behind < 0 ? place + 1 : behind };
    if (length >= 0xc0) {
      if (place + 2 > end || ++pointers > MOST_POINTERS) return undefined;
      if (behind < 0) behind = place + 2;
      place = message + (view.getUint16(place) & 0x3fff);
      continue;
    }
    bytes += 1 + length;
    if (length > 63 || bytes > 255 || place + 1 + length > end) return undefined;
    labels.push(shownText(view, place + 1, place + 1 + length).toLowerCase());
    place += 1 + length;
  }
  return undefined;
}

/** Header lines of searches, answers and announcements (UPnP Device Architecture 2.0, 1.2 and 1.3). */
function readSsdp(view: DataView, at: number, end: number, say: HintHandler): void {
  forEachHeader(view, at, end, (name, value) => {
    if (name === 'st' || name === 'nt') say('ssdp-target', /^uuid:/i.test(value) ? 'uuid' : value);
    else if (name === 'server' || name === 'user-agent') say('ssdp-server', value);
  });
}

const HTTP_REQUEST = /^(?:GET|POST|PUT|HEAD|OPTIONS|SUBSCRIBE|NOTIFY) /;
const HTTP_ANSWER = /^HTTP\/1\.[01] /;

/** RFC 9110, 10.1.5 and 10.2.4. */
function readHttp(view: DataView, at: number, end: number, say: HintHandler): void {
  const start = shownText(view, at, Math.min(end, at + 12));
  const isRequest = HTTP_REQUEST.test(start);
  if (!isRequest && !HTTP_ANSWER.test(start)) return;
  forEachHeader(view, at, end, (name, value) => {
    if (isRequest && name === 'user-agent') say('http-agent', value);
    else if (!isRequest && name === 'server') say('http-server', value);
  });
}

/** Calls for each whole header line: its name in lower case, and its value as far as it is kept. */
function forEachHeader(
  view: DataView,
  at: number,
  end: number,
  visit: (name: string, value: string) => void,
): void {
  const last = Math.min(end, at + mostHeaderBytes);
  let start = at;
  for (let place = at; place + 1 < last; place++) {
    if (view.getUint8(place) !== 0x0d || view.getUint8(place + 1) !== 0x0a) continue;
    if (place === start) return;
    let colon = start;
    while (colon < place && view.getUint8(colon) !== 0x3a) colon++;
    if (colon < place) {
      let value = colon + 1;
      while (value < place && view.getUint8(value) === 0x20) value++;
      visit(shownText(view, start, colon).toLowerCase(), shownText(view, value, place));
    }
    start = place + 2;
  }
}

/** Bytes as text of at most `longestHint` characters: what is no printable ASCII, and backslashes, as `\ddd`. */
function shownText(view: DataView, at: number, end: number): string {
  let text = '';
  for (let place = at; place < end && text.length < longestHint; place++) {
    const byte = view.getUint8(place);
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
  }
  return text.slice(0, longestHint);
}
