import type { SparseRowsBuilder } from '../math/index.js';
import type { DeviceSession } from '../sessions/index.js';
import { portServiceName } from './port-names.js';

/**
 * Layout `port-protocol-4104/1`: the packets sent by the device fill the first half, the packets received by it the
 * second. Offsets in a half: 0..1023 source port 1..1024; 1024..2047 destination port 1..1024; 2048, 2049, 2050
 * TCP, UDP, ICMP (both versions); 2051 external. Each value is a share of the packets of its direction.
 */
export const PORT_PROTOCOL_LAYOUT = 'port-protocol-4104/1';
export const PORT_PROTOCOL_COLUMNS = 4104;

const HALF = 2052;
const DESTINATION_PORTS = 1024;
const PROTOCOLS = 2048;
const EXTERNAL = 2051;
const HIGHEST_PORT = 1024;

/**
 * Within one session every share is 0 or 1, so that a session's vector is decided by few facts. They are packed into
 * one integer, the signature: bits 0..10 device port (0: above 1024 or none), 11..21 peer port, 22..23 protocol
 * (0: other, 1 TCP, 2 UDP, 3 ICMP), 24 external, 25 something was sent, 26 something was received.
 */
const PEER_SHIFT = 11;
const PROTOCOL_SHIFT = 22;
const EXTERNAL_BIT = 1 << 24;
const SENT_BIT = 1 << 25;
const RECEIVED_BIT = 1 << 26;

/** Signature of one part of a session; the signatures of the parts of one session join by OR. */
export function sessionSignature(part: DeviceSession): number {
  const device = part.devicePort <= HIGHEST_PORT ? part.devicePort : 0;
  const peer = part.peerPort <= HIGHEST_PORT ? part.peerPort : 0;
  return (
    device |
    (peer << PEER_SHIFT) |
    (protocolCode(part.protocol) << PROTOCOL_SHIFT) |
    (part.peerClass === 'external' ? EXTERNAL_BIT : 0) |
    (part.sentPackets > 0 ? SENT_BIT : 0) |
    (part.receivedPackets > 0 ? RECEIVED_BIT : 0)
  );
}

function protocolCode(protocol: number): number {
  if (protocol === 6) return 1;
  if (protocol === 17) return 2;
  return protocol === 1 || protocol === 58 ? 3 : 0;
}

/** Column indices, ascending, of the non-zero entries (all 1) of the vector with this signature: at most eight. */
export function signatureColumns(signature: number): number[] {
  const device = signature & 0x7ff;
  const peer = (signature >> PEER_SHIFT) & 0x7ff;
  const protocol = (signature >> PROTOCOL_SHIFT) & 3;
  const columns: number[] = [];
  const direction = (base: number, source: number, destination: number): void => {
    if (source > 0) columns.push(base + source - 1);
    if (destination > 0) columns.push(base + DESTINATION_PORTS + destination - 1);
    if (protocol > 0) columns.push(base + PROTOCOLS + protocol - 1);
    if ((signature & EXTERNAL_BIT) !== 0) columns.push(base + EXTERNAL);
  };
  if ((signature & SENT_BIT) !== 0) direction(0, device, peer);
  if ((signature & RECEIVED_BIT) !== 0) direction(HALF, peer, device);
  return columns;
}

/** The vectors of a device's sessions: the distinct ones by signature, with the number of sessions of each. */
export interface SessionVectors {
  /** In order of appearance. */
  readonly signatures: Uint32Array;
  readonly counts: Float64Array;
}

/** Collects the signatures of session parts, one per session. */
export class SessionVectorCollector {
  private readonly bySession: Uint32Array;

  /** @param rows number of rows in the session table */
  constructor(rows: number) {
    this.bySession = new Uint32Array(rows);
  }

  add(part: DeviceSession): void {
    const { bySession } = this;
    bySession[part.firstRow] = (bySession[part.firstRow] as number) | sessionSignature(part);
  }

  finish(): SessionVectors {
    const counts = new Map<number, number>();
    for (const signature of this.bySession) {
      // Every session that was added sent or received something, so that 0 means none was.
      if (signature !== 0) counts.set(signature, (counts.get(signature) ?? 0) + 1);
    }
    return { signatures: Uint32Array.from(counts.keys()), counts: Float64Array.from(counts.values()) };
  }
}

/** Adds the vectors to a builder of sparse rows with PORT_PROTOCOL_COLUMNS columns; returns their row ids. */
export function addVectors(builder: SparseRowsBuilder, vectors: SessionVectors): Uint32Array {
  return vectors.signatures.map((signature) => {
    const columns = signatureColumns(signature);
    return builder.add(columns, new Array<number>(columns.length).fill(1));
  });
}

/** Name of a column in words: `received: destination port 631 (ipp)`. */
export function portProtocolColumnName(column: number): string {
  const direction = column < HALF ? 'sent' : 'received';
  const offset = column % HALF;
  if (offset === EXTERNAL) return `${direction}: external`;
  if (offset >= PROTOCOLS) return `${direction}: ${['TCP', 'UDP', 'ICMP'][offset - PROTOCOLS] ?? ''}`;
  const port = (offset % DESTINATION_PORTS) + 1;
  const side = offset < DESTINATION_PORTS ? 'source' : 'destination';
  const name = portServiceName(port);
  return `${direction}: ${side} port ${port}${name === undefined ? '' : ` (${name})`}`;
}
