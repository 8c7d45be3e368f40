/** Views whose units are plain vectors: `net` by the minute, `adm`, `contacts`, `codes` and `names` by 15 minutes. */
import {
  admLayoutId,
  admNumberCount,
  codeLayoutId,
  codeNumberCount,
  contactLayoutId,
  contactNumberCount,
  isCodeShare,
  isContactShare,
  isNameShare,
  isNetShare,
  nameLayoutId,
  nameNumberCount,
  netLayoutId,
  netNumberCount,
  unseenCodes,
} from '../features/index.js';
import type { Random } from '../math/index.js';
import { type EncodedView, floatsOf, seldomTextsOf } from './encoded.js';
import { decodeRoles, encodeRoles } from './vector-encoded.js';
import {
  drawVectorReference,
  extendVectorReference,
  vectorFactors,
  vectorMedians,
} from './vector-reference.js';
import { createRoleView, noUnits, type VectorKind, type VectorRoleView, withUnseen } from './vector-role.js';
import type { BehaviourView, NamedUnits, ViewKind } from './view.js';

/** Fan-out, failure and ARP, by the minute; the score of a slice is that of its strangest minute. */
export const netView: ViewKind = vectorView({
  id: 'net',
  layout: netLayoutId,
  use: 'usual',
  penalty: 1,
  columns: netNumberCount,
  unitsOf: ({ net }) => net,
  isShare: isNetShare,
});

/** Administration without directory context, by the slice of 15 minutes. */
export const admView: ViewKind = vectorView({
  id: 'adm',
  layout: admLayoutId,
  use: 'usual',
  penalty: 1,
  columns: admNumberCount,
  unitsOf: ({ adm }) => adm,
  isShare: () => false,
});

/** Regular contacts with one outside host, and uploads to one peer, by the slice of 15 minutes. */
export const contactView: ViewKind = vectorView({
  id: 'contacts',
  layout: contactLayoutId,
  use: 'usual',
  penalty: 10,
  columns: contactNumberCount,
  unitsOf: ({ contacts }) => contacts,
  isShare: isContactShare,
});

/** Codes of process protocols and remote procedure calls, by the slice of 15 minutes. */
export const codeView: ViewKind = vectorView({
  id: 'codes',
  layout: codeLayoutId,
  use: 'names',
  penalty: 1,
  columns: codeNumberCount,
  unitsOf: ({ codes }) => codes,
  isShare: isCodeShare,
  unseen: { column: unseenCodes, deviation: 0.5, seenOf: ({ codes }) => codes?.seen ?? [] },
});

/** Names that are asked for, by the slice of 15 minutes. */
export const nameView: ViewKind = vectorView({
  id: 'names',
  layout: nameLayoutId,
  use: 'names',
  penalty: 10,
  columns: nameNumberCount,
  unitsOf: ({ names }) => names,
  isShare: isNameShare,
});

function vectorView(kind: VectorKind): ViewKind {
  const { id, layout, use, penalty, columns, unitsOf, unseen } = kind;
  return {
    id,
    layout,
    use,
    penalty,
    prepare(captures) {
      const factors = vectorFactors(
        captures.map((capture) => unitsOf(capture) ?? noUnits),
        columns,
      );
      if (unseen !== undefined) factors[unseen.column] = 1 / unseen.deviation;
      const names: string[] = [];
      const numberOf = new Map<string, number>();
      const originOf = (name: string) => {
        const known = numberOf.get(name);
        if (known !== undefined) return known;
        numberOf.set(name, names.length);
        return names.push(name) - 1;
      };
      return {
        fitRole: (ofRole, random) => fitVectorRole(kind, ofRole, factors, names, originOf, random),
        assemble: (roles) =>
          assemble(kind, roles as ReadonlyMap<string, VectorRoleView>, factors, () => names),
      };
    },
    decode: (encoded) => decodeView(kind, encoded),
  };
}

function fitVectorRole(
  kind: VectorKind,
  captures: readonly NamedUnits[],
  factors: Float32Array,
  names: readonly string[],
  originOf: (name: string) => number,
  random: Random,
): VectorRoleView | undefined {
  const known = vocabularyOf(kind, captures);
  const numbered = captures.map((capture) => ({
    units: withUnseen(kind, capture.units, (token) => known.byOthers(token, capture)),
    origin: originOf(capture.name),
  }));
  const medians = vectorMedians(
    numbered.map(({ units }) => units),
    kind.columns,
  );
  const scale = { medians, factors };
  const reference = drawVectorReference(numbered, scale, random);
  if (reference === undefined) return undefined;
  return createRoleView(kind, { scale, reference, vocabulary: known.tokens }, () => names);
}

/** What the captures of a role are made of, and whether something is so in captures of other devices, too. */
function vocabularyOf(
  kind: VectorKind,
  captures: readonly NamedUnits[],
): { tokens: Uint32Array; byOthers: (token: number, capture: NamedUnits) => boolean } {
  const devices = new Map<number, Set<string>>();
  const deviceOf = ({ device, name }: NamedUnits) => device ?? name;
  for (const capture of captures) {
    for (const seen of kind.unseen?.seenOf(capture.units) ?? []) {
      for (const token of seen) {
        const own = devices.get(token) ?? new Set();
        devices.set(token, own.add(deviceOf(capture)));
      }
    }
  }
  return {
    tokens: Uint32Array.from(devices.keys()).sort(),
    byOthers: (token, capture) => {
      const own = devices.get(token) ?? new Set();
      return own.size > (own.has(deviceOf(capture)) ? 1 : 0);
    },
  };
}

function assemble(
  kind: VectorKind,
  roles: ReadonlyMap<string, VectorRoleView>,
  factors: Float32Array,
  names: () => readonly string[],
): BehaviourView {
  return {
    id: kind.id,
    layout: kind.layout,
    roles,
    enrol: (name, captures, random) => {
      const known = roles.get(name);
      if (known === undefined) return assemble(kind, roles, factors, names);
      const before = names();
      const longer = [...before, ...captures.map((capture) => capture.name)];
      const { scale } = known.role;
      const accepted = captures.flatMap(({ units }) => kind.unseen?.seenOf(units) ?? []);
      const tokens = new Set([...known.role.vocabulary, ...accepted.flatMap((seen) => [...seen])]);
      const vocabulary = Uint32Array.from(tokens).sort();
      const numbered = captures.map((capture, i) => ({
        units: withUnseen(kind, capture.units, (token) => tokens.has(token)),
        origin: before.length + i,
      }));
      const reference = extendVectorReference(known.role.reference, numbered, scale, random);
      const role = createRoleView(kind, { scale, reference, vocabulary }, () => longer);
      // The others keep their views: numbers of names stay what they were.
      return assemble(kind, new Map([...roles, [name, role]]), factors, () => longer);
    },
    encode: () => encodeRoles(kind, roles, factors, names()),
  };
}

function decodeView(kind: VectorKind, encoded: EncodedView): BehaviourView {
  const captures = seldomTextsOf(encoded, 'captures');
  const factors = floatsOf(encoded, 'factors', kind.columns);
  const roles = decodeRoles(kind, encoded, factors, (role) => createRoleView(kind, role, captures));
  return assemble(kind, roles, factors, captures);
}
