/** What a device says of itself as a reason for its role, in words. */
import type { HintToken } from '../features/index.js';

type Kind = HintToken['kind'];

/** Words of a reason that are named. */
const MOST_WORDS = 6;

const words: Readonly<Record<Kind, (list: string) => string>> = {
  'dhcp-options': (list) => `asks DHCP for the options ${list}`,
  'dhcp-vendor': (list) => `has the DHCP vendor class ${list}`,
  'mdns-offers': (list) => `offers ${list} by multicast DNS`,
  'mdns-asks': (list) => `asks for ${list} by multicast DNS`,
  'ssdp-target': (list) => `speaks of ${list} by SSDP`,
  'ssdp-server': (list) => `calls its SSDP server ${list}`,
  'http-agent': (list) => `calls itself ${list} to HTTP servers`,
  'http-server': (list) => `calls its HTTP server ${list}`,
  'tls-name': (list) => `asks TLS servers for ${list}`,
  'dns-name': (list) => `asks DNS for ${list}`,
  'name-service': (list) => `asks for names by ${list}`,
  'host-name': (list) => `calls itself ${list}`,
  'own-name': (list) => `has a name as ${list} have`,
  'service-name': (list) => `asks for names of ${list}`,
  maker: (list) => `has a maker known for ${list}`,
};

/** The kinds of some tokens, in their order. */
export function hintKinds(tokens: readonly HintToken[]): Kind[] {
  return [...new Set(tokens.map(({ kind }) => kind))];
}

/** The tokens of one kind in words: `asks DHCP for the options 1, 3, 6`. */
export function hintReason(kind: Kind, tokens: readonly HintToken[]): string {
  const own = tokens.filter((token) => token.kind === kind).map(({ word }) => word);
  const more = own.length > MOST_WORDS ? ` and ${own.length - MOST_WORDS} more` : '';
  return words[kind](own.slice(0, MOST_WORDS).join(', ') + more);
}
