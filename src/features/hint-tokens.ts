/**
 * What devices say of themselves as tokens: only what devices of one kind share, no names of hosts, sites or people. Names
 * asked for in DNS and TLS are no tokens: they tell makers and networks, not roles (docs/roles.md).
 */
import type { DeviceHints, HintKind } from '../sessions/index.js';

/** Layout id of sets of tokens, by their hashes. */
export const HINTS_LAYOUT = 'hints/1';

/** A token of what a device says. */
export interface HintToken {
  readonly kind: HintKind;
  readonly word: string;
  /** Unsigned 32-bit number that stands for it in tables and bundles. */
  readonly hash: number;
}

/** The distinct tokens of a device's hints, in their order. */
export function hintTokens(hints: readonly Pick<DeviceHints, 'kind' | 'text'>[]): HintToken[] {
  const tokens = new Map<string, HintToken>();
  for (const { kind, text } of hints) {
    for (const word of wordsOf(kind, text)) {
      const key = `${kind} ${word}`;
      if (!tokens.has(key)) tokens.set(key, { kind, word, hash: hashOf(key) });
    }
  }
  return [...tokens.values()];
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
