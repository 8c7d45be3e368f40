import { domainHabits } from './domain-habits.js';
import { officeHabits } from './office-habits.js';
import { technicalHabits } from './technical-habits.js';

/** Everything that anybody does, by name. */
export const habits = { ...officeHabits, ...domainHabits, ...technicalHabits };

export type HabitName = keyof typeof habits;

/** One kind of person of a role: how often what is done, relative to each other, and what surely happens. */
export interface Persona {
  readonly mix: Readonly<Partial<Record<HabitName, number>>>;
  /** What comes first in the day, so that no capture lacks it; what the site does not offer is left out. */
  readonly core: readonly HabitName[];
  /** What comes next, as far as the day is long enough. */
  readonly certain: readonly HabitName[];
}
