import { describe, expect, it } from 'vitest';
import { hintHashes, hintSource, hintTokens } from '../../src/features/index.js';
import type { HintKind } from '../../src/sessions/index.js';

const wordsOf = (kind: HintKind, text: string) => hintTokens([{ kind, text }]).map(({ word }) => word);

/** FNV-1a in big numbers. */
function slowHash(text: string): number {
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n;
  }
  return Number(hash);
}

describe('tokens of what a device says', () => {
  it.each<[HintKind, string, string[]]>([
    ['dhcp-options', '1,3,6,15', ['1', '3', '6', '15']],
    ['dhcp-options', '1,3,cut', ['1', '3']],
    ['dhcp-vendor', 'udhcp 1.21.1--LSDK-10.2', ['udhcp']],
    ['dhcp-vendor', '4711', []],
    ['mdns-offers', '_ipp._tcp', ['_ipp._tcp']],
    ['mdns-asks', '_bittorrent-12b98806be576922f092c87f2ee2bf2beeb83893._tcp', []],
    ['ssdp-target', 'urn:Belkin:service:basicevent:1', ['basicevent']],
    ['ssdp-target', 'urn:schemas-upnp-org:device:Printer:1', ['printer']],
    ['ssdp-target', 'upnp:rootdevice', ['upnp:rootdevice']],
    ['ssdp-target', 'uuid', ['uuid']],
    ['ssdp-target', 'room-of-anna', []],
    ['ssdp-server', 'Linux, UPnP/1.0 DCS-935L/1.0', ['linux', 'upnp', 'dcs']],
    ['http-agent', 'curl/7.88.1', ['curl']],
    ['http-server', 'HP HTTP Server; Serial Number: CN45SC40Q7', ['http', 'server', 'serial', 'number']],
    ['name-service', 'LLMNR', ['LLMNR']],
  ])('%s %s', (kind, text, words) => {
    expect(wordsOf(kind, text)).toEqual(words);
  });

  it('hold no names, but what names are known for', () => {
    expect(wordsOf('dns-name', 'mail.anna.example')).toEqual([]);
    expect(wordsOf('tls-name', 'www.maker.example')).toEqual([]);
    expect(wordsOf('host-name', 'annas-thing')).toEqual([]);
    const tokens = hintTokens([
      { kind: 'host-name', text: 'Annas-Printer.home' },
      { kind: 'dns-name', text: 'xmpp007.hpeprint.com' },
      { kind: 'tls-name', text: 'xmpp008.hpeprint.com' },
    ]);
    expect(tokens.map(({ kind, word }) => `${kind} ${word}`)).toEqual([
      'own-name printers',
      'service-name printer services',
    ]);
    expect(tokens.map(({ hash }) => hintSource(hash))).toEqual(['names', 'names']);
  });

  it('are told apart by where they were said, and come once', () => {
    const tokens = hintTokens([
      { kind: 'mdns-asks', text: '_ipp._tcp' },
      { kind: 'mdns-offers', text: '_ipp._tcp' },
      { kind: 'http-agent', text: 'curl/7' },
      { kind: 'http-agent', text: 'curl/8' },
    ]);
    expect(tokens.map(({ kind, word }) => `${kind} ${word}`)).toEqual([
      'mdns-asks _ipp._tcp',
      'mdns-offers _ipp._tcp',
      'http-agent curl',
    ]);
    for (const { kind, word, hash } of tokens) expect(hash).toBe(slowHash(`${kind} ${word}`));
    expect(Array.from(hintHashes([...tokens, ...tokens]))).toEqual(
      tokens.map(({ hash }) => hash).sort((a, b) => a - b),
    );
  });
});
