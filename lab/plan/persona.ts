import { type Random, shuffle } from '../../src/math/index.js';
import type { ActionName } from './actions.js';
import { dirichlet, drawIndex, logNormal, pick } from './draw.js';
import type { Step } from './types.js';

/** Names and places that steps are drawn from. */
export interface Surroundings {
  readonly webNames: readonly string[];
  readonly documents: readonly string[];
  /** By name, which has both kinds of address, and by IPv4 address. */
  readonly smbServers: readonly string[];
  readonly nfsServer: string;
  readonly ippPrinter: string;
  readonly rawPrinter: string;
  readonly polled: readonly string[];
}

type Wish = [ActionName, ...string[]];
type Draw = (random: Random, around: Surroundings, user: string) => Wish;
interface Habit {
  readonly weight: number;
  readonly draw: Draw;
}

const document: (random: Random, around: Surroundings) => string = (random, { documents }) =>
  pick(random, documents);

const page: Draw = (random, { webNames }) => {
  const sizes = Array.from({ length: 1 + random.below(4) }, () => pick(random, ['1', '2', '4', '8', '16']));
  return ['web', pick(random, webNames), ...sizes];
};

/** Office work; about one step in ten is not what one expects of an office. */
const officeHabits: readonly Habit[] = [
  { weight: 34, draw: page },
  {
    weight: 4,
    draw: (random, around) => ['upload', pick(random, around.webNames), document(random, around)],
  },
  { weight: 10, draw: (_random, _around, user) => ['mail', user] },
  { weight: 4, draw: (random, around, user) => ['mailStore', user, document(random, around)] },
  { weight: 5, draw: (random, around, user) => ['smbList', pick(random, around.smbServers), user] },
  {
    weight: 8,
    draw: (random, around, user) => [
      'smbGet',
      pick(random, around.smbServers),
      user,
      document(random, around),
    ],
  },
  {
    weight: 6,
    draw: (random, around, user) => [
      'smbPut',
      pick(random, around.smbServers),
      user,
      document(random, around),
      `${user}-${random.below(1000)}.txt`,
    ],
  },
  {
    weight: 6,
    draw: (random, around, user) => ['printIpp', around.ippPrinter, user, document(random, around)],
  },
  {
    weight: 4,
    draw: (random, around, user) => ['printSocket', around.rawPrinter, user, document(random, around)],
  },
  {
    weight: 4,
    draw: (random, around, user) => ['printLpd', around.rawPrinter, user, document(random, around)],
  },
  { weight: 2, draw: (_random, around) => ['printerAttributes', around.ippPrinter] },
  { weight: 6, draw: (random, around) => ['lookup', pick(random, around.webNames)] },
  { weight: 2, draw: (random, around) => ['rsyncPull', around.nfsServer, document(random, around)] },
  { weight: 2, draw: (random, around) => ['ping', pick(random, [around.nfsServer, around.ippPrinter])] },
  { weight: 1, draw: (_random, around) => ['printerPage', around.rawPrinter] },
];

/** What an administrator's machine and its timers do to the others. */
const administratorHabits: readonly Habit[] = [
  { weight: 10, draw: (random, around) => ['snmpInterfaces', pick(random, around.polled)] },
  { weight: 4, draw: (random, around) => ['snmpSystem', pick(random, around.polled)] },
  {
    weight: 3,
    draw: (random, around) => [
      'secureShell',
      pick(random, [...around.smbServers, around.nfsServer]),
      'uptime',
    ],
  },
  {
    weight: 3,
    draw: (random, around) => ['rsyncPush', around.nfsServer, document(random, around)],
  },
  { weight: 4, draw: (random, around) => ['rsyncPull', around.nfsServer, document(random, around)] },
  { weight: 3, draw: (random, around) => ['nfsList', around.nfsServer, pick(random, ['3', '4'])] },
  {
    weight: 7,
    draw: (random, around) => [
      'nfsGet',
      around.nfsServer,
      pick(random, ['3', '4']),
      document(random, around),
    ],
  },
  {
    weight: 5,
    draw: (random, around) => [
      'nfsPut',
      around.nfsServer,
      pick(random, ['3', '4']),
      document(random, around),
      `backup-${random.below(1000)}.txt`,
    ],
  },
  { weight: 1, draw: (_random, around) => ['printerPage', around.rawPrinter] },
  { weight: 1, draw: (_random, around) => ['printerAttributes', around.ippPrinter] },
];

/** Which mix of habits a client follows. */
export type PersonaName = 'office' | 'administrator';

/** What happens at least once, early in the day, so that no capture lacks what its role is about. */
function certainSteps(persona: PersonaName, random: Random, around: Surroundings, user: string): Wish[] {
  if (persona === 'administrator') {
    return [
      ...around.polled.map((host): Wish => ['snmpInterfaces', host]),
      ['rsyncPull', around.nfsServer, document(random, around)],
      ['nfsList', around.nfsServer, '4'],
      ['nfsGet', around.nfsServer, '3', document(random, around)],
    ];
  }
  return [
    ['mail', user],
    ['smbList', pick(random, around.smbServers), user],
    ['smbGet', pick(random, around.smbServers), user, document(random, around)],
    ['printIpp', around.ippPrinter, user, document(random, around)],
    ['printSocket', around.rawPrinter, user, document(random, around)],
    ['printLpd', around.rawPrinter, user, document(random, around)],
  ];
}

const CERTAIN_STEP_CHANCE = 0.4;

/** Median pause before a step; the office's think time is shortened so that minutes hold what an hour would. */
const PAUSE_MEDIAN_MS = { office: 2600, administrator: 2200 } as const;
const PAUSE_SPREAD = 0.8;
const LONGEST_PAUSE_MS = 15_000;

/**
 * The steps of one client for `minutes` of work. The mix is the persona's, bent by a Dirichlet so that no two
 * clients are alike. More steps are drawn than fit, since a step takes no time here; the clock ends the work.
 */
export function drawSteps(
  random: Random,
  persona: PersonaName,
  around: Surroundings,
  user: string,
  minutes: number,
): Step[] {
  const habits = persona === 'office' ? officeHabits : administratorHabits;
  const shares = dirichlet(
    random,
    habits.map(({ weight }) => weight),
    60,
  );
  const certain = shuffle(random, certainSteps(persona, random, around, user));
  const steps: Step[] = [];
  for (let elapsed = 0; elapsed < minutes * 60_000; ) {
    const pauseMs = Math.round(
      Math.min(LONGEST_PAUSE_MS, logNormal(random, PAUSE_MEDIAN_MS[persona], PAUSE_SPREAD)),
    );
    const habit = habits[drawIndex(random, shares)] as Habit;
    const due = random.uniform() < CERTAIN_STEP_CHANCE ? certain.pop() : undefined;
    const [action, ...words] = due ?? habit.draw(random, around, user);
    steps.push({ pauseMs, action, arguments: words });
    elapsed += pauseMs;
  }
  return steps;
}
