import { SERVICES_PER_SERVICE, SERVICES_WITHOUT_STACK } from '../features/index.js';
import type { DeviceRows, RoleSets } from '../roles/index.js';
import type { Corpus } from './corpus.js';

/** The captures of a corpus in both views, as the classifiers are trained on them, with what their devices say. */
export function roleSets({
  set,
  windowSet,
  captures,
}: Pick<Corpus, 'set' | 'windowSet' | 'captures'>): RoleSets {
  const hints = captures.map((capture) => capture.hints);
  return {
    sessions: set,
    windows: windowSet,
    netColumns: SERVICES_WITHOUT_STACK,
    serviceColumns: SERVICES_PER_SERVICE,
    ...(hints.some((own) => own !== null) && { hints }),
  };
}

/** Chosen examples in both views, as the classifiers are asked about them. */
export function deviceRowsOf({ sessions, windows }: RoleSets, chosen: Iterable<number>): DeviceRows[] {
  return Array.from(chosen, (index) => {
    const ofSessions = sessions.examples[index];
    const ofWindows = windows.examples[index];
    const none = { rows: [], counts: [] };
    return { sessions: ofSessions ?? none, windows: ofWindows ?? none };
  });
}
