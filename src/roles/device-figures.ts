import { balancedShare, hitsWithin, labelRanks } from '../math/index.js';

/** Figures of devices as wholes: the mean of the probabilities of all captures of a device is its answer. */
export interface DeviceFigures {
  /** Mean over roles of the share of devices with the right first answer. */
  readonly recall: number;
  /** The same for the right answer among the top three. */
  readonly top3: number;
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
