/** Density by Gaussian kernels of one bandwidth over the rows (Parzen, Annals of Mathematical Statistics 33, 1962). */
import { type DetectorKernel, settingOf, squaredDistance, tableOf } from './dense-table.js';

/** Setting: `bandwidth`. The score is minus the natural logarithm of the density. */
export const kernelDensity: DetectorKernel = {
  defaults: { bandwidth: 1 },
  largestScore: Number.POSITIVE_INFINITY,
  fit: ({ values }) => ({ points: values.slice() }),
  scorer: (arrays, columnCount, settings) => {
    const points = tableOf(arrays, 'points', columnCount);
    const bandwidth = settingOf(settings, 'bandwidth');
    const factor = -0.5 / (bandwidth * bandwidth);
    const exponents = new Float64Array(points.rowCount);
    const constant =
      Math.log(points.rowCount) + columnCount * (0.5 * Math.log(2 * Math.PI) + Math.log(bandwidth));
    return (row) => {
      let largest = Number.NEGATIVE_INFINITY;
      for (let at = 0; at < exponents.length; at++) {
        const exponent = factor * squaredDistance(row, points, at);
        exponents[at] = exponent;
        if (exponent > largest) largest = exponent;
      }
      let sum = 0;
      for (const exponent of exponents) sum += Math.exp(exponent - largest);
      return constant - largest - Math.log(sum);
    };
  },
};
