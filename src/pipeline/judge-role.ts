import {
  addVectors,
  type HintToken,
  hintHashes,
  PORT_PROTOCOL_COLUMNS,
  portProtocolColumnName,
  SERVICES_COLUMNS,
  type ServiceWindows,
  type SessionVectors,
  servicesSubject,
  servicesSubjectName,
} from '../features/index.js';
import { applyConfidence, type SparseRows, SparseRowsBuilder } from '../math/index.js';
import {
  answerDevices,
  answerRole,
  attributeForest,
  type CountedRows,
  explainEnsemble,
  explainLikeness,
  explainOneLayer,
  knownTokens,
  type Likeness,
  type LikenessReason,
  nearestDevice,
  type RoleModel,
  rankRoles,
  unknownRole,
  withHints,
} from '../roles/index.js';
import type { NearestRecord, RankedRole, RoleReason, RoleRecord } from '../types.js';
import { hintKinds, hintReason } from './hint-reasons.js';
import type { LoadedClassifier } from './load-classifier.js';
import type { LoadedBundle } from './loaded-bundle.js';
import { serviceWords } from './service-words.js';

/** Features that move the probability by less are not worth a line. */
const LEAST_CONTRIBUTION = 0.001;

/** Reasons in a record. */
const MOST_REASONS = 5;

/** What the classifiers look at: the sessions of one device, and its windows. */
export interface DeviceEvidence {
  readonly vectors: SessionVectors;
  readonly windows: ServiceWindows;
}

/** The role record, and all roles ranked by confidence for the judgement of behaviour. */
export interface JudgedRole {
  readonly role: RoleRecord;
  readonly ranking: RankedRole[];
  /** Raw probability of the first answer. */
  readonly score: number;
  /** Whether it rests on what the device says of itself, too. */
  readonly byHints: boolean;
}

/**
 * The role of one device by a classifier of the bundle.
 * @param said what the device says of itself, where that is asked for
 * @throws NetworkmlError NML_MODEL_LAYOUT
 */
export function judgeRole(
  seen: DeviceEvidence,
  bundle: LoadedBundle,
  classifier: LoadedClassifier,
  said: readonly HintToken[] = [],
): JudgedRole {
  const { roles } = bundle;
  const { model, known } = classifier;
  const sessions = sessionRows(seen.vectors);
  const windows = windowRows(seen.windows);
  const tables = { sessions: sessions.table, windows: windows.table };
  const answers = answerDevices(model, tables, [{ sessions, windows }]);
  const headers = answers.probabilities;
  const [likeness] = answers.likeness;
  const spoken = hintAnswer(classifier, headers, said);
  const raw = spoken?.raw ?? headers;
  const { confidence, unknownBelow } = spoken?.judgedBy ?? classifier;
  const confidences = applyConfidence(raw, roles.length, confidence);
  const ranking = rankRoles(confidences, roles, roles.length);
  const answer = answerRole(raw, roles, unknownBelow);
  const top = ranking.slice(0, 3);
  const best = roles.indexOf(answer.nearest);
  const why = weightiest([
    ...reasons(seen, model, { sessions, windows, likeness }, best),
    ...(spoken?.reasons(best) ?? []),
  ]);
  const group = answer.label === unknownRole ? groupOf(bundle, answer.nearest) : undefined;
  const nearest = known === null || likeness === undefined ? undefined : nearestDevice(known, likeness);
  const record: RoleRecord = { label: answer.label, confidence: top[0]?.confidence ?? 0, top, why };
  if (group !== undefined) record.resembles = group;
  if (nearest !== undefined) record.nearest = nearestRecord(nearest, roles);
  return { role: record, ranking, score: answer.score, byHints: spoken !== undefined };
}

/** An answer that rests on what the device says of itself, too. */
interface HintAnswer {
  readonly raw: Float64Array;
  readonly judgedBy: Pick<LoadedClassifier, 'unknownBelow' | 'confidence'>;
  reasons(role: number): UnsaidReason[];
}

/**
 * What the device's words make of the answer from the headers; undefined where the bundle knows none of them. The part of
 * a kind of words is what the probability loses without it.
 */
