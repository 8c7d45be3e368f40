import { type Random, shuffle } from '../../src/math/index.js';
import type { ActionName } from './actions/index.js';
import type { HostSeat, Offer, SiteDraw } from './catalog/types.js';
import { dirichlet, drawIndex, logNormal, pick } from './draw.js';
import type { Step } from './types.js';

/** An action with its words. */
export type Wish = readonly [ActionName, ...string[]];

/** What a habit draws from. */
export interface Occasion {
  readonly random: Random;
  readonly site: SiteDraw;
  readonly seat: HostSeat;
  readonly user: string;
  /** One of the site's offers of the kind that the habit needs. */
  readonly offer: Offer;
}

/** Something a kind of person does now and then. */
export interface Habit {
  readonly weight: number;
  /** Kind of offer it needs; left out in sites where nobody offers it. */
  readonly needs?: string;
  draw(occasion: Occasion): Wish;
}

/** Something done at least once; with `each`, once for every offer of the kind. */
export interface Certainty extends Omit<Habit, 'weight'> {
  readonly each?: boolean;
}

/** A kind of person (or of timers), with the mix of what is done. */
export interface Persona {
  readonly habits: readonly Habit[];
  /** What happens at least once, early in the day, so that no capture lacks what its role is about. */
  readonly certain: readonly Certainty[];
  /** Median pause before a step; think time is shortened so that minutes hold what an hour would. */
  readonly pauseMedianMs: number;
}

const CERTAIN_STEP_CHANCE = 0.5;
const PAUSE_SPREAD = 0.8;
const LONGEST_PAUSE_MS = 15_000;
/** A larger value keeps the mix of each person closer to the persona's. */
const FIRMNESS = 40;
const NO_OFFER: Offer = { kind: '', host: '', address: '', port: 0, tls: false };

/**
 * The steps of one client for the site's minutes of work. The mix is the persona's, bent by a Dirichlet so that no two
 * clients are alike. More steps are drawn than fit, since a step takes no time here; the clock ends the work.
 */
export function drawSteps(site: SiteDraw, seat: HostSeat, persona: Persona, user: string): Step[] {
  const { random } = site;
  const offersFor = ({ needs }: Pick<Habit, 'needs'>): Offer[] =>
    site.offers.filter(({ kind, address }) => kind === needs && address !== seat.address);
  const possible = <T extends Pick<Habit, 'needs'>>(habits: readonly T[]): T[] =>
    habits.filter((habit) => habit.needs === undefined || offersFor(habit).length > 0);
  const wishes = (habit: Certainty): Wish[] => {
    const offers = habit.needs === undefined ? [NO_OFFER] : offersFor(habit);
    const chosen = habit.each === true ? offers : [pick(random, offers)];
    return chosen.map((offer) => habit.draw({ random, site, seat, user, offer }));
  };
  const habits = possible(persona.habits);
  if (habits.length === 0) return [];
  const shares = dirichlet(
    random,
    habits.map(({ weight }) => weight),
    FIRMNESS,
  );
  const certain = shuffle(random, possible(persona.certain).flatMap(wishes));
  const steps: Step[] = [];
  for (let elapsed = 0; elapsed < site.minutes * 60_000; ) {
    const pauseMs = Math.round(
      Math.min(LONGEST_PAUSE_MS, logNormal(random, persona.pauseMedianMs, PAUSE_SPREAD)),
    );
    const habit = habits[drawIndex(random, shares)] as Habit;
    const due = random.uniform() < CERTAIN_STEP_CHANCE ? certain.pop() : undefined;
    const [action, ...words] = due ?? (wishes(habit)[0] as Wish);
    steps.push({ pauseMs, action, arguments: words });
    elapsed += pauseMs;
  }
  return steps;
}
