/** What the minutes of a session are counted by: its ends and its service as dense numbers, known once per row. */
import * as kind from '../../src/features/behaviour/row-kinds';
import { allocate } from '../flow/memory';
import { createKeys, internKey } from '../table/keys';
import { rowCount } from '../table/rows';
import { MULTICAST } from './address-class';
import { opened, peerAddress, peerClass, protocol, protocolClass, row, serverPort, side, six } from './part';

/** Columns with an entry for each row of the table; but `sides` they say nothing about rows of others. */
export let sides: usize = 0;
export let kinds: usize = 0;
export let peers: usize = 0;
export let services: usize = 0;
/** Peer, service and who opened, together. */
export let pairs: usize = 0;
/** Tables of keys: (IP version, address), (protocol, server's port), (peer, service, who opened). */
export let peerKeys: usize = 0;
export let serviceKeys: usize = 0;
export let pairKeys: usize = 0;

export function clearFacts(): void {
  const count = <usize>rowCount;
  sides = allocate(count);
  kinds = allocate(count);
  peers = allocate(count << 2);
  services = allocate(count << 2);
  pairs = allocate(count << 2);
  peerKeys = createKeys();
  serviceKeys = createKeys();
  pairKeys = createKeys();
}

/** Notes the row at hand; returns the number of its peer. */
export function addFacts(): i32 {
  const at = <usize>row;
  const ofProtocol = protocolClass();
  store<u8>(sides + at, side);
  store<u8>(
    kinds + at,
    (opened ? kind.OPENED_BY_DEVICE : 0) |
      (peerClass === MULTICAST ? kind.IS_MULTICAST : 0) |
      (ofProtocol === 3 ? 0 : kind.IS_TCP << ofProtocol),
  );
  const peer = internKey(peerKeys, six ? 6 : 4, peerAddress, 0, 0);
  store<i32>(peers + (at << 2), peer);
  const port = serverPort();
  if (port === 0 || ofProtocol === 2) {
    store<i32>(services + (at << 2), -1);
    store<i32>(pairs + (at << 2), -1);
    return peer;
  }
  const service = internKey(serviceKeys, protocol, port, 0, 0);
  store<i32>(services + (at << 2), service);
  store<i32>(pairs + (at << 2), internKey(pairKeys, peer, service, opened ? 1 : 0, 0));
  return peer;
}
