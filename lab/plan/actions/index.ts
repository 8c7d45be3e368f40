/** The things clients do: one table per area, merged here. An action's name is unique over all areas. */

import { administerActions } from './administer.js';
import { callActions } from './calls.js';
import { certificateActions } from './certificates.js';
import type { BoundedCommand } from './command.js';
import { developActions } from './develop.js';
import { domainActions } from './domain.js';
import { mailboxActions } from './mailbox.js';
import { networkActions } from './network.js';
import { pageActions } from './pages.js';
import { printerActions } from './printers.js';
import { serveActions } from './serve.js';
import { shareActions } from './shares.js';
import { shellActions } from './shell.js';
import { webActions } from './web.js';

export type { BoundedCommand } from './command.js';

const actionTable = {
  ...serveActions,
  ...shareActions,
  ...printerActions,
  ...pageActions,
  ...mailboxActions,
  ...domainActions,
  ...developActions,
  ...certificateActions,
  ...callActions,
  ...administerActions,
  ...networkActions,
  ...shellActions,
  ...webActions,
};

export type ActionName = keyof typeof actionTable;

/** The commands of one action. */
export function commandsOf(action: ActionName, words: readonly string[]): BoundedCommand[] {
  const make: (...words: string[]) => BoundedCommand[] = actionTable[action];
  return make(...words);
}
