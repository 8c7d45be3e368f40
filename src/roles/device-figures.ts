import { balancedShare, hitsWithin, labelRanks } from '../math/index.js';

/** Figures of devices as wholes: the mean of the probabilities of all captures of a device is its answer. */
export interface DeviceFigures {
  /** Mean over roles of the share of devices with the right first answer. */
  readonly recall: number;
  /** The same for the right answer among the top three. */
  readonly top3: number;
}

/** Figures of captures whose device was learnt from in other captures of it. */
export interface KnownDeviceFigures {
  readonly captures: number;
  readonly devices: number;
  /** Captures with the right first answer, and with the right one among the top three. */
  readonly right: number;
  readonly withinThree: number;
  /** Mean over roles of the mean over devices of the share of these captures, likewise. */
  readonly roleBalancedRecall: number;
  readonly roleBalancedTop3: number;
}

/** Answers by capture, as in `AnsweredCaptures`. */
interface Answers {
  readonly roles: readonly string[];
  readonly probabilities: Float64Array;
  readonly labels: ArrayLike<number>;
  readonly devices: readonly string[];
}

/** Role-balanced shares of devices answered rightly, a device's answer being the mean over its captures. */
export function deviceFigures({ roles, probabilities, labels, devices }: Answers): DeviceFigures {
  const classCount = roles.length;
  const places = new Map<string, number>();
  const sums: number[][] = [];
  const deviceLabels: number[] = [];
  for (let i = 0; i < devices.length; i++) {
    const key = `${labels[i]} ${devices[i]}`;
    const place = places.get(key) ?? sums.push(new Array<number>(classCount).fill(0)) - 1;
    if (!places.has(key)) deviceLabels.push(labels[i] as number);
    places.set(key, place);
    const sum = sums[place] as number[];
    for (let k = 0; k < classCount; k++) {
      sum[k] = (sum[k] as number) + (probabilities[i * classCount + k] as number);
    }
  }
  // The rank of the label is the same in the sum as in the mean.
  const ranks = labelRanks(Float64Array.from(sums.flat()), deviceLabels, classCount);
  const names = [...places.keys()];
  return {
    recall: balancedShare(hitsWithin(ranks, 1), deviceLabels, names, classCount).mean,
    top3: balancedShare(hitsWithin(ranks, 3), deviceLabels, names, classCount).mean,
  };
}

/** Figures of the captures that `known` marks with 1; undefined where it marks none. */
export function knownDeviceFigures(
  { roles, probabilities, labels, devices }: Answers,
  known: ArrayLike<number>,
): KnownDeviceFigures | undefined {
  const mask = Uint8Array.from(known);
  const marked = devices.filter((_, i) => mask[i] === 1);
  if (marked.length === 0) return undefined;
  const ranks = labelRanks(probabilities, labels, roles.length);
  const [right, amongThree] = [hitsWithin(ranks, 1), hitsWithin(ranks, 3)];
  const countOf = (hits: Uint8Array): number => hits.filter((hit, i) => hit === 1 && mask[i] === 1).length;
  return {
    captures: marked.length,
    devices: new Set(marked).size,
    right: countOf(right),
    withinThree: countOf(amongThree),
    roleBalancedRecall: balancedShare(right, labels, devices, roles.length, mask).mean,
    roleBalancedTop3: balancedShare(amongThree, labels, devices, roles.length, mask).mean,
  };
}
