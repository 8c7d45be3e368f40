/**
 * What devices say of themselves as tokens: only what devices of one kind share, no names of hosts, sites or people. Of
 * names, their own and those of the services that they ask for, the kind of product alone is kept that they are known for. What
 * a device's maker is known for is a token, too.
 */
import type { DeviceHints, HintKind } from '../sessions/index.js';
import { kindsOfMaker, makerKinds } from './maker-kinds.js';
import { hostNameKinds, kindsOfHostName, kindsOfServiceName, serviceNameKinds } from './name-kinds.js';

/** Layout id of sets of tokens, by their hashes. */
export const HINTS_LAYOUT = 'hints/1';

/** A token of what a device says, of what its names are known for, or of its maker. */
export interface HintToken {
  readonly kind: HintKind | 'own-name' | 'service-name' | 'maker';
  readonly word: string;
  /** Unsigned 32-bit number that stands for it in tables and bundles. */
  readonly hash: number;
}

/**
 * The distinct tokens of a device's hints, in their order, those of its names, then those of its maker.
 * @param vendor the maker's name in the registry of MAC addresses; null where it is not known
 */
export function hintTokens(
  hints: readonly Pick<DeviceHints, 'kind' | 'text'>[],
  vendor: string | null = null,
): HintToken[] {
  const tokens = [
    ...hints.flatMap(({ kind, text }) => wordsOf(kind, text).map((word) => tokenOf(kind, word))),
    ...hints.flatMap(({ kind, text }) => nameTokens(kind, text)),
    ...(vendor === null ? [] : kindsOfMaker(vendor).map((kind) => tokenOf('maker', kind))),
  ];
  const byHash = new Map<number, HintToken>();
  for (const token of tokens) if (!byHash.has(token.hash)) byHash.set(token.hash, token);
  return [...byHash.values()];
}

function nameTokens(kind: HintKind, text: string): HintToken[] {
  if (kind === 'host-name') return kindsOfHostName(text).map((word) => tokenOf('own-name', word));
  if (kind !== 'dns-name' && kind !== 'tls-name') return [];
  return kindsOfServiceName(text).map((word) => tokenOf('service-name', word));
}

function tokenOf(kind: HintToken['kind'], word: string): HintToken {
  return { kind, word, hash: hashOf(`${kind} ${word}`) };
}

/** What is learnt apart: words of devices, and general knowledge of names and of makers, of few words that are no secret. */
export type HintSource = 'words' | 'names' | 'makers';

const knownHashes: ReadonlyMap<number, HintSource> = new Map([
  ...hostNameKinds.map((kind) => [tokenOf('own-name', kind).hash, 'names'] as const),
  ...serviceNameKinds.map((kind) => [tokenOf('service-name', kind).hash, 'names'] as const),
  ...makerKinds.map((kind) => [tokenOf('maker', kind).hash, 'makers'] as const),
]);

/** Where a token is from, by its hash. */
export function hintSource(hash: number): HintSource {
  return knownHashes.get(hash) ?? 'words';
}

/** The hashes of tokens, ascending, each once. */
export function hintHashes(tokens: readonly HintToken[]): Uint32Array {
  return Uint32Array.from(new Set(tokens.map(({ hash }) => hash))).sort();
}

function wordsOf(kind: HintKind, text: string): readonly string[] {
  switch (kind) {
    case 'dhcp-options':
      return text.split(',').filter((option) => /^\d{1,3}$/.test(option));
    case 'dhcp-vendor':
      return plainWords(text).slice(0, 1);
    case 'mdns-offers':
    case 'mdns-asks':
      return /^_[a-z0-9-]{1,20}\._(?:tcp|udp)$/.test(text) ? [text] : [];
    case 'ssdp-target':
      return targetOf(text);
    case 'ssdp-server':
    case 'http-agent':
    case 'http-server':
      return plainWords(text);
    case 'name-service':
      return [text];
    default:
      return [];
  }
}

/** Words of letters: versions and numbers of devices are no words. */
function plainWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length >= 3);
}

/** The type of device or service, or the search or address that any device may use (UPnP Device Architecture 2.0, 1.2.2). */
function targetOf(text: string): string[] {
  const type = /^urn:[^:]+:(?:device|service):([a-z0-9_-]+)/i.exec(text)?.[1];
  if (type !== undefined) return [type.toLowerCase()];
  const lower = text.toLowerCase();
  return lower === 'uuid' || lower === 'ssdp:all' || lower === 'upnp:rootdevice' ? [lower] : [];
}

/** FNV-1a with 32 bits (Fowler, Noll, Vo) over the characters, all of which are ASCII. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
