/**
 * The `port-protocol` view: plain Stochastic Outlier Selection on the mean vector of a capture's sessions (layout
 * `port-protocol-4104/1`), role by role, without clamps. It was where behaviour began and is kept to compare with: shares
 * of ports show neither a scan nor a quantity, and it finds next to nothing (docs/behaviour.md). Never part of the usual
 * verdict.
 */

import { PORT_PROTOCOL_COLUMNS, PORT_PROTOCOL_LAYOUT, portProtocolColumnName } from '../features/index.js';
import { allFinite } from '../math/index.js';
import {
  type EncodedView,
  floatsOf,
  joinedFloats,
  joinedTexts,
  joinedWords,
  manifestError,
  seldomTextsOf,
  uint32,
  uint32Of,
} from './encoded.js';
import { encodedBandwidths, encodedCounts, encodedRoles, type Range, rangesOf } from './encoded-roles.js';
import { type Bandwidths, fitBandwidths, outlierProbabilityOf, plainLimits } from './reference.js';
import { referenceScore } from './reference-scorer.js';
import type { BehaviourView, CaptureUnits, Finding, NamedUnits, RoleView, ViewKind } from './view.js';

const perplexity = 20;
/** Columns that a finding names at most. */
const namedColumns = 3;

/** A vector by its non-zero columns, ascending. */
interface Sparse {
  readonly columns: Uint32Array;
  readonly values: Float32Array;
}

interface PortPoint extends Sparse {
  /** Name of the capture. */
  readonly name: string;
}

interface PortRole {
  readonly points: readonly PortPoint[];
  readonly bandwidths: Bandwidths;
}

interface PortRoleView extends RoleView {
  readonly role: PortRole;
}

/** The view; its captures have one unit, in the first slice. */
export const portView: ViewKind = {
  id: 'port-protocol',
  layout: PORT_PROTOCOL_LAYOUT,
  use: 'alone',
  penalty: 1,
  prepare: () => ({
    fitRole: (captures) => fitRole(captures),
    assemble: (roles) => assemble(roles as ReadonlyMap<string, PortRoleView>),
  }),
  decode,
};

function fitRole(captures: readonly NamedUnits[]): PortRoleView | undefined {
  const points = captures.flatMap(({ units, name }) => (units.ports ? [{ ...units.ports, name }] : []));
  return points.length === 0 ? undefined : createRoleView(roleOf(points));
}

/** Equal vectors count once: two of them would have no distance to one another, and bind to nothing else. */
function roleOf(all: readonly PortPoint[]): PortRole {
  const distinct = new Map(all.map((point) => [`${point.columns.join()} ${point.values.join()}`, point]));
  const points = [...distinct.values()];
  const bandwidths = fitBandwidths(
    points.length,
    (row, out) => distancesTo(points[row] as PortPoint, points, out),
    plainLimits(perplexity),
  );
  return { points, bandwidths };
}

/** Euclidean distances of one vector to others, into `out`. */
function distancesTo(query: Sparse, points: readonly Sparse[], out: Float64Array): void {
  const dense = new Float64Array(PORT_PROTOCOL_COLUMNS);
  let length = 0;
  query.columns.forEach((column, i) => {
    const value = query.values[i] as number;
    dense[column] = value;
    length += value * value;
  });
  points.forEach(({ columns, values }, j) => {
    let sum = length;
    columns.forEach((column, i) => {
      const own = dense[column] as number;
      const difference = (values[i] as number) - own;
      sum += difference * difference - own * own;
    });
    out[j] = Math.sqrt(Math.max(0, sum));
  });
}

function createRoleView(role: PortRole): PortRoleView {
  const { points, bandwidths } = role;
  const scoreOf = (ports: Sparse): number => {
    const distances = new Float64Array(points.length);
    distancesTo(ports, points, distances);
    return referenceScore(distances, bandwidths);
  };
  return {
    role,
    referenceCount: points.length,
    check: () => {
      const parts = [bandwidths.betas, bandwidths.logSums, ...points.map(({ values }) => values)];
      if (!parts.every(allFinite)) throw manifestError('view port-protocol: numbers that are none');
    },
    score: ({ ports }: CaptureUnits) => (ports === undefined ? [] : [{ bin: 0, score: scoreOf(ports) }]),
    explain: ({ ports }: CaptureUnits, bin: number, limit: number) =>
      ports === undefined || bin !== 0 || limit < 1 ? [] : [explain(role, ports, scoreOf(ports))],
  };
}

