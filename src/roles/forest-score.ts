/**
 * How good a cut is by the impurity of Gini: the sums of the squared weights of the classes on both sides, each over the
 * weight of its side. Higher is purer (Breiman et al., Classification and Regression Trees, 1984).
 * @param left [classes] weight on the left
 * @param total [classes] weight of both sides
 * @param totalWeight its sum
 */
export function scoreOfCut(left: Float64Array, total: Float64Array, totalWeight: number): number {
  let weight = 0;
  let squareLeft = 0;
  let squareRight = 0;
  for (let label = 0; label < total.length; label++) {
    const sum = left[label] as number;
    const rest = (total[label] as number) - sum;
    weight += sum;
    squareLeft += sum * sum;
    squareRight += rest * rest;
  }
  return squareLeft / weight + squareRight / (totalWeight - weight);
}
