import { basename } from 'node:path';
import { NetworkmlError } from '../errors.js';
import type { RoleExample } from '../roles/index.js';
import type { EvaluationRecord } from '../types.js';
import type { Corpus } from './corpus.js';

/** What an evaluation leaves out as a whole. */
export type EvaluationUnit = 'device' | 'family' | 'site' | 'implementation' | 'capture';

/** What is kept on one side of an evaluation. */
export interface EvaluationGroups {
  readonly mode: EvaluationRecord['mode'];
  readonly groupOf: (example: RoleExample) => string;
  readonly warnings: readonly string[];
}

/**
 * The groups of captures that are left out together. The family of a device is what the label table says, else what the
 * pattern finds in the device's name (its first group, or all of it), else the device is a family of its own. Sites and
 * implementations are what labels and training tables say; a device without is a group of its own.
 *
 * @throws NetworkmlError NML_CONFIG for a pattern that is none, NML_LABELS when there are no such groups at all
 */
export function groupsOf(corpus: Corpus, by: EvaluationUnit, familyOf?: string): EvaluationGroups {
  if (by === 'capture') {
    return {
      mode: 'leave-captures-out',
      groupOf: ({ file }) => file,
      warnings: [
        'captures are divided at random: other captures of the same devices are learnt from, so these figures say ' +
          'nothing about devices never seen',
      ],
    };
  }
  // A device keeps its role in the name, so that one name under two roles is two devices.
  if (by === 'device') return { mode: 'leave-devices-out', groupOf: ({ device }) => device, warnings: [] };
  const pattern = familyOf === undefined || by !== 'family' ? undefined : patternFrom(familyOf);
  const groups = new Map<string, string>();
  for (const capture of corpus.captures) {
    const found = capture[by] ?? familyIn(capture.device, pattern);
    if (found !== undefined) groups.set(capture.device, found);
  }
  if (groups.size === 0) throw noGroups(by);
  return { mode: modes[by], groupOf: ({ device }) => groups.get(device) ?? device, warnings: [] };
}

const modes = {
  family: 'leave-families-out',
  site: 'leave-sites-out',
  implementation: 'leave-implementations-out',
} as const;

function noGroups(by: keyof typeof modes): NetworkmlError {
  return new NetworkmlError('NML_LABELS', `no capture has ${by === 'implementation' ? 'an' : 'a'} ${by}`, {
    hint: `add a column "${by}" to the label table${by === 'family' ? ', or give a pattern with --family-of' : ''}`,
  });
}

function patternFrom(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (cause) {
    throw new NetworkmlError('NML_CONFIG', `family-of: ${JSON.stringify(text)} is no regular expression`, {
      cause,
    });
  }
}

/** @param device `role/name`, or the name of a capture that is a device of its own */
function familyIn(device: string, pattern: RegExp | undefined): string | undefined {
  const found = pattern?.exec(basename(device));
  return found === null || found === undefined ? undefined : (found[1] ?? found[0]);
}
