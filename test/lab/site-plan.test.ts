import { describe, expect, it } from 'vitest';
import { whyMissing } from '../../lab/missing.js';
import { catalogue, serverRoles, workstationRoles } from '../../lab/plan/catalog/index.js';
import { drawSitePlan, type PlanRequest } from '../../lab/plan/site-plan.js';
import type { HostPlan } from '../../lab/plan/types.js';

const request: PlanRequest = { seed: 5, minutes: 0.5, spanSeconds: 900, only: null, missing: new Set() };
const planOf = (change: Partial<PlanRequest>) => drawSitePlan({ ...request, ...change }).plan;
const ofRole = (hosts: readonly HostPlan[], role: string): HostPlan[] => hosts.filter((h) => h.role === role);

describe('drawSitePlan', () => {
  it('gives equal plans for equal seeds and others for other seeds', () => {
    expect(planOf({})).toEqual(planOf({}));
    expect(JSON.stringify(planOf({ seed: 6 }).hosts)).not.toBe(JSON.stringify(planOf({}).hosts));
  });

  it('has two servers of every server role and two to four workstations of every other', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { hosts } = planOf({ seed });
      for (const role of serverRoles) expect(ofRole(hosts, role)).toHaveLength(2);
      const counts = workstationRoles.map((role) => ofRole(hosts, role).length);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    }
  });

  it('gives every host a name, an address and a MAC address of its own, and names that fit links', () => {
    const { hosts } = planOf({});
    for (const facts of [
      hosts.map(({ name }) => name),
      hosts.flatMap(({ legs }) => legs.map(({ mac }) => mac)),
      hosts.filter(({ address }) => address !== '').map(({ address }) => address),
    ]) {
      expect(new Set(facts).size).toBe(facts.length);
    }
    for (const { name } of hosts) expect(name).toMatch(/^[a-z0-9]{2,12}$/);
  });

  it('starts the controller of the domain before servers and these before workstations, without circles', () => {
    const { plan, offers } = drawSitePlan(request);
    const controller = plan.hosts.find(
      ({ address }) => address === offers.find((o) => o.kind === 'dns-ad')?.address,
    );
    const place = (name: string): HostPlan => plan.hosts.find((host) => host.name === name)!;
    for (const host of plan.hosts.filter(({ segment }) => segment !== null)) {
      if (host !== controller && host.segment === 'srv') expect(host.after).toContain(controller?.name);
      if (host.segment === 'wks') {
        for (const server of plan.hosts.filter((h) => h.segment === 'srv'))
          expect(host.after).toContain(server.name);
      }
      const seen = new Set<string>();
      const walk = (name: string): void => {
        if (seen.has(name)) return;
        seen.add(name);
        place(name).after.forEach(walk);
      };
      host.after.forEach(walk);
      expect(seen.has(host.name)).toBe(false);
    }
  });

  it('offers services at addresses that hosts of the plan have', () => {
    const { plan, offers } = drawSitePlan(request);
    const addresses = new Set(plan.hosts.map(({ address }) => address));
    expect(offers.filter(({ address }) => !addresses.has(address))).toEqual([]);
  });

  it('draws the same host alone as others of the site change only what it can use', () => {
    const alone = planOf({ only: ['raw-lpd'] }).hosts.find(({ role }) => role === 'Printer');
    const again = planOf({ only: ['samba-alone', 'raw-lpd'] }).hosts.find(({ role }) => role === 'Printer');
    expect(again?.scriptArguments).toEqual(alone?.scriptArguments);
    expect(again?.stack).toEqual(alone?.stack);
  });

  it('plans the part of a site that was asked for, in the order of planning', () => {
    const { hosts } = planOf({ only: ['office-clerk*2', 'samba-alone', 'Printer'] });
    const inner = hosts.filter(({ segment }) => segment !== null);
    expect(inner.map(({ role }) => role)).toEqual([
      'DistrFileShare',
      'Printer',
      'BusinessWorkstation',
      'BusinessWorkstation',
    ]);
    expect(() => planOf({ only: ['nobody'] })).toThrow(/nothing is called nobody/);
  });

  it('draws nothing that is missing, and says what is', () => {
    const missing = new Set(['samba-alone', 'samba-member', 'office-clerk']);
    for (const seed of [1, 2, 3]) {
      const plan = planOf({ seed, missing });
      expect(plan.hosts.filter(({ implementation }) => missing.has(implementation))).toEqual([]);
      expect(plan.missingImplementations).toEqual(['office-clerk', 'samba-alone', 'samba-member']);
    }
  });

  it('starts finished captures at the weekday and time that their names tell', () => {
    for (let seed = 1; seed < 30; seed++) {
      const { workingTime, clockSeconds } = planOf({ seed, only: ['raw-lpd'] });
      const date = new Date(clockSeconds * 1000);
      const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][date.getUTCDay()]!;
      expect(`${weekday}${date.toISOString().slice(11, 16).replace(':', '')}`).toBe(workingTime);
    }
  });

  it('gives forty sites at least 80 captures of every role from three implementations or configurations', () => {
    const hosts = Array.from({ length: 40 }, (_, i) => planOf({ seed: i + 1 }).hosts).flat();
    for (const role of [...serverRoles, ...workstationRoles]) {
      const own = ofRole(hosts, role);
      expect(own.length).toBeGreaterThanOrEqual(80);
      const kinds = new Set(own.map(({ implementation, variant }) => `${implementation} ${variant}`));
      expect(kinds.size).toBeGreaterThanOrEqual(3);
      expect(new Set(own.map(({ implementation }) => implementation)).size).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('the catalogue', () => {
  it('has unique names of words that fit into lists', () => {
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('tells why an implementation cannot run', () => {
    const plain = { role: null, name: 'x', plan: () => planOf({}).hosts[0]! };
    expect(whyMissing({ ...plain, commands: ['sh'] }, null)).toBeUndefined();
    expect(whyMissing({ ...plain, commands: ['sh', 'no-such-program'] }, null)).toBe('no-such-program');
    expect(whyMissing({ ...plain, layer: 'exim' }, null)).toContain('layer exim');
    expect(whyMissing({ ...plain, layer: 'exim' }, '/no/such/folder')).toContain('layer exim');
  });
});