function explain({ points }: PortRole, ports: Sparse, score: number): Finding {
  const means = new Map<number, number>();
  for (const { columns, values } of points) {
    columns.forEach((column, i) => {
      means.set(column, (means.get(column) ?? 0) + (values[i] as number) / points.length);
    });
  }
  const own = new Map(Array.from(ports.columns, (column, i) => [column, ports.values[i] as number]));
  const away = (column: number) => Math.abs((own.get(column) ?? 0) - (means.get(column) ?? 0));
  const columns = Array.from(new Set([...own.keys(), ...means.keys()])).sort(
    (a, b) => away(b) - away(a) || a - b,
  );
  const percent = (share = 0) => `${Math.round(share * 100)} %`;
  const distances = new Float64Array(points.length);
  distancesTo(ports, points, distances);
  const nearest = distances.indexOf(Math.min(...distances));
  return {
    view: portView.id,
    bin: 0,
    unit: 0,
    sessionRow: null,
    outlierProbability: outlierProbabilityOf(score),
    why: columns
      .slice(0, namedColumns)
      .map(
        (column) =>
          `${portProtocolColumnName(column)}: ${percent(own.get(column))} of the sessions (mean in this role: ${percent(means.get(column))})`,
      ),
    traits: [],
    nearest: points[nearest]?.name ?? null,
  };
}

function assemble(roles: ReadonlyMap<string, PortRoleView>): BehaviourView {
  return {
    id: portView.id,
    layout: portView.layout,
    roles,
    enrol: (name, captures) => {
      const known = roles.get(name);
      const added = captures.flatMap(({ units, name: of }) =>
        units.ports ? [{ ...units.ports, name: of }] : [],
      );
      if (known === undefined || added.length === 0) return assemble(roles);
      return assemble(new Map([...roles, [name, createRoleView(roleOf([...known.role.points, ...added]))]]));
    },
    encode: () => encode(roles),
  };
}

function encode(roles: ReadonlyMap<string, PortRoleView>): EncodedView {
  const all = Array.from(roles.values(), ({ role }) => role);
  const points = all.flatMap((role) => role.points);
  const bandwidths = all.map((role) => role.bandwidths);
  return {
    id: portView.id,
    layout: portView.layout,
    meta: { roles: [...roles.keys()] },
    arrays: {
      captures: joinedTexts(points.map(({ name }) => name)),
      ...encodedCounts(bandwidths),
      lengths: uint32(Uint32Array.from(points, ({ columns }) => columns.length)),
      columns: joinedWords(points.map(({ columns }) => columns)),
      values: joinedFloats(points.map(({ values }) => values)),
      ...encodedBandwidths(bandwidths),
    },
  };
}

function decode(encoded: EncodedView): BehaviourView {
  const captures = seldomTextsOf(encoded, 'captures');
  const { total, by } = encodedRoles(encoded);
  const lengths = uint32Of(encoded, 'lengths', total);
  const entries = lengths.reduce((sum, length) => sum + length, 0);
  const columns = uint32Of(encoded, 'columns', entries);
  const values = floatsOf(encoded, 'values', entries);
  let places: readonly Range[] | undefined;
  const pointsOf = (first: number, behind: number): PortPoint[] => {
    if (places === undefined) {
      if (captures().length !== total || columns.some((column) => column >= PORT_PROTOCOL_COLUMNS)) {
        throw manifestError(`view ${encoded.id}: parts that do not fit one another`);
      }
      places = rangesOf(lengths).ranges;
    }
    return places.slice(first, behind).map(({ from, to }, index) => ({
      columns: columns.subarray(from, to),
      values: values.subarray(from, to),
      name: captures()[first + index] ?? '',
    }));
  };
  return assemble(
    by(({ from, to, bandwidths }) => createRoleView({ points: pointsOf(from, to), bandwidths })),
  );
}
