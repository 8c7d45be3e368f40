/**
 * The `contacts` view of behaviour: what goes on with single peers over a 15-minute slice. Sessions opened to one outside
 * host at even intervals are the mark of a beacon; more bytes out to one peer than in, that of an upload. Neither
 * fan-out nor failure shows them, and each of their sessions looks like others.
 */
import { type DeviceSession, IntKeyTable } from '../../sessions/index.js';
import { opensSession } from '../sess-view.js';
import type { VectorUnits } from './vector-units.js';

/** Layout id of the units. */
export const contactLayoutId = 'contacts/1';

/**
 * The numbers of a unit, in order.
 * - `regular contacts outside`: ln(1 + n)(1 - v) of n sessions opened to one service of an outside host, where v below 1 is the
 *   coefficient of variation of the times between them; of the most regular one with five sessions or more.
 * - `bytes sent above received outside`: ln(1 + sent - received) of one outside host.
 * - `share of bytes sent above received`: (sent - received) of one peer, inside or outside, over all bytes of the
 *   slice; peers that are sent less than 20,000 bytes do not count.
 */
export const contactNumberNames = [
  'regular contacts outside',
  'bytes sent above received outside',
  'share of bytes sent above received',
] as const;

/** How many numbers a unit has. */
export const contactNumberCount = contactNumberNames.length;

/** Numbers that are shares of 1; the others are about ln(1 + count). */
export function isContactShare(column: number): boolean {
  return column === SHARE;
}

const REGULAR = 0;
const UPLOAD = 1;
const SHARE = 2;

/** The peer behind a number. */
export interface ContactPeer {
  /** Row of the session table of the first session with it in the slice. */
  readonly sessionRow: number;
  /** Sessions opened to it, or bytes sent to it. */
  readonly count: number;
}

/** Units of one capture: one per 15-minute slice in which the device has a session. */
export interface ContactUnits extends VectorUnits {
  /** Of each unit, the peer behind each number; null where it is 0. */
  readonly peers: readonly (readonly (ContactPeer | null)[])[];
}

/** No unit. */
export function emptyContactUnits(): ContactUnits {
  return {
    count: 0,
    columns: contactNumberCount,
    numbers: new Float32Array(0),
    bin: new Uint32Array(0),
    peers: [],
  };
}

/** Peers, and services of peers, that are counted at most; what a scan meets beyond them has nothing regular. */
const MOST_COUNTED = 1 << 16;
/** Sessions below which nothing is regular. */
const FEWEST_CONTACTS = 5;
const SMALLEST_UPLOAD_BYTES = 20_000;
const TCP = 6;
const UDP = 17;

/** Doubles per peer and slice: bytes sent, received, external, row. */
const PEER_FIELDS = 4;
/** Doubles per service of a peer and slice: sessions, start of the last, sum and sum of squares of the times between, row. */
const SERVICE_FIELDS = 5;

/** Collects the sessions of a device; memory is bounded. */
export class ContactCollector {
  /** Bytes of each slice, both ways; of the one at hand they are in `binBytes`. */
  private readonly bins = new Map<number, number>();
  private bin = -1;
  private binBytes = 0;
  private readonly peerKeys = new IntKeyTable();
  private peers: Float64Array = new Float64Array(PEER_FIELDS * 64);
  private readonly serviceKeys = new IntKeyTable();
  private services: Float64Array = new Float64Array(SERVICE_FIELDS * 64);

  add(part: DeviceSession): void {
    const { bin } = part;
    // Sessions of a slice come one after the other, nearly all of them.
    if (bin !== this.bin) {
      this.bins.set(this.bin, this.binBytes);
      this.bin = bin;
      this.binBytes = this.bins.get(bin) ?? 0;
    }
    this.binBytes += part.sentIpBytes + part.receivedIpBytes;
    if (part.peerClass === 'multicast') return;
    this.addBytes(part);
    if (part.peerClass !== 'external' || part.row !== part.firstRow) return;
    if ((part.protocol === TCP || part.protocol === UDP) && opensSession(part)) this.addContact(part);
  }

