/** `--param`: settings of an algorithm as people write them. */

import type { DetectorSettings } from '../anomaly/index.js';
import { NetworkmlError } from '../errors.js';

/** Names that scikit-learn and pyod have for our settings. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  n_components: 'components',
  reg_covar: 'floor',
  max_iter: 'rounds',
  tol: 'tolerance',
  n_estimators: 'trees',
  max_samples: 'samples',
  batch_size: 'batch',
  learning_rate: 'rate',
  weight_decay: 'decay',
};

/**
 * Reads `nu=0.1,gamma=scale`, the same as a flat YAML mapping (`nu: 0.1`, one a line), or a JSON object; an object of
 * objects by algorithm gives the one of the algorithm at hand.
 * @throws NetworkmlError NML_USAGE
 */
export function parseParams(text: string, algorithm: string): DetectorSettings {
  const pairs = jsonPairs(text, algorithm) ?? plainPairs(text);
  const settings: Record<string, number> = {};
  for (const [name, value] of pairs) {
    // scikit-learn's word for the width that follows from the values.
    const number = value === 'scale' && name === 'gamma' ? 0 : value === '' ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) {
      throw new NetworkmlError(
        'NML_USAGE',
        `--param: ${name} is ${JSON.stringify(value)}, which is no number`,
      );
    }
    settings[OTHER_NAMES[name] ?? name] = number;
  }
  return settings;
}

type Pairs = (readonly [name: string, value: unknown])[];

/** Undefined where the text is not JSON. */
function jsonPairs(text: string, algorithm: string): Pairs | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const whole = entriesOf(value);
  const own = whole.find(([name]) => name === algorithm)?.[1];
  return typeof own === 'object' ? entriesOf(own) : whole;
}

function entriesOf(value: unknown): Pairs {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NetworkmlError('NML_USAGE', '--param: not an object of settings');
  }
  return Object.entries(value);
}

function plainPairs(text: string): Pairs {
  const bare = text.trim().replace(/^\{|\}$/g, '');
  const parts = bare
    .split(/[,\n]/)
    .map((part) => part.replace(/#.*$/, '').trim())
    .filter((part) => part !== '');
  return parts.map((part) => {
    const match = /^"?([A-Za-z_]+)"?\s*[=:]\s*(\S+)$/.exec(part);
    if (match === null) throw new NetworkmlError('NML_USAGE', `--param: cannot read ${JSON.stringify(part)}`);
    return [match[1] ?? '', match[2] ?? ''] as const;
  });
}
