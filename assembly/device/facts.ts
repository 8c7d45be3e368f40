/** What the minutes of a session are counted by: its ends and its service as dense numbers, known once per row. */
import * as kind from '../../src/features/behaviour/row-kinds';
import * as at from '../../src/sessions/row-layout';
import { allocate, giveBack } from '../flow/memory';
import { rowAt, rowCount } from '../table/rows';
import { MULTICAST } from './address-class';
import { closePairs, createPairs, createPairsOf, findPair, internPair, putPair } from './pair-keys';
import { opened, peerAddress, peerClass, protocol, protocolClass, row, serverPort, side, six } from './part';

/** Columns with an entry for each row of the table; but `sides` they say nothing about rows of others. */
export let sides: usize = 0;
export let kinds: usize = 0;
export let peers: usize = 0;
export let services: usize = 0;
/** Peer, service and who opened, together; with a number for sessions without a service, too. */
export let pairs: usize = 0;
/** Marked packets, and the state of the minute above. */
export let states: usize = 0;
/** By number: IP version and address of a peer, protocol and server's port of a service. */
export let peerWords: usize = 0;
export let serviceWords: usize = 0;
export let serviceCount: i32 = 0;
export let pairKeys: usize = 0;
export let peerKeys: usize = 0;
let serviceKeys: usize = 0;
/** Numbers + 1 of the services over TCP, then of those over UDP. */
let portServices: usize = 0;

const TCP = 6;
const UDP = 17;

export function clearFacts(): void {
  const count = <usize>rowCount;
  sides = allocate(count);
  kinds = allocate(count);
  peers = allocate(count << 2);
  services = allocate(count << 2);
  pairs = allocate(count << 2);
  states = allocate(count << 3);
  peerWords = allocate(count << 3);
  serviceWords = allocate(count << 3);
  serviceCount = 0;
  peerKeys = createPairsOf(rowCount, peerWords);
  pairKeys = createPairs(rowCount);
  serviceKeys = createPairsOf(rowCount, serviceWords);
  portServices = allocate(65536 * 8);
}

/** Notes the row at hand. */
export function addFacts(): void {
  const place = <usize>row;
  const ofProtocol = protocolClass();
  store<u8>(sides + place, side);
  store<u8>(
    kinds + place,
    (opened ? kind.OPENED_BY_DEVICE : 0) |
      (peerClass === MULTICAST ? kind.IS_MULTICAST : 0) |
      (ofProtocol === 3 ? 0 : kind.IS_TCP << ofProtocol),
  );
  store<u64>(states + (place << 3), load<u64>(rowAt(row), at.MARKED_PACKETS));
  const peer = internPair(peerKeys, six ? 6 : 4, peerAddress);
  const port = serverPort();
  const service = port === 0 || ofProtocol === 2 ? -1 : numberOfService(port);
  store<i32>(peers + (place << 2), peer);
  store<i32>(services + (place << 2), service);
  // Without a service the protocol keeps them apart.
  const what = service >= 0 ? service : -1 - protocol;
  store<i32>(pairs + (place << 2), internPair(pairKeys, peer, (what << 1) | (opened ? 1 : 0)));
}

function numberOfService(port: i32): i32 {
  if (protocol !== TCP && protocol !== UDP) {
    const known = findPair(serviceKeys, protocol, port);
    if (known >= 0) return known;
    putPair(serviceKeys, protocol, port, serviceCount);
    return serviceCount++;
  }
  const entry = portServices + ((<usize>(protocol === TCP ? port : port + 65536)) << 2);
  const known = load<i32>(entry) - 1;
  if (known >= 0) return known;
  const words = serviceWords + ((<usize>serviceCount) << 3);
  store<i32>(words, protocol);
  store<i32>(words, port, 4);
  store<i32>(entry, ++serviceCount);
  return serviceCount - 1;
}

/** All rows are noted. */
export function closeFacts(): void {
  closePairs(peerKeys);
  closePairs(pairKeys);
  closePairs(serviceKeys);
  giveBack(portServices, 65536 * 8);
}