  finish(): ContactUnits {
    this.bins.set(this.bin, this.binBytes);
    this.bins.delete(-1);
    const bins = Uint32Array.from(this.bins.keys()).sort();
    const unitOfBin = new Map(Array.from(bins, (bin, unit) => [bin, unit]));
    const numbers = new Float32Array(bins.length * contactNumberCount);
    const peers = Array.from(bins, (): (ContactPeer | null)[] => [null, null, null]);
    const raise = (bin: number, column: number, value: number, sessionRow: number, count: number) => {
      const unit = unitOfBin.get(bin) ?? 0;
      const at = unit * contactNumberCount + column;
      if (value <= (numbers[at] as number)) return;
      numbers[at] = value;
      (peers[unit] as (ContactPeer | null)[])[column] = { sessionRow, count };
    };
    for (let at = 0; at < this.serviceKeys.size; at++) this.weighContacts(at, raise);
    for (let at = 0; at < this.peerKeys.size; at++) this.weighBytes(at, raise);
    return { count: bins.length, columns: contactNumberCount, numbers, bin: bins, peers };
  }

  private addBytes(part: DeviceSession): void {
    const { peerKeys } = this;
    const full = peerKeys.size >= MOST_COUNTED;
    const { ipVersion, peerAddress, bin } = part;
    const known = full
      ? peerKeys.find(ipVersion, peerAddress, bin, 0)
      : peerKeys.intern(ipVersion, peerAddress, bin, 0);
    if (known < 0) return;
    const at = known * PEER_FIELDS;
    if (at >= this.peers.length) this.peers = doubled(this.peers);
    const { peers } = this;
    if (peers[at] === 0 && peers[at + 1] === 0) {
      peers[at + 2] = part.peerClass === 'external' ? 1 : 0;
      peers[at + 3] = part.row;
    }
    peers[at] = (peers[at] as number) + part.sentIpBytes;
    peers[at + 1] = (peers[at + 1] as number) + part.receivedIpBytes;
  }

  /** Rows come in the order of their first packets, so that the times between sessions are never negative. */
  private addContact(part: DeviceSession): void {
    const { serviceKeys } = this;
    const service = (part.peerPort << 1) | (part.protocol === TCP ? 1 : 0);
    const version = (part.bin << 1) | (part.ipVersion === 6 ? 1 : 0);
    const full = serviceKeys.size >= MOST_COUNTED;
    const known = full
      ? serviceKeys.find(version, part.peerAddress, service, 0)
      : serviceKeys.intern(version, part.peerAddress, service, 0);
    if (known < 0) return;
    const at = known * SERVICE_FIELDS;
    if (at >= this.services.length) this.services = doubled(this.services);
    const { services } = this;
    const start = part.firstNs / 1e9;
    if (services[at] === 0) {
      services[at + 4] = part.row;
    } else {
      const between = Math.max(0, start - (services[at + 1] as number));
      services[at + 2] = (services[at + 2] as number) + between;
      services[at + 3] = (services[at + 3] as number) + between * between;
    }
    services[at] = (services[at] as number) + 1;
    services[at + 1] = start;
  }

  private weighContacts(index: number, raise: Raise): void {
    const at = index * SERVICE_FIELDS;
    const contacts = this.services[at] as number;
    if (contacts < FEWEST_CONTACTS) return;
    const mean = (this.services[at + 2] as number) / (contacts - 1);
    if (mean <= 0) return;
    const square = (this.services[at + 3] as number) / (contacts - 1);
    const variation = Math.sqrt(Math.max(0, square - mean * mean)) / mean;
    const value = Math.log1p(contacts) * Math.max(0, 1 - variation);
    const bin = this.serviceKeys.word(index, 0) >>> 1;
    raise(bin, REGULAR, value, this.services[at + 4] as number, contacts);
  }

  private weighBytes(index: number, raise: Raise): void {
    const at = index * PEER_FIELDS;
    const { peers } = this;
    const sent = peers[at] as number;
    const received = peers[at + 1] as number;
    if (sent <= received) return;
    const row = peers[at + 3] as number;
    const bin = this.peerKeys.word(index, 2);
    if (peers[at + 2] === 1) raise(bin, UPLOAD, Math.log1p(sent - received), row, sent);
    if (sent <= SMALLEST_UPLOAD_BYTES) return;
    raise(bin, SHARE, (sent - received) / (this.bins.get(bin) ?? 1), row, sent);
  }
}

type Raise = (bin: number, column: number, value: number, sessionRow: number, count: number) => void;

function doubled(old: Float64Array): Float64Array {
  const next = new Float64Array(old.length * 2);
  next.set(old);
  return next;
}