function hintAnswer(
  { model, withHints: judgedBy }: LoadedClassifier,
  headers: Float64Array,
  said: readonly HintToken[],
): HintAnswer | undefined {
  if (model.kind !== 'ensemble' || model.hints === undefined || judgedBy === null) return undefined;
  const { hints } = model;
  const answerOf = (tokens: readonly HintToken[]) => withHints(hints, headers, hintHashes(tokens));
  const heard = new Set(knownTokens(hints, hintHashes(said)));
  const known = said.filter(({ hash }) => heard.has(hash));
  const raw = answerOf(known);
  if (raw === undefined) return undefined;
  return {
    raw,
    judgedBy,
    reasons: (role) =>
      hintKinds(known).map((kind) => {
        const without = answerOf(known.filter((token) => token.kind !== kind)) ?? headers;
        const contribution = (raw[role] as number) - (without[role] as number);
        return { words: () => hintReason(kind, known), contribution };
      }),
  };
}

function groupOf({ bundle }: LoadedBundle, role: string): string | undefined {
  return bundle.manifest.roles.find(({ id }) => id === role)?.group;
}

function nearestRecord(
  { name, label, distance }: { name: string; label: number; distance: number },
  roles: readonly string[],
): NearestRecord {
  return { device: name, role: roles[label] ?? '', distance: Number(distance.toFixed(4)) };
}

type Rows = CountedRows & { readonly table: SparseRows };

/** Signatures that differ in facts the layout does not hold can give one vector: their counts add up. */
function sessionRows(vectors: SessionVectors): Rows {
  const builder = new SparseRowsBuilder(PORT_PROTOCOL_COLUMNS);
  return counted(builder, addVectors(builder, vectors), vectors.counts);
}

function windowRows({ vectors }: ServiceWindows): Rows {
  const builder = new SparseRowsBuilder(SERVICES_COLUMNS);
  return counted(
    builder,
    vectors.map(({ columns, values }) => builder.add(columns, values)),
  );
}

function counted(builder: SparseRowsBuilder, ids: ArrayLike<number>, each?: Float64Array): Rows {
  const counts = new Float64Array(builder.rowCount);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    counts[id] = (counts[id] as number) + ((each?.[i] ?? 1) as number);
  }
  return { table: builder.build(), rows: Uint32Array.from(counts.keys()), counts };
}

/** A reason that is put into words only if it is worth a line. */
interface UnsaidReason {
  readonly contribution: number;
  words(): string;
}

/** What an answer rests on. */
interface Grounds {
  readonly sessions: Rows;
  readonly windows: Rows;
  /** Ensembles alone find it. */
  readonly likeness: Likeness | undefined;
}

function reasons(
  seen: DeviceEvidence,
  model: RoleModel,
  { sessions, windows, likeness }: Grounds,
  role: number,
): UnsaidReason[] {
  const found: UnsaidReason[] = [];
  if (model.kind === 'ensemble') {
    const { shares, reason } = explainLikeness(model, likeness as Likeness, role, servicesSubject);
    if (reason !== undefined) {
      found.push({ words: () => likenessWords(reason, seen), contribution: reason.contribution });
    }
    for (const { subject, columns, contribution } of explainEnsemble(
      { ...model, shares },
      windows.table,
      windows.counts,
      role,
      servicesSubject,
    )) {
      found.push({
        words: () => serviceWords(servicesSubjectName(subject), columns, seen.windows),
        contribution,
      });
    }
  } else if (model.kind === 'one-layer') {
    const options = { role, limit: MOST_REASONS };
    for (const { column, contribution } of explainOneLayer(model, sessions.table, sessions.counts, options)) {
      found.push({ words: () => portProtocolColumnName(column), contribution });
    }
  } else {
    attributeForest(model, sessions.table, sessions.counts, role).forEach((contribution, column) => {
      found.push({ words: () => portProtocolColumnName(column), contribution });
    });
  }
  return found;
}

/** The reasons that are worth a line, the weightiest first. */
function weightiest(found: readonly UnsaidReason[]): RoleReason[] {
  return found
    .filter(({ contribution }) => contribution >= LEAST_CONTRIBUTION)
    .sort((a, b) => b.contribution - a.contribution)
    .slice(0, MOST_REASONS)
    .map(({ words, contribution }) => ({ feature: words(), contribution }));
}

/** What a device has in common with a known one that is named in a reason. */
const MOST_IN_COMMON = 2;

/** `like the known device Printer/HpIpp at distance 0.0312, which also serves printing (ipp 631; 4 peers)` */
function likenessWords({ device, distance, subjects }: LikenessReason, { windows }: DeviceEvidence): string {
  const common = subjects
    .slice(0, MOST_IN_COMMON)
    .map(({ subject, columns }) => serviceWords(servicesSubjectName(subject), columns, windows));
  return `like the known device ${device} at distance ${distance.toFixed(4)}; in common: ${common.join(', ')}`;
}
