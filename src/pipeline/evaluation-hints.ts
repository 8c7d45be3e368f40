/** What an evaluation says of answers that rest on what devices say of themselves, too. */
import type { AnsweredCaptures, RoleEvaluation } from '../roles/index.js';
import type { HintedFigures } from '../types.js';

/** The part of the figures that stands beside those without. */
export function hintedFigures(
  { accuracy, roleBalancedRecall, roleBalancedTop3, top3, macroF1, ...rest }: RoleEvaluation,
  heard: number,
): HintedFigures {
  const { byDevice, knownDevices, unknown, calibration, roles } = rest;
  const shares = { accuracy, roleBalancedRecall, roleBalancedTop3, top3, macroF1 };
  return {
    heard,
    ...shares,
    byDevice,
    ...(knownDevices && { knownDevices }),
    unknown,
    calibration,
    roles,
  };
}

/** Captures that can be scored and have other probabilities with what devices say than without. */
export function heardIn(without: AnsweredCaptures | null, spoken: AnsweredCaptures | null): number {
  if (without === null || spoken === null) return 0;
  const { probabilities, roles, labels, evaluable } = without;
  return Array.from(labels).filter((_, place) => {
    const from = place * roles.length;
    const cells = roles.map((_, role) => from + role);
    return evaluable?.[place] !== 0 && cells.some((at) => probabilities[at] !== spoken.probabilities[at]);
  }).length;
}

/** Said where it was asked for and could not be measured. */
export function hintWarnings(asked: boolean, measured: boolean): string[] {
  return !asked || measured
    ? []
    : [
        'nothing rests on what devices say or names and makers are known for: none of it is known, or the classifier does not read it',
      ];
}
