/**
 * The seam between the ways of looking at behaviour and what joins them. A view turns a capture's units into one score
 * per 15-minute bin; calibration, joining, thresholds and verdicts know nothing else about it.
 */
import type { BehaviourUnits } from '../features/index.js';
import type { Random } from '../math/index.js';
import type { EncodedView } from './encoded.js';

/** Units of one capture, for every view that reads them. */
export type CaptureUnits = BehaviourUnits;

/** A capture to learn from: its units, its name, and its device where that is known. */
export interface NamedUnits {
  readonly units: CaptureUnits;
  readonly name: string;
  readonly device?: string;
}

/**
 * When a view has a say: in every verdict, only in those that read names and process codes, or only when it is asked
 * for by name.
 */
export type ViewUse = 'usual' | 'names' | 'alone';

/** One bin of one capture as a view sees it. */
export interface BinScore {
  /** 15-minute slice of the capture. */
  readonly bin: number;
  /** Before calibration; higher is stranger, without bounds. */
  readonly score: number;
}

/** A number that makes a unit stand out. */
export interface Trait {
  /** Its column in the unit. */
  readonly column: number;
  /** The number as it was counted: a count, or a share of 1. */
  readonly value: number;
  /** The middle value in the role, in the same measure. */
  readonly usual: number;
  /** What the score loses when the number is put to the middle value. */
  readonly loss: number;
}

/** A unit that stands out, and why. */
export interface Finding {
  readonly view: string;
  readonly bin: number;
  /** Row of the units of the view. */
  readonly unit: number;
  /** Row of the session table; null where the unit is a minute or a slice. */
  readonly sessionRow: number | null;
  /** 0 to 1; near 1: no reference unit is like it. */
  readonly outlierProbability: number;
  /** Whole sentences without a full stop; the caller adds those about peers. Never empty for units of sessions. */
  readonly why: readonly string[];
  /** The numbers that make most of it, weightiest first; none for units of sessions. */
  readonly traits: readonly Trait[];
  /** Name of the capture that the nearest reference point is of; null where the model does not tell. */
  readonly nearest: string | null;
  /** Of what the role was never seen to do: see `CodeUnits.seen`. */
  readonly unseen?: readonly number[];
}

/** What one role looks like in one view. */
export interface RoleView {
  /** Reference points. */
  readonly referenceCount: number;
  /**
   * Checks what is only looked at when the role is asked about.
   * @throws NetworkmlError NML_MODEL_MANIFEST
   */
  check(): void;
  /** Bins in ascending order; bins without a unit are absent. */
  score(units: CaptureUnits): BinScore[];
  /** The strangest units of a bin, strangest first. */
  explain(units: CaptureUnits, bin: number, limit: number): Finding[];
}

/** One view of all roles. */
export interface BehaviourView {
  readonly id: string;
  /** Layout id of the units it reads. */
  readonly layout: string;
  readonly roles: ReadonlyMap<string, RoleView>;
  /**
   * The same view with units of accepted captures among the reference points of a role; middle values and spreads stay
   * as they are. Scores of captures like these fall; others can rise a little, for the bandwidths of neighbouring points
   * are found anew. The same where the view does not know the role.
   */
  enrol(role: string, captures: readonly NamedUnits[], random: Random): BehaviourView;
  encode(): EncodedView;
}

/** Makes a view from captures: what is common to all roles first, then one role after the other. */
export interface ViewKind {
  readonly id: string;
  readonly layout: string;
  readonly use: ViewUse;
  /**
   * What the tail probabilities are multiplied by where others have a say, too. More than 1 for a view of things that are
   * rare and far out where they occur: it costs the others next to nothing then (docs/behaviour.md).
   */
  readonly penalty: number;
  /** @param captures of all roles */
  prepare(captures: readonly CaptureUnits[]): ViewTrainer;
  /** @throws NetworkmlError NML_MODEL_MANIFEST when the arrays do not fit one another */
  decode(encoded: EncodedView): BehaviourView;
}

export interface ViewTrainer {
  /** @returns undefined when the captures hold no unit for this view */
  fitRole(captures: readonly NamedUnits[], random: Random): RoleView | undefined;
  /** Joins roles that `fitRole` made. */
  assemble(roles: ReadonlyMap<string, RoleView>): BehaviourView;
}
