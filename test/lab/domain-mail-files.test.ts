import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../lab/plan/actions/index.js';
import { catalogue, type Offer } from '../../lab/plan/catalog/index.js';
import { drawSitePlan } from '../../lab/plan/site-plan.js';
import type { HostPlan } from '../../lab/plan/types.js';

const ROLES = ['ActiveDirectoryController', 'ExchangeServer', 'PKIServer', 'DistrFileShare'] as const;

interface Site {
  readonly hosts: readonly HostPlan[];
  readonly offers: readonly Offer[];
}

function siteOf(seed: number, missing: readonly string[] = [], minutes = 2): Site {
  const request = { seed, minutes, spanSeconds: 900, only: null, missing: new Set(missing) };
  const { plan, offers } = drawSitePlan(request);
  return { hosts: plan.hosts, offers };
}

const sites = Array.from({ length: 60 }, (_, i) => siteOf(200 + i));
const ofRole = ({ hosts }: Site, role: string): HostPlan[] => hosts.filter((host) => host.role === role);
const named = ({ hosts }: Site, implementation: string): HostPlan[] =>
  hosts.filter((host) => host.implementation === implementation);
const offersBy = ({ offers }: Site, host: HostPlan): Offer[] =>
  offers.filter(({ address }) => address === host.address);

describe('controllers, mail, certificates, files', () => {
  it('draw every implementation of each role somewhere, and mostly two that differ', () => {
    for (const role of ROLES) {
      const names = catalogue.filter((one) => one.role === role).map(({ name }) => name);
      const drawn = new Set(sites.flatMap((site) => ofRole(site, role).map((host) => host.implementation)));
      expect([...drawn].sort(), role).toEqual([...names].sort());
      const pairs = sites.map((site) => ofRole(site, role).map((host) => host.implementation));
      expect(pairs.filter(([one, other]) => one !== other).length, role).toBeGreaterThan(40);
    }
  });

  it('have exactly one controller that makes the domain, and others join that one', () => {
    for (const site of sites) {
      const [first, ...more] = named(site, 'samba-ad');
      expect(more).toEqual([]);
      const others = named(site, 'samba-ad-second');
      if (first === undefined) expect(others).toEqual([]);
      for (const { scriptArguments } of others) {
        expect(scriptArguments[0]).toBe('second');
        expect(scriptArguments[5]).toBe(first?.address);
      }
      const named53 = site.offers.filter(({ kind }) => kind === 'dns-ad').map(({ address }) => address);
      expect(named53).toEqual(
        [first, ...others].flatMap((host) => (host === undefined ? [] : [host.address])),
      );
    }
    const without = sites.filter((site) => named(site, 'samba-ad').length === 0);
    expect(without.length).toBeLessThan(10);
  });

  it('give the controllers of the domain names in it, and realms of their own others', () => {
    for (const site of sites) {
      for (const host of [...named(site, 'samba-ad'), ...named(site, 'samba-ad-second')]) {
        for (const { kind, host: name } of offersBy(site, host)) {
          if (['kerberos', 'ldap', 'ldaps', 'dns-ad'].includes(kind)) expect(name).toMatch(/\.ad\.\w+\.lab$/);
        }
      }
      for (const host of named(site, 'slapd-mit')) {
        const offers = offersBy(site, host);
        expect(offers.some(({ kind }) => kind === 'kerberos')).toBe(false);
        const zone = host.scriptArguments[2] as string;
        expect(offers.find(({ kind }) => kind === 'realm')?.extra?.realm).toBe(zone.toUpperCase());
        expect(offers.find(({ kind }) => kind === 'ldap')?.extra?.base).toBe(
          `dc=${zone.split('.').join(',dc=')}`,
        );
      }
    }
  });

  it('offer what the services of a file server are, and join only a domain that is there', () => {
    const kinds: Record<string, string> = { 'smb-domain': 'smb', dav: 'webdav' };
    for (const site of sites) {
      for (const host of ofRole(site, 'DistrFileShare')) {
        const services = (host.scriptArguments[6] as string).split(',');
        const offered = offersBy(site, host).map(({ kind }) => kind);
        expect(offered).toEqual(expect.arrayContaining(services.map((one) => kinds[one] ?? one)));
        if (!services.includes('smb-domain')) continue;
        const controllers = site.offers.filter(({ kind }) => kind === 'dns-ad');
        expect(controllers.map(({ address }) => address)).toContain(host.scriptArguments[3]);
      }
    }
  });

  it('ask a directory for mail only where there is one, and show it then', () => {
    let asked = 0;
    for (const site of sites) {
      for (const host of ofRole(site, 'ExchangeServer')) {
        const directory = host.scriptArguments[3] as string;
        expect(host.mustSee.includes('tcp/636')).toBe(directory !== 'own');
        if (directory === 'own') continue;
        asked++;
        const name = directory.split('@')[1];
        expect(site.offers.some(({ kind, host: one }) => kind === 'ldaps' && one === name)).toBe(true);
      }
    }
    expect(asked).toBeGreaterThan(20);
  });

  it('do without exim where its layer is missing', () => {
    for (let seed = 200; seed < 220; seed++) {
      const mails = ofRole(siteOf(seed, ['exim-dovecot']), 'ExchangeServer');
      expect(mails.map(({ implementation }) => implementation)).toEqual([
        'postfix-dovecot',
        'postfix-dovecot',
      ]);
    }
    expect(sites.flatMap((site) => named(site, 'exim-dovecot')).every(({ layer }) => layer === 'exim')).toBe(
      true,
    );
  });

  it('start scripts that are there, which say when they answer', () => {
    const scripts = new Set(
      sites.flatMap((site) => ROLES.flatMap((role) => ofRole(site, role))).map(({ script }) => script),
    );
    expect(scripts.size).toBe(5);
    for (const script of scripts) {
      const path = new URL(`../../lab/hosts/${script}`, import.meta.url);
      expect(existsSync(path), script).toBe(true);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain('touch /run/lab-ready');
      expect(text.trimEnd().endsWith('wait'), script).toBe(true);
    }
  });
});

