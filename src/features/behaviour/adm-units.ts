/**
 * The `adm` view of behaviour: remote administration between the device and peers that are no directory servers to it
 * (nor it to them), per 15-minute slice. Directory clients and servers do RPC, SMB and WinRM all day; two workstations
 * that suddenly do are the mark of lateral movement.
 */
import { type DeviceCore, floatsOf, integersOf } from '../../sessions/index.js';
import { ADM_PEER_WORDS, ADM_PEERS, DIRECTORY, DYNAMIC } from './adm-bits.js';
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

/** Bits of every port as the core wants them: see `adm-bits.ts`; 0 for ports of neither kind. */
export const admBitOfPort = new Uint16Array(65536);
administration.forEach((port, bit) => {
  admBitOfPort[port] = 1 << bit;
});
for (const port of directory) admBitOfPort[port] = DIRECTORY;

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

/**
 * The units that the core made of the device's sessions.
 * @param bin its slices
 */
export function admUnitsOf(core: DeviceCore, bin: Uint32Array): AdmUnits {
  const { run } = core;
  const count = bin.length;
  const counts = integersOf(core, run.admPeerCounts, count);
  const words = integersOf(core, run.admPeers, count * ADM_PEERS * ADM_PEER_WORDS);
  const peers = Array.from(counts, (kept, unit) =>
    Array.from({ length: kept }, (_, place) => admPeer(words, (unit * ADM_PEERS + place) * ADM_PEER_WORDS)),
  );
  const numbers = floatsOf(core, run.admNumbers, count * admNumberCount).slice();
  return { count, columns: admNumberCount, numbers, bin, peers };
}

function admPeer(words: Int32Array, at: number): AdmPeer {
  const mask = words[at] as number;
  return {
    sent: words[at + 1] === 1,
    ports: administration.filter((_, bit) => (mask & (1 << bit)) !== 0),
    dynamic: (mask & DYNAMIC) !== 0,
    sessionRow: words[at + 2] as number,
  };
}
