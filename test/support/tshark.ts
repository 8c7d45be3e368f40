/** Sessions as tshark's fields and a slow grouping give them: the second opinion on our own decoding. */
import { spawn } from 'node:child_process';

export interface Totals {
  readonly packets: number;
  readonly bytes: number;
  /** Packets and bytes from the end that sorts first and from the other, by a text of the key. */
  readonly sessions: ReadonlyMap<string, readonly [number, number, number, number]>;
  /** Frames of no session, by why. */
  readonly left: Readonly<Record<string, number>>;
}

const FIELDS = [
  'frame.encap_type',
  'frame.len',
  'frame.protocols',
  'vlan.id',
  'ieee8021ad.id',
  'ip.src',
  'ip.dst',
  'ip.proto',
  'ip.id',
  'ip.flags.mf',
  'ip.frag_offset',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.nxt',
  'ipv6.hopopts.nxt',
  'ipv6.routing.nxt',
  'ipv6.dstopts.nxt',
  'ipv6.fraghdr.nxt',
  'ipv6.fraghdr.more',
  'ipv6.fraghdr.offset',
  'ipv6.fraghdr.ident',
  'ah.next_header',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  'sctp.srcport',
  'sctp.dstport',
] as const;
type Field = (typeof FIELDS)[number];

const OPTIONS = [
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
  'tcp.analyze_sequence_numbers:FALSE',
];

const PORTED: Readonly<Record<number, 'tcp' | 'udp' | 'sctp'>> = {
  6: 'tcp',
  17: 'udp',
  132: 'sctp',
  136: 'udp',
};

/** All values of each field of one frame, in the order of its headers. */
type Row = Readonly<Record<Field, readonly string[]>>;

