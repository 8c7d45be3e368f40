/** What stands out in the views `contacts`, `codes` and `names`, in words. */
import type { Finding, Trait } from '../anomaly/index.js';
import { codeNumberNames, codeWords, contactNumberNames, nameNumberNames } from '../features/index.js';
import { describeDevice, endpointsOf, protocolOfRow } from '../sessions/index.js';
import type { NamedPeer } from '../types.js';
import type { Observation } from './observe.js';
import { protocolName } from './protocol-name.js';

/** Sentences, and the peers behind them. */
export interface WindowWords {
  readonly why: string[];
  readonly peers: NamedPeer[];
}

/** Codes that a finding names at most. */
const codeLimit = 5;
/** Characters of a name that are shown: a tunnel's names are long and say nothing. */
const nameLimit = 64;

const usually = (text: string | number) => `(usual in this role: ${text})`;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const grouped = (count: number) => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Regular contacts with an outside host, and uploads. */
export function contactWindow(seen: Observation, { unit, traits }: Finding): WindowWords {
  const peers = seen.behaviour.units.contacts.peers[unit] ?? [];
  const why: string[] = [];
  const named: NamedPeer[] = [];
  for (const { column, value, usual } of traits) {
    const peer = peers[column];
    const trait = contactNumberNames[column];
    if (peer === undefined || peer === null || trait === undefined) continue;
    why.push(contactSentence(trait, peer.count, value, usual));
    named.push({ trait, ...endOfPeer(seen, peer.sessionRow), count: peer.count });
  }
  return { why, peers: named };
}

function contactSentence(
  trait: (typeof contactNumberNames)[number],
  count: number,
  value: number,
  usual: number,
): string {
  switch (trait) {
    case 'regular contacts outside':
      return `${count} sessions opened to one outside host at even intervals, as regular as ${value} at a fixed beat ${usually(usual)}`;
    case 'bytes sent above received outside':
      return `${grouped(value)} bytes more sent to one outside host than received from it ${usually(grouped(usual))}`;
    default:
      return `bytes sent to one host above those received from it are ${percent(value)} of all bytes ${usually(percent(usual))}`;
  }
}

/** Codes of process protocols and remote procedure calls. */
export function codeWindow(seen: Observation, { unit, traits, unseen = [] }: Finding): WindowWords {
  const examples = seen.behaviour.units.codes?.examples[unit] ?? [];
  const strange = examples.filter(({ token }) => unseen.includes(token));
  return {
    why: traits.map(codeSentence),
    peers: (strange.length > 0 ? strange : examples)
      .toSorted((a, b) => b.count - a.count)
      .slice(0, codeLimit)
      .map(({ code, sent, sessionRow, count }) => ({
        trait: `${codeWords(code)} ${sent ? 'sent' : 'received'}`,
        ...endOfPeer(seen, sessionRow),
        count,
      })),
  };
}

function codeSentence({ column, value, usual }: Trait): string {
  switch (codeNumberNames[column]) {
    case 'codes':
      return `${value} kinds of messages of process protocols and remote procedure calls ${usually(usual)}`;
    case 'writing share':
      return `${percent(value)} of the messages of process protocols write values ${usually(percent(usual))}`;
    case 'controlling messages':
      return `${value} messages about programs, restarts or configuration ${usually(usual)}`;
    default:
      return `${value} kinds of messages that were never seen in this role ${usually(usual)}`;
  }
}

/** Names that were asked for. */
export function nameWindow(seen: Observation, { unit, traits }: Finding): WindowWords {
  const names = seen.behaviour.units.names;
  const shown = (name: string | null | undefined, none: string) =>
    name === null || name === undefined || name === '' ? none : shortened(name);
  const widest = shown(names?.widest[unit], 'names that the capture cuts');
  const longest = shown(names?.longest[unit], 'a name that the capture cuts');
  return { why: traits.map((trait) => nameSentence(trait, widest, longest)), peers: [] };
}

function shortened(name: string): string {
  return name.length <= nameLimit ? name : `${name.slice(0, nameLimit)}...`;
}

function nameSentence({ column, value, usual }: Trait, widest: string, longest: string): string {
  switch (nameNumberNames[column]) {
    case 'names asked':
      return `${value} names asked for within 15 minutes ${usually(usual)}`;
    case 'most names below one domain':
      return `${value} names asked for below one domain: ${widest} ${usually(usual)}`;
    case 'longest name':
      return `a name of ${value} characters asked for: ${longest} ${usually(usual)}`;
    case 'bits of the most random name':
      return `a name that looks random, of ${value} bits ${usually(usual)}`;
    case 'name errors share':
      return `${percent(value)} of the answers say that there is no such name ${usually(percent(usual))}`;
    default:
      return `${value} questions for records of rare types, as TXT and NULL are ${usually(usual)}`;
  }
}

/** Address and port of the end of a session that is not the device. */
function endOfPeer({ table, device }: Observation, row: number): Pick<NamedPeer, 'address' | 'port'> {
  const { initiator, responder } = endpointsOf(table, row);
  const own = describeDevice(table, device).addresses;
  const byDevice = own.includes(splitEnd(initiator).address);
  const { address } = splitEnd(byDevice ? responder : initiator);
  const { port } = splitEnd(responder);
  return { address, port: port === null ? null : `${protocolName(protocolOfRow(table, row))}/${port}` };
}

/** `address:port`, `[address]:port` or an address alone in its parts. */
export function splitEnd(end: string): { address: string; port: string | null } {
  const bracket = end.indexOf(']');
  if (end.startsWith('[')) return { address: end.slice(1, bracket), port: end.slice(bracket + 2) || null };
  const [address = end, ...rest] = end.split(':');
  return rest.length === 1 ? { address, port: rest[0] ?? null } : { address: end, port: null };
}
