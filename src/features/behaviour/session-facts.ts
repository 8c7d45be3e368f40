/** What the minutes of a session are counted by: its ends and its service as dense numbers, known once per row. */
import { type DeviceSession, IntKeyTable } from '../../sessions/index.js';
import { opensSession } from '../sess-view.js';

/** Kinds of rows; a bit each. */
export const OPENED_BY_DEVICE = 1;
export const IS_MULTICAST = 2;
export const IS_TCP = 4;
export const IS_UDP = 8;
export const IS_ICMP = 16;

/** Facts of the rows of one device, as columns with an entry per row of the session table. */
export class SessionFacts {
  /** 0 not of the device, 1 the device is side a, 2 it is side b. */
  readonly sides: Uint8Array;
  readonly kinds: Uint8Array;
  /** Number of the peer; of its service (protocol and server's port) or -1; of both together or -1. */
  readonly peers: Int32Array;
  readonly services: Int32Array;
  readonly pairs: Int32Array;
  readonly peerKeys = new IntKeyTable();
  readonly serviceKeys = new IntKeyTable();
  readonly pairKeys = new IntKeyTable();

  /** @param rows of the session table */
  constructor(rows: number) {
    this.sides = new Uint8Array(rows);
    this.kinds = new Uint8Array(rows);
    this.peers = new Int32Array(rows);
    this.services = new Int32Array(rows).fill(-1);
    this.pairs = new Int32Array(rows).fill(-1);
  }

  add(part: DeviceSession): void {
    const { row, protocol } = part;
    const opened = opensSession(part);
    const port = opened ? part.peerPort : part.devicePort;
    const icmp = protocol === 1 || protocol === 58;
    this.sides[row] = part.deviceIsB ? 2 : 1;
    this.kinds[row] =
      (opened ? OPENED_BY_DEVICE : 0) |
      (part.peerClass === 'multicast' ? IS_MULTICAST : 0) |
      (protocol === 6 ? IS_TCP : 0) |
      (protocol === 17 ? IS_UDP : 0) |
      (icmp ? IS_ICMP : 0);
    const peer = this.peerKeys.intern(part.ipVersion, part.peerAddress, 0, 0);
    this.peers[row] = peer;
    if (port === 0 || icmp) return;
    const service = this.serviceKeys.intern(protocol, port, 0, 0);
    this.services[row] = service;
    this.pairs[row] = this.pairKeys.intern(peer, service, opened ? 1 : 0, 0);
  }
}