/** Of a capture that is cut or damaged tshark reads what is there, and fails. */
async function textOf(file: string): Promise<string> {
  const preferences = OPTIONS.flatMap((option) => ['-o', option]);
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const child = spawn(
    'tshark',
    ['-n', '-r', file, ...preferences, '-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=;', ...fields],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

async function rowsOf(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const line of (await textOf(file)).split('\n')) {
    if (line === '') continue;
    const cells = line.split('\t');
    const row = FIELDS.map((field, i) => [field, cells[i] ? cells[i].split(';') : []]);
    const record = Object.fromEntries(row) as Row;
    // Blocks of pcapng that hold no packet are frames to tshark, too.
    if (record['frame.encap_type'].length > 0) rows.push(record);
  }
  return rows;
}

/** One IP header of a frame with what stands around it, from the frame's list of layers. */
interface Layer {
  readonly version: 4 | 6;
  /** Which of the frame's IPv4 (or IPv6) headers it is. */
  readonly nth: number;
  /** Its place in the list of layers. */
  readonly at: number;
}

/** Layers that may stand between the outermost IP header and one inside that is opened. */
const OPENED =
  /^(ip|ipv6(\..*)?|ah|udp|gre|gtp|capwap(\.data)?|tzsp|vxlan|geneve|eth(_.*)?|ethertype|vlan|ieee8021ad|llc|wlan(_.*)?|mpls|pwmcw|pppoes?|ppp|data)$/;

/** The IP headers of a frame, from the outermost to the innermost that is opened. */
function ipLayers(row: Row): Layer[] {
  const layers = row['frame.protocols'][0]?.split(':') ?? [];
  const found: Layer[] = [];
  const counts = { ip: 0, ipv6: 0 };
  for (const [at, layer] of layers.entries()) {
    if (found.length > 0 && !OPENED.test(layer)) break;
    if (layer === 'ip' || layer === 'ipv6') {
      found.push({ version: layer === 'ip' ? 4 : 6, nth: counts[layer]++, at });
    }
  }
  return found;
}

/** How many layers of a name stand before a place. */
function before(row: Row, name: string, at: number): number {
  const layers = row['frame.protocols'][0]?.split(':') ?? [];
  return layers.slice(0, at).filter((layer) => layer === name).length;
}

const BEHIND: Readonly<Record<number, readonly [layer: string, field: Field]>> = {
  0: ['ipv6.hopopts', 'ipv6.hopopts.nxt'],
  43: ['ipv6.routing', 'ipv6.routing.nxt'],
  44: ['ipv6.fraghdr', 'ipv6.fraghdr.nxt'],
  51: ['ah', 'ah.next_header'],
  60: ['ipv6.dstopts', 'ipv6.dstopts.nxt'],
};

/** Protocol behind all IPv6 extension headers. */
function finalProtocol(row: Row, { nth, at }: Layer): number {
  let next = Number(row['ipv6.nxt'][nth]);
  const used = new Map<string, number>();
  for (let i = 0; i < 8; i++) {
    const [layer, field] = BEHIND[next] ?? [];
    if (layer === undefined || field === undefined) return next;
    const value = row[field][before(row, layer, at) + (used.get(layer) ?? 0)];
    if (value === undefined) return next;
    used.set(layer, (used.get(layer) ?? 0) + 1);
    next = Number(value);
  }
  return next;
}

interface Ends {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly identification: string;
  readonly laterFragment: boolean;
  readonly fragmented: boolean;
}

function endsOf(row: Row, layer: Layer): Ends {
  const { version, nth, at } = layer;
  if (version === 4) {
    const offset = Number(row['ip.frag_offset'][nth]);
    return {
      source: row['ip.src'][nth] ?? '',
      destination: row['ip.dst'][nth] ?? '',
      protocol: Number(row['ip.proto'][nth]),
      identification: row['ip.id'][nth] ?? '',
      laterFragment: offset > 0,
      fragmented: offset > 0 || isSet(row['ip.flags.mf'][nth]),
    };
  }
  const fragment = before(row, 'ipv6.fraghdr', at);
  return {
    source: row['ipv6.src'][nth] ?? '',
    destination: row['ipv6.dst'][nth] ?? '',
    protocol: finalProtocol(row, layer),
    identification: row['ipv6.fraghdr.ident'][fragment] ?? '',
    laterFragment: Number(row['ipv6.fraghdr.offset'][fragment] ?? 0) > 0,
    fragmented: row['ipv6.fraghdr.ident'][fragment] !== undefined,
  };
}

const isSet = (flag: string | undefined): boolean => flag === '1' || flag === 'True';

function portsOf(row: Row, protocol: number, { at }: Layer): [string, string] {
  const prefix = PORTED[protocol];
  if (prefix === undefined) return ['0', '0'];
  const nth = before(row, prefix, at) + (protocol === 136 ? before(row, 'udplite', at) : 0);
  return [row[`${prefix}.srcport`][nth] ?? '0', row[`${prefix}.dstport`][nth] ?? '0'];
}

/** VLAN id of the innermost tag before a header; 0 without one. */
function vlanOf(row: Row, { at }: Layer): string {
  const layers = (row['frame.protocols'][0]?.split(':') ?? []).slice(0, at);
  const tags = layers.filter((layer) => layer === 'vlan' || layer === 'ieee8021ad');
  const last = tags.at(-1);
  if (last === undefined) return '0';
  const field = last === 'vlan' ? row['vlan.id'] : row['ieee8021ad.id'];
  return field[tags.filter((tag) => tag === last).length - 1] ?? '0';
}

/** Packets, bytes and sessions of a capture by the outermost IP header of each frame, and by the innermost. */
export async function tsharkTotals(file: string): Promise<{ outer: Totals; inner: Totals }> {
  const rows = await rowsOf(file);
  return { outer: totalsOf(rows, false), inner: totalsOf(rows, true) };
}

/** The header whose packet counts: inside of no fragment, and of none that could not be read. */
function chosenLayer(row: Row, inside: boolean): Layer | undefined {
  const all = ipLayers(row);
  const broken = all.findIndex((layer) => endsOf(row, layer).source === '');
  const layers = broken < 0 ? all : all.slice(0, broken);
  if (!inside) return layers[0];
  const closed = layers.findIndex((layer) => endsOf(row, layer).fragmented);
  return layers.at(closed < 0 ? -1 : closed);
}

function totalsOf(rows: readonly Row[], inside: boolean): Totals {
  const sessions = new Map<string, [number, number, number, number]>();
  const left: Record<string, number> = {};
  const firstFragments = new Map<string, [string, string]>();
  let bytes = 0;
  const leave = (why: string): void => {
    left[why] = (left[why] ?? 0) + 1;
  };
  for (const row of rows) {
    const length = Number(row['frame.len'][0]);
    bytes += length;
    const layer = chosenLayer(row, inside);
    const ends = layer === undefined ? undefined : endsOf(row, layer);
    if (layer === undefined || ends === undefined) {
      leave('not ip');
      continue;
    }
    const { protocol, source, destination } = ends;
    const vlan = vlanOf(row, layer);
    let ports = portsOf(row, protocol, layer);
    const datagram = [source, destination, protocol, vlan, ends.identification].join(' ');
    if (ends.laterFragment) {
      const first = firstFragments.get(datagram);
      if (first === undefined) {
        leave('later fragment');
        continue;
      }
      ports = first;
    } else if (ends.fragmented) firstFragments.set(datagram, ports);
    const [from, to] = [`${source} ${ports[0]}`, `${destination} ${ports[1]}`];
    addPacket(sessions, keyOf(layer.version, protocol, vlan, from, to), from, length);
  }
  return { packets: rows.length, bytes, sessions, left };
}

/** Text of a session's key; both implementations that are compared write it in this way. */
export function keyOf(
  version: number,
  protocol: number,
  vlan: string | number,
  one: string,
  other: string,
): string {
  const [low, high] = [one, other].sort();
  return `v${version} protocol ${protocol} vlan ${vlan}: ${low} - ${high}`;
}

export function addPacket(
  sessions: Map<string, [number, number, number, number]>,
  key: string,
  from: string,
  length: number,
): void {
  const counts = sessions.get(key) ?? [0, 0, 0, 0];
  const side = key.includes(`: ${from} - `) ? 0 : 2;
  counts[side] = (counts[side] as number) + 1;
  counts[side + 1] = (counts[side + 1] as number) + length;
  sessions.set(key, counts);
}