describe('rounds of servers', () => {
  it('are bounded commands to other hosts', () => {
    for (const site of sites.slice(0, 20)) {
      for (const host of ROLES.flatMap((role) => ofRole(site, role))) {
        for (const { action, arguments: words } of host.steps) {
          const commands = commandsOf(action, words);
          expect(commands.length).toBeGreaterThan(0);
          for (const { seconds } of commands) expect(seconds).toBeLessThanOrEqual(20);
          // A new certificate is for the host itself; it is told last.
          const places = action === 'certificateCmp' ? words.slice(0, -1) : words;
          expect(places.some((word) => word === host.address || word.includes(`${host.name}.`))).toBe(false);
        }
      }
    }
  });

  it('let file servers use every kind of offer that the other one makes', () => {
    const actionsOf: Record<string, RegExp> = {
      smb: /^share(Get|Put)$/,
      nfs: /^exportRoundTrip$/,
      rsync: /^moduleRoundTrip$/,
      ftp: /^ftpRoundTrip$/,
    };
    let missed = 0;
    let offered = 0;
    // Short days, in which chance alone would leave much out.
    for (const site of Array.from({ length: 40 }, (_, i) => siteOf(300 + i, [], 0.75))) {
      const [one, other] = ofRole(site, 'DistrFileShare') as [HostPlan, HostPlan];
      for (const { kind } of offersBy(site, other)) {
        const pattern = actionsOf[kind];
        if (pattern === undefined) continue;
        offered++;
        if (!one.steps.some(({ action }) => pattern.test(action))) missed++;
      }
    }
    expect(offered).toBeGreaterThan(40);
    expect(missed / offered).toBeLessThan(0.05);
  });
});
