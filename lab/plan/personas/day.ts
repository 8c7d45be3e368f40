import { shuffle } from '../../../src/math/index.js';
import type { Offer } from '../catalog/types.js';
import { dirichlet, drawIndex, logNormal, pick } from '../draw.js';
import type { Step } from '../types.js';
import { type Client, type Habit, usable, type Wish } from './client.js';
import { type HabitName, habits, type Persona } from './habits.js';
import { allPersonas } from './mixes.js';

/** What a client is going to do, and what its capture has to show for it. */
export interface Day {
  readonly steps: Step[];
  /** As `tcp/443`: what the first steps bring about. */
  readonly sees: string[];
}

/** A larger value keeps the mix of each person closer to the persona's. */
const FIRMNESS = 30;
const PAUSE_SPREAD = 0.8;
const LONGEST_PAUSE_MS = 12_000;
/** Chance that a step is one of the planned ones while any is left. */
const CERTAIN_CHANCE = 0.75;
const BURST_CHANCE = 0.12;
const IDLE_CHANCE = 0.03;

/** Think time, shortened so that a short run holds enough, but not as much as the run is shorter. */
const medianPauseMs = (minutes: number): number => Math.min(2600, 700 + 700 * minutes);

/**
 * The steps of one client for the site's minutes. The mix is the persona's, bent by a Dirichlet so that no two people
 * are alike; 10 to 20 % of the steps belong to other kinds of people; pauses are log-normal with bursts and idle
 * times. More steps are drawn than fit, since a step takes no time here; the clock ends the work.
 */
export function drawDay(client: Client, persona: Persona): Day {
  const { random, minutes } = client.site;
  const foreignShare = 0.1 + 0.1 * random.uniform();
  const own = drawer(client, persona);
  const others = allPersonas.filter((other) => other !== persona);
  const core = plannedWishes(client, persona.core);
  const sees = [...new Set(core.map(({ sees }) => sees))];
  const certain = plannedWishes(client, persona.certain);
  // Taken from the end.
  const wishes = [...shuffle(random, certain), ...shuffle(random, core)].map(({ wish }) => wish);
  const pauses = drawPauses(client, medianPauseMs(minutes) * logNormal(random, 1, 0.2));
  const steps: Step[] = [];
  for (let elapsed = 0; elapsed < minutes * 60_000; ) {
    const pauseMs = pauses();
    const due = random.uniform() < CERTAIN_CHANCE ? wishes.pop() : undefined;
    const isForeign = due === undefined && random.uniform() < foreignShare;
    const [action, ...words] = due ?? (isForeign ? drawer(client, pick(random, others))() : own());
    steps.push({ pauseMs, action, arguments: words });
    elapsed += pauseMs;
  }
  return { steps, sees };
}

/** Draws one wish after the other from a persona's mix, as far as the site offers what it needs. */
function drawer(client: Client, { mix }: Persona): () => Wish {
  const { random } = client.site;
  const possible = (Object.entries(mix) as [HabitName, number][]).flatMap(([name, weight]) => {
    const offers = usable(client, habits[name]);
    return offers.length === 0 ? [] : [{ habit: habits[name] as Habit, offers, weight }];
  });
  const shares = dirichlet(
    random,
    possible.map(({ weight }) => weight),
    FIRMNESS,
  );
  return () => {
    const { habit, offers } = possible[drawIndex(random, shares)] as (typeof possible)[number];
    return habit.draw(client, pick(random, offers));
  };
}

function plannedWishes(client: Client, names: readonly HabitName[]): { wish: Wish; sees: string }[] {
  return names.flatMap((name) => {
    const habit: Habit = habits[name];
    const offers = usable(client, habit);
    if (offers.length === 0) return [];
    const offer = pick(client.site.random, offers);
    return [{ wish: habit.draw(client, offer), sees: seenOf(habit, offer) }];
  });
}

const seenOf = ({ sees, protocol = 'tcp' }: Habit, { port }: Offer): string => sees ?? `${protocol}/${port}`;

/** Pauses with memory: a burst makes the next few short, an idle time is a long one. */
function drawPauses({ site: { random } }: Client, medianMs: number): () => number {
  let burst = 0;
  return () => {
    const usual = logNormal(random, medianMs, PAUSE_SPREAD);
    if (burst > 0) {
      burst--;
      return Math.round(Math.min(LONGEST_PAUSE_MS, usual * 0.2));
    }
    const kind = random.uniform();
    if (kind < BURST_CHANCE) burst = 2 + random.below(4);
    const factor = kind > 1 - IDLE_CHANCE ? 5 : 1;
    return Math.round(Math.min(LONGEST_PAUSE_MS, usual * factor));
  };
}
