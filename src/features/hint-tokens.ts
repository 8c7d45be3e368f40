/**
 * What devices say of themselves as tokens: only what devices of one kind share, no names of hosts, sites or people. Names
 * asked for in DNS and TLS are no tokens: they tell makers and networks, not roles (docs/roles.md). What a device's maker is
 * known for is a token, too.
 */
import type { DeviceHints, HintKind } from '../sessions/index.js';
import { kindsOfMaker, makerKinds } from './maker-kinds.js';

/** Layout id of sets of tokens, by their hashes. */
export const HINTS_LAYOUT = 'hints/1';

/** A token of what a device says, or of its maker. */
export interface HintToken {
  readonly kind: HintKind | 'maker';
  readonly word: string;
  /** Unsigned 32-bit number that stands for it in tables and bundles. */
  readonly hash: number;
}

/**
 * The distinct tokens of a device's hints, in their order, then those of its maker.
 * @param vendor the maker's name in the registry of MAC addresses; null where it is not known
 */
export function hintTokens(
  hints: readonly Pick<DeviceHints, 'kind' | 'text'>[],
  vendor: string | null = null,
): HintToken[] {
  const tokens = new Map<number, HintToken>();
  for (const { kind, text } of hints) {
    for (const word of wordsOf(kind, text)) {
      const token = tokenOf(kind, word);
      if (!tokens.has(token.hash)) tokens.set(token.hash, token);
    }
  }
  const made = vendor === null ? [] : kindsOfMaker(vendor);
  return [...tokens.values(), ...made.map((kind) => tokenOf('maker', kind))];
}

function tokenOf(kind: HintToken['kind'], word: string): HintToken {
  return { kind, word, hash: hashOf(`${kind} ${word}`) };
}

const makerHashes: ReadonlySet<number> = new Set(makerKinds.map((kind) => tokenOf('maker', kind).hash));

/** Whether a hash is that of what a maker is known for: of few words, which are no secret of any device. */
export function isMakerHash(hash: number): boolean {
  return makerHashes.has(hash);
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
