import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../lab/plan/actions/index.js';
import type { Offer, SiteDraw } from '../../lab/plan/catalog/index.js';
import type { Client } from '../../lab/plan/personas/client.js';
import { drawDay } from '../../lab/plan/personas/day.js';
import { habits } from '../../lab/plan/personas/habits.js';
import { allPersonas, officePersonas } from '../../lab/plan/personas/mixes.js';
import { createRandom } from '../../src/math/index.js';

const KINDS = [...new Set(Object.values(habits).flatMap((habit) => ('of' in habit ? habit.of : [])))];
const offer = (kind: string, i: number): Offer => ({
  kind,
  host: `${kind}.corp.lab`,
  address: `10.77.0.${10 + i}`,
  port: 1000 + i,
  tls: i % 2 === 0,
  ...(kind === 'wiki' ? { extra: { form: '/edit' } } : {}),
});

function siteOf(seed: number, offers: Offer[], minutes = 2): SiteDraw {
  const names = { domain: 'corp.lab', adDomain: 'ad.corp.lab', realm: 'AD.CORP.LAB', workgroup: 'CORP' };
  return {
    ...{ ...names, random: createRandom(seed), seed, minutes, offers, ipv6: false, hosts: [] },
    users: ['alice', 'bob'],
    webNames: ['www.daybreak.example', 'news.daybreak.example'],
    documents: ['note-1.txt', 'note-2.txt'],
    number: () => 9,
  };
}

const clientOf = (site: SiteDraw, more: Partial<Client> = {}): Client => ({
  ...{ site, name: 'desk1', user: 'alice', joined: true, browser: 'curl', spooler: false, mailbox: 'imap' },
  ...more,
});

describe('the day of a client', () => {
  it('is the same for the same seed and another for another', () => {
    const day = (seed: number) =>
      drawDay(clientOf(siteOf(seed, KINDS.map(offer))), officePersonas.clerk as never);
    expect(day(5)).toEqual(day(5));
    expect(day(5).steps).not.toEqual(day(6).steps);
  });

  it('begins with what its capture has to show', () => {
    for (const persona of allPersonas) {
      const { steps, sees } = drawDay(clientOf(siteOf(3, KINDS.map(offer))), persona);
      const planned = [...persona.core, ...persona.certain].filter((name) => name !== 'mailPop');
      const early = steps.slice(0, planned.length * 3).map(({ action }) => action);
      for (const name of planned) {
        const draws = Array.from({ length: 40 }, (_, seed) =>
          habits[name].draw(clientOf(siteOf(seed, [])), offer('ipp', 1)),
        );
        expect(
          early.some((action) => draws.some(([drawn]) => drawn === action)),
          name,
        ).toBe(true);
      }
      expect(sees.length).toBeGreaterThan(1);
    }
  });

  it('leaves out what nobody offers, and still has something to do', () => {
    for (const persona of allPersonas) {
      const { steps, sees } = drawDay(clientOf(siteOf(4, []), { joined: false }), persona);
      expect(steps.length).toBeGreaterThan(10);
      expect(sees.every((port) => /^(tcp|udp)\/[1-9]\d*$/.test(port))).toBe(true);
      const asked = steps.flatMap(({ arguments: words }) => words).join(' ');
      expect(asked).not.toMatch(/:0\b|undefined/);
    }
  });

  it('keeps tickets to members of the domain', () => {
    const offers = KINDS.map(offer);
    const days = allPersonas.map((persona) =>
      drawDay(clientOf(siteOf(5, offers), { joined: false }), persona),
    );
    const actions = days.flatMap(({ steps }) => steps.map(({ action }) => action));
    expect(
      actions.filter((action) => ['domainLogon', 'directoryTicket', 'domainPolicies'].includes(action)),
    ).toEqual([]);
  });

  it('pauses as people do: about the median, seldom long, never longer than allowed', () => {
    const days = Array.from({ length: 40 }, (_, seed) =>
      drawDay(clientOf(siteOf(seed, KINDS.map(offer), 5)), officePersonas.reader as never),
    );
    const pauses = days.flatMap(({ steps }) => steps.map(({ pauseMs }) => pauseMs)).sort((a, b) => a - b);
    const median = pauses[pauses.length >> 1] as number;
    expect(median).toBeGreaterThan(1000);
    expect(median).toBeLessThan(3000);
    expect(pauses.at(-1)).toBeLessThanOrEqual(12_000);
    expect(pauses.filter((pause) => pause < median / 4).length / pauses.length).toBeGreaterThan(0.1);
  });

  it('turns every wish into commands with a limit', () => {
    for (const [name, habit] of Object.entries(habits)) {
      for (let seed = 0; seed < 10; seed++) {
        const browsers = ['curl', 'w3m', 'chromium'] as const;
        const client = clientOf(siteOf(seed, []), {
          browser: browsers[seed % 3] as (typeof browsers)[number],
          spooler: seed % 2 === 0,
        });
        const kind = 'of' in habit ? (habit.of[seed % habit.of.length] as string) : 'none';
        const [action, ...words] = habit.draw(client, offer(kind, seed + 1));
        const commands = commandsOf(action, words);
        expect(commands.length, name).toBeGreaterThan(0);
        for (const { argv, seconds } of commands) {
          expect(seconds).toBeGreaterThan(0);
          expect(seconds).toBeLessThanOrEqual(30);
          expect(
            argv.every((word) => typeof word === 'string'),
            `${name}: ${argv}`,
          ).toBe(true);
          expect(argv.join(' '), name).not.toMatch(/undefined|NaN/);
        }
      }
    }
  });
});
