import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../lab/plan/actions/index.js';
import { adminServers } from '../../lab/plan/catalog/admin-servers.js';
import { gitServers } from '../../lab/plan/catalog/git-servers.js';
import {
  catalogue,
  type HostSeat,
  type Implementation,
  type SiteDraw,
} from '../../lab/plan/catalog/index.js';
import { services } from '../../lab/plan/catalog/services.js';
import { wikis } from '../../lab/plan/catalog/wikis.js';
import type { HostPlan } from '../../lab/plan/types.js';
import { createRandom } from '../../src/math/index.js';

function siteOf(seed: number): SiteDraw & { hosts: HostPlan[] } {
  const names = { domain: 'corp.lab', adDomain: 'ad.corp.lab', realm: 'AD.CORP.LAB', workgroup: 'CORP' };
  return {
    ...{ ...names, random: createRandom(seed), seed, minutes: 1, offers: [], ipv6: false, hosts: [] },
    users: ['alice', 'bob'],
    webNames: ['www.daybreak.example'],
    documents: ['note-1.txt', 'note-2.txt'],
    number: () => 9,
  };
}

const seatOf = (number: number): HostSeat => ({
  ...{ name: `host${number}`, segment: 'srv', number, mac: '00:25:90:00:00:01' },
  address: `10.77.0.${number}`,
  address6: null,
});

const mine: readonly Implementation[] = [services, ...gitServers, ...wikis, ...adminServers];

/** All of them in one site, planned in order and finished as the planner does. */
function planAll(seed: number): { site: SiteDraw; hosts: HostPlan[] } {
  const site = siteOf(seed);
  const planned = mine.map((implementation, i) => {
    const host = implementation.plan(site, seatOf(20 + i));
    site.hosts.push(host);
    return host;
  });
  return { site, hosts: planned.map((host, i) => mine[i]?.later?.(site, host) ?? host) };
}

const seeds = Array.from({ length: 60 }, (_, i) => 100 + i);

describe('git servers, wikis, administrator servers', () => {
  it('plan the same for the same seed', () => {
    expect(planAll(7).hosts).toEqual(planAll(7).hosts);
    expect(planAll(7).hosts).not.toEqual(planAll(8).hosts);
  });

  it('are in the catalogue, three ways for each role', () => {
    for (const role of ['GithubRepo', 'ConfluenceServer', 'AdminServer', 'Printer']) {
      expect(catalogue.filter((one) => one.role === role).length, role).toBeGreaterThanOrEqual(3);
    }
    expect(mine.every((one) => catalogue.includes(one))).toBe(true);
  });

  it('start a script that is there, which says when it answers', () => {
    for (const { script } of planAll(1).hosts) {
      const path = new URL(`../../lab/hosts/${script}`, import.meta.url);
      expect(existsSync(path), script).toBe(true);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain('touch /run/lab-ready');
      expect(text.trimEnd().endsWith('wait'), script).toBe(true);
    }
  });

  it('have to show ports that they offer or that others offer to them', () => {
    for (const seed of seeds) {
      const { site, hosts } = planAll(seed);
      for (const { name, address, mustSee } of hosts) {
        const own = site.offers.filter((offer) => offer.address === address).map(({ port }) => port);
        const others = site.offers.filter((offer) => offer.address !== address).map(({ port }) => port);
        for (const port of mustSee.map((word) => Number(word.split('/')[1]))) {
          expect(port === 123 || own.includes(port) || others.includes(port), `${name} ${port}`).toBe(true);
        }
      }
    }
  });

  it('offer ssh exactly once, whoever answers it', () => {
    for (const seed of seeds) {
      const { site, hosts } = planAll(seed);
      for (const host of hosts.filter(({ role }) => role === 'GithubRepo')) {
        const offers = site.offers.filter(({ kind, address }) => kind === 'ssh' && address === host.address);
        expect(offers).toHaveLength(1);
        expect(host.upkeep.includes('ssh')).toBe(host.scriptArguments[0] === 'openssh');
      }
    }
  });

  it('tell a wiki of pushes, and put a remote database where one is', () => {
    let remote = 0;
    for (const seed of seeds) {
      const { hosts } = planAll(seed);
      for (const { scriptArguments } of hosts.filter(({ role }) => role === 'GithubRepo')) {
        expect(scriptArguments[5]).toMatch(/^http:\/\/host\d+\.corp\.lab:8090\/hook$/);
      }
      for (const wiki of hosts.filter(({ role }) => role === 'ConfluenceServer')) {
        const database = wiki.scriptArguments[4] as string;
        expect(['local', 'none', '10.77.0.20']).toContain(database);
        expect(wiki.mustSee.includes('tcp/5432')).toBe(database === '10.77.0.20');
        if (database === '10.77.0.20') {
          remote++;
          expect(wiki.after).toContain('host20');
        }
      }
    }
    expect(remote).toBeGreaterThan(seeds.length / 2);
  });

  it('keep a wiki without a database server in the site on its own one', () => {
    for (const seed of seeds) {
      const site = siteOf(seed);
      for (const wiki of wikis) {
        expect(['local', 'none']).toContain(wiki.plan(site, seatOf(5)).scriptArguments[4]);
      }
    }
  });

  it('look after others, never after themselves, with commands that are bounded', () => {
    for (const seed of seeds) {
      const { hosts } = planAll(seed);
      for (const { address, scriptArguments, steps } of hosts.filter(({ role }) => role === 'AdminServer')) {
        expect(scriptArguments.filter((word) => word.endsWith(':9100'))).not.toContain(`${address}:9100`);
        const round = steps.find(({ action }) => action === 'snmpRound');
        expect(round?.arguments ?? []).not.toContain(address);
        for (const step of steps) {
          for (const { argv, seconds } of commandsOf(step.action, step.arguments)) {
            expect(seconds).toBeLessThanOrEqual(25);
            expect(argv.every((word) => word !== '')).toBe(true);
          }
        }
      }
    }
  });
});
