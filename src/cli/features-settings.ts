/** Numbers in the settings of `networkml features`. */

import { NetworkmlError } from '../errors.js';
import type { OptionName } from './options.js';
import type { Settings } from './settings.js';

/** A number that is not less than `least`. @throws NetworkmlError NML_USAGE */
export function notLess(settings: Settings, name: OptionName, least: number): number | undefined {
  const value = settings.number(name);
  if (value !== undefined && value < least) {
    throw new NetworkmlError('NML_USAGE', `--${name}: ${value} is less than ${least}`);
  }
  return value;
}

/** A share of more than 0 and no more than 1. @throws NetworkmlError NML_USAGE */
export function shareOf(settings: Settings, name: OptionName): number | undefined {
  const value = settings.number(name);
  if (value !== undefined && !(value > 0 && value <= 1)) {
    throw new NetworkmlError('NML_USAGE', `--${name}: ${value} is not more than 0 and at most 1`);
  }
  return value;
}
