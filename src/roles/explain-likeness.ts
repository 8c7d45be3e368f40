import type { EnsembleModel, EnsembleShares } from './ensemble.js';
import type { KnownDevices } from './known-devices.js';
import type { Likeness } from './nearest-member.js';

/** What likeness to the known captures of a role says for that role. */
export interface LikenessReason {
  /** Name of the known device that is most alike. */
  readonly device: string;
  /** 1 - cosine of the mean windows. */
  readonly distance: number;
  /** Its part of the role's probability, less what it would give if all roles were alike to it. */
  readonly contribution: number;
  /** What both do, the weightiest for the cosine first; columns that neither is empty in, ascending. */
  readonly subjects: readonly { readonly subject: number; readonly columns: readonly number[] }[];
}

/** What the members count for one device, and what likeness says of it. */
export interface LikenessAnswer {
  /** Those of the model, less what a recognised capture takes from them. */
  readonly shares: EnsembleShares;
  readonly reason: LikenessReason | undefined;
}

/**
 * Why a device got its role by its likeness to known captures.
 *
 * @param likeness of the device.
 * @param role index of the role.
 * @param subjectOf what a column is about, as the first column about it.
 */
export function explainLikeness(
  model: EnsembleModel,
  likeness: Likeness,
  role: number,
  subjectOf: (column: number) => number,
): LikenessAnswer {
  const { known, nearest, shares, roles } = model;
  const { part, similarities } = likeness;
  const ofKnown = part * (1 - nearest.recognitionForest);
  const answer = {
    forest: (1 - part) * shares.forest + part * nearest.recognitionForest,
    nets: (1 - part) * shares.nets,
    oneLayer: (1 - part) * shares.oneLayer,
    nearest: (1 - part) * shares.nearest + ofKnown,
  };
  const row = likeness.rows[role] ?? -1;
  if (row < 0) return { shares: answer, reason: undefined };
  const member = likeness.member[role] as number;
  const sure = likeness.recognised[role] as number;
  const contribution =
    (1 - part) * shares.nearest * member + ofKnown * sure - answer.nearest / Math.max(1, roles.length);
  return {
    shares: answer,
    reason: {
      device: known.names[known.owners[row] as number] as string,
      distance: 1 - (similarities[row] as number),
      contribution,
      subjects: inCommon(known, row, likeness.direction, subjectOf),
    },
  };
}

function inCommon(
  { rows }: KnownDevices,
  row: number,
  own: Float64Array,
  subjectOf: (column: number) => number,
): LikenessReason['subjects'] {
  const found = new Map<number, { columns: number[]; weight: number }>();
  for (let entry = rows.start[row] as number; entry < (rows.start[row + 1] as number); entry++) {
    const column = rows.indices[entry] as number;
    const product = (own[column] as number) * (rows.values[entry] as number);
    if (product === 0) continue;
    const subject = subjectOf(column);
    const known = found.get(subject) ?? { columns: [], weight: 0 };
    found.set(subject, known);
    known.columns.push(column);
    known.weight += product;
  }
  return [...found]
    .sort(([a, one], [b, other]) => other.weight - one.weight || a - b)
    .map(([subject, { columns }]) => ({ subject, columns }));
}
