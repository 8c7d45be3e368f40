import { createRandom, type Random } from '../../src/math/index.js';
import { LabError } from '../errors.js';
import { type Implementation, type SiteDraw, serverRoles, workstationRoles } from './catalog/index.js';
import { drawIndex } from './draw.js';

/** One host to be planned: its role's number, which of the role it is, and what it may be. */
export interface Opening {
  readonly role: string | null;
  /** Seeds the host's own draws; stays the same whatever else is in the site. */
  readonly slot: number;
  /** Among these one is drawn when its turn comes, since some depend on what is there. */
  readonly candidates: readonly Implementation[];
  /** Drawn before for this role; another one is preferred. */
  readonly preferOther: boolean;
}

const SLOTS_PER_ROLE = 32;
const SERVERS_PER_ROLE = 2;
const FEWEST_WORKSTATIONS = 3;
const MOST_WORKSTATIONS = 4;
/** How often the second server of a role is another implementation than the first, where there is one. */
const OTHER_CHANCE = 0.8;

const roles: readonly (string | null)[] = [
  ...serverRoles.slice(0, 3),
  null,
  ...serverRoles.slice(3),
  ...workstationRoles,
];

/** All hosts of a whole site: helpers once, two servers a role, three or four workstations a role. */
export function wholeSite(seed: number, catalogue: readonly Implementation[]): Opening[] {
  const random = createRandom(seed * 4096 + 1);
  return roles.flatMap((role) => {
    const candidates = catalogue.filter((one) => one.role === role);
    const isWorkstation = workstationRoles.some((name) => name === role);
    const drawn = FEWEST_WORKSTATIONS + random.below(MOST_WORKSTATIONS - FEWEST_WORKSTATIONS + 1);
    const second = random.uniform() < OTHER_CHANCE;
    if (role === null) return candidates.map((one, k) => opening(role, k, [one], false));
    const count = candidates.length === 0 ? 0 : isWorkstation ? drawn : SERVERS_PER_ROLE;
    return Array.from({ length: count }, (_, k) => opening(role, k, candidates, k === 1 && second));
  });
}

/**
 * The hosts of a part of a site: `samba-ad,Printer,office-plain*2` by names of implementations and roles.
 * @throws LabError for a name that the catalogue has not
 */
export function partOfSite(wishes: readonly string[], catalogue: readonly Implementation[]): Opening[] {
  const wanted = wishes.map((wish) => {
    const [name, times] = wish.split('*') as [string, string | undefined];
    const candidates = catalogue.filter((one) => one.name === name || one.role === name);
    const [first] = candidates;
    if (first === undefined) throw new LabError(`--only: nothing is called ${name}; see lab/run --list`);
    return { candidates, role: first.role, count: times === undefined ? 1 : Number(times) };
  });
  const taken = new Map<string | null, number>();
  const openings = wanted.flatMap(({ candidates, role, count }) =>
    Array.from({ length: count }, () => {
      const k = taken.get(role) ?? 0;
      taken.set(role, k + 1);
      return opening(role, k, candidates, k > 0);
    }),
  );
  // Stable: hosts of one role stay in the order they were asked for.
  return openings.sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
}

function opening(
  role: string | null,
  k: number,
  candidates: readonly Implementation[],
  preferOther: boolean,
): Opening {
  return { role, slot: roles.indexOf(role) * SLOTS_PER_ROLE + k, candidates, preferOther };
}

/** Draws who takes an opening. @returns undefined when nothing fits the site so far */
export function choose(
  random: Random,
  site: SiteDraw,
  { candidates, preferOther }: Opening,
): Implementation | undefined {
  const fitting = candidates.filter((one) => one.fits?.(site) ?? true);
  const taken = new Set(site.hosts.map(({ implementation }) => implementation));
  const others = fitting.filter(({ name }) => !taken.has(name));
  const pool = preferOther && others.length > 0 ? others : fitting;
  if (pool.length === 0) return undefined;
  const weights = pool.map(({ weight }) => weight ?? 1);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return pool[
    drawIndex(
      random,
      weights.map((weight) => weight / sum),
    )
  ];
}
