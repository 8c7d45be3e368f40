/**
 * The seam between the ways of looking at behaviour and what joins them. A view turns a capture's units into one score
 * per 15-minute bin; calibration, joining, thresholds and verdicts know nothing else about it.
 */
import type { SessUnits } from '../features/index.js';
import type { Random } from '../math/index.js';
import type { EncodedView } from './encoded.js';

/** Units of one capture, for every view that reads them. */
export interface CaptureUnits {
  readonly sess: SessUnits;
}

/** One bin of one capture as a view sees it. */
export interface BinScore {
  /** 15-minute slice of the capture. */
  readonly bin: number;
  /** Before calibration; higher is stranger, without bounds. */
  readonly score: number;
}

/** A unit that stands out, and why. */
export interface Finding {
  /** Row of the session table. */
  readonly sessionRow: number;
  readonly bin: number;
  /** 0 to 1; near 1: no reference unit is like it. */
  readonly outlierProbability: number;
  /** Whole sentences without a full stop. Never empty. */
  readonly why: readonly string[];
}

/** What one role looks like in one view. */
export interface RoleView {
  /** Reference points. */
  readonly referenceCount: number;
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
  encode(): EncodedView;
}

/** Makes a view from captures: what is common to all roles first, then one role after the other. */
export interface ViewKind {
  readonly id: string;
  readonly layout: string;
  /** @param captures of all roles */
  prepare(captures: readonly CaptureUnits[]): ViewTrainer;
  /** @throws NetworkmlError NML_MODEL_MANIFEST when the arrays do not fit one another */
  decode(encoded: EncodedView): BehaviourView;
}

export interface ViewTrainer {
  /** @returns undefined when the captures hold no unit for this view */
  fitRole(captures: readonly CaptureUnits[], random: Random): RoleView | undefined;
  /** Joins roles that `fitRole` made. */
  assemble(roles: ReadonlyMap<string, RoleView>): BehaviourView;
}
