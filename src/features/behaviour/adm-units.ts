/**
 * The `adm` view of behaviour: remote administration between the device and peers that are no directory servers to it
 * (nor it to them), per 15-minute slice. Directory clients and servers do RPC, SMB and WinRM all day; two workstations
 * that suddenly do are the mark of lateral movement.
 */
import { type DeviceSession, IntKeyTable } from '../../sessions/index.js';
import { opensSession } from '../sess-view.js';
import type { VectorUnits } from './vector-units.js';

/** Layout id of the units. */
export const admLayoutId = 'adm/1';

/**
 * The numbers of a unit, in order, each ln(1 + count). `sent`: the device opened the sessions, `received`: its peers did.
 */
export const admNumberNames = [
  'administration ports sent',
  'administration ports received',
  'administered peers sent',
  'administering peers received',
  'dynamic port peers received',
] as const;

/** How many numbers a unit has. */
export const admNumberCount = admNumberNames.length;

/** SSH, telnet, RPC, NetBIOS sessions, SMB, remote desktop, VNC, WinRM. */
const administration = [22, 23, 135, 139, 445, 3389, 5900, 5985, 5986];
/** DNS, Kerberos, LDAP, password change, global catalogue: what a directory server is asked for. */
const directory = [53, 88, 389, 464, 636, 3268, 3269];
/** A mask has one bit for each administration port, then these two. */
const DIRECTORY = 1 << administration.length;
const DYNAMIC = DIRECTORY << 1;
const ADMINISTRATION = DIRECTORY - 1;
const FIRST_DYNAMIC_PORT = 49152;

const bitOfPort = new Uint16Array(65536);
administration.forEach((port, bit) => {
  bitOfPort[port] = 1 << bit;
});
for (const port of directory) bitOfPort[port] = DIRECTORY;

/** A peer behind the numbers of a unit. */
export interface AdmPeer {
  /** True: the device opened the sessions. */
  readonly sent: boolean;
  /** Administration ports, ascending, without dynamic ones. */
  readonly ports: readonly number[];
  /** TCP on a dynamic port (49152 and above), where remote procedure calls go on. */
  readonly dynamic: boolean;
  /** Row of the session table of one of the sessions. */
  readonly sessionRow: number;
}

/** Units of one capture: one per 15-minute slice in which the device has a session. */
export interface AdmUnits extends VectorUnits {
  /** Of each unit, the peers behind it, those with most ports first; a handful. */
  readonly peers: readonly (readonly AdmPeer[])[];
}

/** Peers that are kept of a unit. */
const peerLimit = 5;

/** No unit. */
export function emptyAdmUnits(): AdmUnits {
  return {
    count: 0,
    columns: admNumberCount,
    numbers: new Float32Array(0),
    bin: new Uint32Array(0),
    peers: [],
  };
}

/** Collects the sessions of a device; memory grows only with peers that are administered or directory servers. */
export class AdmCollector {
  private readonly bins = new Set<number>();
  private readonly keys = new IntKeyTable();
  /** Per (slice, peer): ports that the device asked for, that the peer asked for, and a row of each. */
  private sent = new Uint16Array(64);
  private received = new Uint16Array(64);
  private sentRows = new Int32Array(64);
  private receivedRows = new Int32Array(64);

  add(part: DeviceSession): void {
    this.bins.add(part.bin);
    if (part.peerClass === 'multicast') return;
    const opened = opensSession(part);
    const port = opened ? part.peerPort : part.devicePort;
    const dynamic = part.protocol === 6 && port >= FIRST_DYNAMIC_PORT;
    const bit = dynamic ? DYNAMIC : (bitOfPort[port] as number);
    if (bit === 0) return;
    const at = this.keys.intern(part.ipVersion, part.peerAddress, part.bin, 0);
    if (at >= this.sent.length) this.grow();
    const masks = opened ? this.sent : this.received;
    const rows = opened ? this.sentRows : this.receivedRows;
    // The session that is named is one of administration where there is any.
    if (masks[at] === 0 || ((bit & ADMINISTRATION) !== 0 && ((masks[at] as number) & ADMINISTRATION) === 0)) {
      rows[at] = part.row;
    }
    masks[at] = (masks[at] as number) | bit;
  }

  finish(): AdmUnits {
    const bins = Uint32Array.from(this.bins).sort();
    const unitOfBin = new Map(Array.from(bins, (bin, unit) => [bin, unit]));
    const counts = new Float64Array(bins.length * admNumberCount);
    const peers = Array.from(bins, (): AdmPeer[] => []);
    for (let at = 0; at < this.keys.size; at++) {
      const unit = unitOfBin.get(this.keys.word(at, 2));
      if (unit === undefined) continue;
      const own = counts.subarray(unit * admNumberCount, (unit + 1) * admNumberCount);
      this.countPeer(at, own, peers[unit] as AdmPeer[]);
    }
    const numbers = Float32Array.from(counts, (count) => Math.log1p(count));
    return { count: bins.length, columns: admNumberCount, numbers, bin: bins, peers };
  }

  private countPeer(at: number, counts: Float64Array, peers: AdmPeer[]): void {
    const add = (column: number, count: number) => {
      counts[column] = (counts[column] as number) + count;
    };
    const sent = this.sent[at] as number;
    if ((sent & DIRECTORY) === 0 && sent !== 0) {
      add(0, bitCount(sent & ADMINISTRATION));
      add(2, 1);
      keepPeer(peers, sent, true, this.sentRows[at] as number);
    }
    const received = this.received[at] as number;
    if ((received & DIRECTORY) === 0 && received !== 0) {
      add(1, bitCount(received & ADMINISTRATION));
      add(3, 1);
      if ((received & DYNAMIC) !== 0) add(4, 1);
      keepPeer(peers, received, false, this.receivedRows[at] as number);
    }
  }

  private grow(): void {
    const masks = (old: Uint16Array) => {
      const next = new Uint16Array(old.length * 2);
      next.set(old);
      return next;
    };
    const rows = (old: Int32Array) => {
      const next = new Int32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.sent = masks(this.sent);
    this.received = masks(this.received);
    this.sentRows = rows(this.sentRows);
    this.receivedRows = rows(this.receivedRows);
  }
}

function keepPeer(peers: AdmPeer[], mask: number, sent: boolean, sessionRow: number): void {
  const weightOf = (peer: AdmPeer) => peer.ports.length + (peer.dynamic ? 0.5 : 0);
  const ports = administration.filter((_, bit) => (mask & (1 << bit)) !== 0);
  const peer = { sent, ports, dynamic: (mask & DYNAMIC) !== 0, sessionRow };
  const place = peers.findIndex((other) => weightOf(other) < weightOf(peer));
  if (place < 0 && peers.length >= peerLimit) return;
  peers.splice(place < 0 ? peers.length : place, 0, peer);
  if (peers.length > peerLimit) peers.pop();
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
