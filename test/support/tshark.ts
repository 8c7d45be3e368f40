/** Sessions as tshark's fields and a slow grouping give them: the second opinion on our own decoding. */
import { spawnSync } from 'node:child_process';

export interface Totals {
  readonly packets: number;
  readonly bytes: number;
  /** Packets and bytes from the end that sorts first and from the other, by a text of the key. */
  readonly sessions: ReadonlyMap<string, readonly [number, number, number, number]>;
  /** Frames of no session, by why. */
  readonly left: Readonly<Record<string, number>>;
}

const FIELDS = [
  'frame.number',
  'frame.len',
  'frame.protocols',
  'vlan.id',
  'ip.src',
  'ip.dst',
  'ip.proto',
  'ip.id',
  'ip.frag_offset',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.nxt',
  'ipv6.hopopts.nxt',
  'ipv6.routing.nxt',
  'ipv6.dstopts.nxt',
  'ipv6.fraghdr.nxt',
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

/** The first value of each field of one frame, and the last VLAN id. */
type Row = Readonly<Record<Field, string>>;

function* rowsOf(file: string): Generator<Row> {
  const preferences = OPTIONS.flatMap((option) => ['-o', option]);
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  // Of a capture that is cut or damaged tshark reads what is there, and fails.
  const { stdout: text } = spawnSync(
    'tshark',
    ['-n', '-r', file, ...preferences, '-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=;', ...fields],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const cells = line.split('\t');
    yield Object.fromEntries(
      FIELDS.map((field, i) => {
        const values = (cells[i] ?? '').split(';');
        return [field, (field === 'vlan.id' ? values.at(-1) : values[0]) ?? ''];
      }),
    ) as Row;
  }
}

/** Protocol behind all IPv6 extension headers. */
function finalProtocol(row: Row): number {
  const behind: Readonly<Record<number, Field>> = {
    0: 'ipv6.hopopts.nxt',
    43: 'ipv6.routing.nxt',
    44: 'ipv6.fraghdr.nxt',
    51: 'ah.next_header',
    60: 'ipv6.dstopts.nxt',
  };
  let next = Number(row['ipv6.nxt']);
  for (let i = 0; i < 8; i++) {
    const field = behind[next];
    if (field === undefined || row[field] === '') return next;
    next = Number(row[field]);
  }
  return next;
}

interface Ends {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly identification: string;
  readonly laterFragment: boolean;
  readonly fragmented: boolean;
}

/** The outermost IP header of a frame. */
function endsOf(row: Row): Ends | undefined {
  const layers = row['frame.protocols'].split(':');
  const v4 = layers.indexOf('ip');
  const v6 = layers.indexOf('ipv6');
  if (v4 >= 0 && (v6 < 0 || v4 < v6)) {
    const offset = Number(row['ip.frag_offset']);
    return {
      version: 4,
      source: row['ip.src'],
      destination: row['ip.dst'],
      protocol: Number(row['ip.proto']),
      identification: row['ip.id'],
      laterFragment: offset > 0,
      fragmented: true,
    };
  }
  if (v6 < 0) return undefined;
  return {
    version: 6,
    source: row['ipv6.src'],
    destination: row['ipv6.dst'],
    protocol: finalProtocol(row),
    identification: row['ipv6.fraghdr.ident'],
    laterFragment: Number(row['ipv6.fraghdr.offset']) > 0,
    fragmented: row['ipv6.fraghdr.ident'] !== '',
  };
}

export function tsharkTotals(file: string): Totals {
  const sessions = new Map<string, [number, number, number, number]>();
  const left: Record<string, number> = {};
  const firstFragments = new Map<string, [string, string]>();
  let packets = 0;
  let bytes = 0;
  for (const row of rowsOf(file)) {
    packets++;
    const length = Number(row['frame.len']);
    bytes += length;
    const ends = endsOf(row);
    if (ends === undefined || ends.source === '') {
      left['not ip'] = (left['not ip'] ?? 0) + 1;
      continue;
    }
    const { protocol, source, destination, version } = ends;
    const vlan = row['vlan.id'] === '' ? '0' : row['vlan.id'];
    const prefix = PORTED[protocol];
    let ports: [string, string] =
      prefix === undefined ? ['0', '0'] : [row[`${prefix}.srcport`] || '0', row[`${prefix}.dstport`] || '0'];
    const datagram = [source, destination, protocol, vlan, ends.identification].join(' ');
    if (ends.laterFragment) {
      const first = firstFragments.get(datagram);
      if (first === undefined) {
        left['later fragment'] = (left['later fragment'] ?? 0) + 1;
        continue;
      }
      ports = first;
    } else if (ends.fragmented) firstFragments.set(datagram, ports);
    addPacket(
      sessions,
      keyOf(version, protocol, vlan, `${source} ${ports[0]}`, `${destination} ${ports[1]}`),
      `${source} ${ports[0]}`,
      length,
    );
  }
  return { packets, bytes, sessions, left };
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
