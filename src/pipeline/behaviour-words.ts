/** What stands out in a minute or in a slice of 15 minutes, in words. */
import type { Finding, Trait } from '../anomaly/index.js';
import {
  type AdmPeer,
  admNumberNames,
  type NetEvidence,
  type NetNumberName,
  netEvidence,
  netNumberNames,
} from '../features/index.js';
import { addressText, endpointsOf } from '../sessions/index.js';
import type { NamedPeer } from '../types.js';
import type { Observation } from './observe.js';
import { codeWindow, contactWindow, nameWindow, splitEnd, type WindowWords } from './peer-words.js';
import { protocolName } from './protocol-name.js';

/** Peers and ports that are named behind one number. */
const evidenceLimit = 5;

const counted = (one: string, many: string) => (count: number) => `${count} ${count === 1 ? one : many}`;

const netWords: Readonly<Record<NetNumberName, (value: number) => string>> = {
  sessions: counted('session within 60 s', 'sessions within 60 s'),
  'peers sent': counted('host tried within 60 s', 'hosts tried within 60 s'),
  'peers received': counted('host opened sessions within 60 s', 'hosts opened sessions within 60 s'),
  'ports sent': counted('port tried within 60 s', 'ports tried within 60 s'),
  'ports received': counted('of its ports tried within 60 s', 'of its ports tried within 60 s'),
  'most ports with one peer sent': counted(
    'port tried on one host within 60 s',
    'ports tried on one host within 60 s',
  ),
  'most ports with one peer received': counted(
    'of its ports tried by one host within 60 s',
    'of its ports tried by one host within 60 s',
  ),
  'most peers with one port sent': counted(
    'host tried on one port within 60 s',
    'hosts tried on one port within 60 s',
  ),
  'ICMP echo peers': counted('host pinged within 60 s', 'hosts pinged within 60 s'),
  'ARP request peers': counted(
    'address asked for by ARP within 60 s',
    'addresses asked for by ARP within 60 s',
  ),
  'failed sent': counted('failed attempt of the device', 'failed attempts of the device'),
  'failed received': counted('failed attempt at the device', 'failed attempts at the device'),
  'failed share sent': (share) => `${Math.round(share * 100)} % of the device's attempts failed`,
  'failed share received': (share) => `${Math.round(share * 100)} % of the attempts at the device failed`,
  'resets to sent': counted('attempt of the device reset', 'attempts of the device reset'),
  'UDP unanswered sent': counted('UDP attempt without reply', 'UDP attempts without reply'),
  'ICMP unreachable received': counted(
    '"destination unreachable" received',
    '"destination unreachable" received',
  ),
  'DNS name errors': counted('DNS answer "no such name"', 'DNS answers "no such name"'),
  'odd TCP flags': counted('packet with impossible TCP flags', 'packets with impossible TCP flags'),
  'ARP unsolicited replies': counted('ARP reply that nobody asked for', 'ARP replies that nobody asked for'),
  'ARP gratuitous requests': counted(
    'ARP announcement of an own address by others',
    'ARP announcements of own addresses by others',
  ),
  'ARP conflicts': counted(
    'contradiction of ARP: an address with two MACs, or a MAC with two addresses',
    'contradictions of ARP: addresses with two MACs, or MACs with two addresses',
  ),
};

/** What makes a minute or slice stand out, and the peers behind it. */
export function windowWords(seen: Observation, finding: Finding): WindowWords {
  switch (finding.view) {
    case 'net':
      return netWindow(seen, finding);
    case 'adm':
      return admWindow(seen, finding);
    case 'contacts':
      return contactWindow(seen, finding);
    case 'codes':
      return codeWindow(seen, finding);
    case 'names':
      return nameWindow(seen, finding);
    default:
      return { why: [...finding.why], peers: [] };
  }
}

function netWindow(seen: Observation, { unit, traits }: Finding): { why: string[]; peers: NamedPeer[] } {
  const why: string[] = [];
  const peers: NamedPeer[] = [];
  for (const { column, value, usual } of traits) {
    const name = netNumberNames[column];
    if (name === undefined) continue;
    const usually = name.includes('share') ? `${Math.round(usual * 100)} %` : String(usual);
    why.push(`${netWords[name](value)} (usual in this role: ${usually})`);
    for (const evidence of netEvidence(seen.behaviour.activity, unit, column, evidenceLimit)) {
      peers.push({ trait: name, ...endOf(seen, evidence), count: evidence.count });
    }
  }
  return { why, peers };
}

function endOf({ table }: Observation, { peer, service }: NetEvidence): Pick<NamedPeer, 'address' | 'port'> {
  return {
    address: peer === null ? null : addressText(table, peer.version, peer.address),
    port: service === null ? null : `${protocolName(service.protocol)}/${service.port}`,
  };
}

function admWindow(seen: Observation, { unit, traits }: Finding): { why: string[]; peers: NamedPeer[] } {
  const why = traits.map(admSentence);
  const peers = (seen.behaviour.units.adm.peers[unit] ?? []).flatMap((peer) => namedAdmPeer(seen, peer));
  return { why, peers };
}

function admSentence({ column, value, usual }: Trait): string {
  const usually = `(usual in this role: ${usual})`;
  const many = (one: string, more: string) => `${value} ${value === 1 ? one : more}`;
  switch (admNumberNames[column]) {
    case 'administration ports sent':
      return `${many('port', 'ports')} for remote administration reached by the device ${usually}`;
    case 'administration ports received':
      return `${many('port', 'ports')} for remote administration reached on the device ${usually}`;
    case 'administered peers sent':
      return `${many('host', 'hosts')} that it does not use as a directory server administered by the device ${usually}`;
    case 'administering peers received':
      return `${many('host', 'hosts')} that no directory client would be administer the device ${usually}`;
    default:
      return `${many('host', 'hosts')} reached dynamic ports of the device, as remote procedure calls do ${usually}`;
  }
}

function namedAdmPeer({ table }: Observation, { sent, ports, dynamic, sessionRow }: AdmPeer): NamedPeer[] {
  const { initiator, responder } = endpointsOf(table, sessionRow);
  const end = sent ? responder : initiator;
  const names = [...ports.map((port) => `tcp/${port}`), ...(dynamic ? ['dynamic port'] : [])];
  return [
    {
      trait: sent ? 'opened by the device' : 'opened to the device',
      address: splitEnd(end).address,
      port: names.join(' '),
      count: names.length,
    },
  ];
}
