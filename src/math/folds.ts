import { NetworkmlError } from '../errors.js';

/** What `groupedFolds` divides: one entry of each list for each item. */
export interface FoldRequest {
  readonly foldCount: number;
  /** Items of one group always share a fold. */
  readonly groups: readonly string[];
  /** Class index of each item. */
  readonly labels: ArrayLike<number>;
  /** What is counted when folds are balanced (several units may make a group); the groups themselves unless given. */
  readonly units?: readonly string[];
}

interface Group {
  readonly name: string;
  /** Units of each label in it. */
  readonly counts: Map<number, number>;
  readonly size: number;
}

/**
 * Divides items into folds by whole groups, so that the units of every label are spread evenly. Nothing is drawn:
 * the same groups always give the same folds, in whatever order the items come.
 * Groups of many labels go first, then those of the rarest label; each goes where its labels are scarcest, with a
 * slight pull towards the smaller fold.
 *
 * @returns fold of each item, 0 to foldCount - 1.
 * @throws NetworkmlError `NML_TRAIN_DATA` when there are fewer groups than folds, or fewer than two folds.
 */
export function groupedFolds(request: FoldRequest): Uint32Array {
  const { foldCount, groups } = request;
  const list = countGroups(request);
  if (foldCount < 2 || list.length < foldCount) {
    throw new NetworkmlError(
      'NML_TRAIN_DATA',
      `${list.length} groups cannot be divided into ${foldCount} folds`,
    );
  }
  const totals = new Map<number, number>();
  for (const group of list) for (const [label, count] of group.counts) addTo(totals, label, count);
  list.sort((a, b) => compareGroups(a, b, totals));

  const held = Array.from({ length: foldCount }, () => new Map<number, number>());
  const sizes = new Array<number>(foldCount).fill(0);
  const foldOf = new Map<string, number>();
  for (const group of list) {
    const fold = cheapestFold(group, held, sizes, totals);
    for (const [label, count] of group.counts) addTo(held[fold]!, label, count);
    sizes[fold]! += group.size;
    foldOf.set(group.name, fold);
  }
  return Uint32Array.from(groups, (name) => foldOf.get(name)!);
}

function countGroups({ groups, labels, units = groups }: FoldRequest): Group[] {
  const seen = new Map<string, Map<number, Set<string>>>();
  for (let i = 0; i < groups.length; i++) {
    const byLabel = entryOf(seen, groups[i]!, () => new Map<number, Set<string>>());
    entryOf(byLabel, labels[i]!, () => new Set<string>()).add(units[i]!);
  }
  return Array.from(seen, ([name, byLabel]) => {
    // Ascending labels: sums of costs must not depend on the order of the items.
    const counts = new Map(
      Array.from(byLabel, ([label, set]): [number, number] => [label, set.size]).sort((a, b) => a[0] - b[0]),
    );
    return { name, counts, size: Array.from(counts.values()).reduce((sum, count) => sum + count, 0) };
  });
}

function compareGroups(a: Group, b: Group, totals: ReadonlyMap<number, number>): number {
  const rarest = (group: Group) =>
    Math.min(...Array.from(group.counts.keys(), (label) => totals.get(label)!));
  return (
    b.counts.size - a.counts.size ||
    rarest(a) - rarest(b) ||
    b.size - a.size ||
    (a.name < b.name ? -1 : Number(a.name > b.name))
  );
}

function cheapestFold(
  group: Group,
  held: readonly ReadonlyMap<number, number>[],
  sizes: readonly number[],
  totals: ReadonlyMap<number, number>,
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let fold = 0; fold < held.length; fold++) {
    let cost = 0;
    for (const [label, count] of group.counts) {
      cost += (count * (held[fold]!.get(label) ?? 0) * 10) / totals.get(label)!;
    }
    cost += sizes[fold]! * 0.02;
    if (cost < least) {
      least = cost;
      best = fold;
    }
  }
  return best;
}

function addTo(map: Map<number, number>, key: number, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount);
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
