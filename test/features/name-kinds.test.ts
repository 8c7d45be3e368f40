import { describe, expect, it } from 'vitest';
import {
  hintTokens,
  hostNameKinds,
  kindsOfHostName,
  kindsOfServiceName,
  makerKinds,
  serviceNameKinds,
} from '../../src/features/index.js';

describe('what names of hosts are known for', () => {
  it.each([
    ['DCS-930L', ['cameras']],
    ['front-door-cam', ['cameras']],
    ['NPI3A4B5C', ['printers']],
    ['DESKTOP-1A2B3C4', ['workstations']],
    ['anna-pc', ['workstations']],
    ['dc01.corp.example', ['domain controllers']],
    ['fs1', ['servers']],
    ['HMI-3', ['operator stations']],
    ['Philips-hue', ['hubs']],
    ['HS110', ['plugs']],
    // A word inside others is none, and what stands behind the first point is the network's name.
    ['camelot', []],
    ['annas-clock', []],
    ['virtual-sprint', []],
    ['annas-iphone', ['mobile phones']],
    ['anna.printers.example', []],
    ['', []],
  ])('%s', (name, kinds) => {
    expect(kindsOfHostName(name)).toEqual(kinds);
  });
});

describe('what names are known for that are asked for', () => {
  it.each([
    ['www.mydlink.com', ['camera clouds']],
    ['MEETHUE.com', ['hub clouds']],
    ['ctldl.windowsupdate.com', ['Windows services']],
    ['_ldap._tcp.dc._msdcs.corp.example', ['directories']],
    ['wpad', ['proxies and tunnels']],
    ['1.pool.ntp.org', ['time servers']],
    ['4.3.2.1.in-addr.arpa', ['reverse names']],
    // Ends are whole labels.
    ['notmeethue.com', []],
    ['meethue.com.example', []],
    ['', []],
    ['.', []],
    ['...', []],
  ])('%s', (name, kinds) => {
    expect(kindsOfServiceName(name)).toEqual(kinds);
  });
});

describe('kinds', () => {
  it('have hashes of their own', () => {
    const own = [...hostNameKinds, ...serviceNameKinds, ...makerKinds];
    expect(hostNameKinds.length).toBe(19);
    expect(new Set(hostNameKinds).size + new Set(serviceNameKinds).size + new Set(makerKinds).size).toBe(
      own.length,
    );
    const tokens = hintTokens(
      [
        { kind: 'host-name', text: 'printer' },
        { kind: 'dhcp-vendor', text: 'printers' },
      ],
      'Lexmark',
    );
    expect(new Set(tokens.map(({ hash }) => hash)).size).toBe(3);
  });
});
