/**
 * Real part of the discrete Fourier transform of real numbers, for any length: directly where few of the numbers are
 * given, otherwise by Bluestein's chirp transform (L. Bluestein, 1970) over a radix-2 FFT (Cooley and Tukey, 1965).
 */

/** Computes one transform; `input[0 .. count)` followed by zeros up to the length n. */
export type RealPartTransform = (
  input: Float64Array,
  count: number,
  output: Float64Array,
  at: number,
) => void;

/**
 * A transform of a fixed length: output[at + k] = sum over j of input[j] * cos(2 pi j k / n), k = 0 .. n - 1, which is
 * `numpy.real(numpy.fft.fft(input, n))`. Inputs longer than n are cut.
 * @param n length, 1 or more
 */
export function realPartTransform(n: number): RealPartTransform {
  const cosines = new Float64Array(n);
  for (let j = 0; j < n; j++) cosines[j] = Math.cos((2 * Math.PI * j) / n);
  let chirp: RealPartTransform | undefined;
  const m = paddedLength(n);
  const chirpCost = 6 * m * Math.log2(m);
  return (input, count, output, at) => {
    const used = Math.min(count, n);
    if ((used * n) / 2 <= chirpCost) direct(input, used, cosines, output, at);
    else {
      chirp ??= chirpTransform(n, m);
      chirp(input, used, output, at);
    }
  };
}

/** Power of two with room for a linear convolution of n with 2n - 1 numbers. */
function paddedLength(n: number): number {
  let m = 1;
  while (m < 2 * n - 1) m *= 2;
  return m;
}

/** The real part is symmetric: k and n - k are equal. */
function direct(
  input: Float64Array,
  used: number,
  cosines: Float64Array,
  output: Float64Array,
  at: number,
): void {
  const n = cosines.length;
  for (let k = 0; k <= n >> 1; k++) {
    let sum = 0;
    let angle = 0;
    for (let j = 0; j < used; j++) {
      sum += input[j]! * cosines[angle]!;
      angle += k;
      if (angle >= n) angle -= n;
    }
    output[at + k] = sum;
    if (k > 0) output[at + n - k] = sum;
  }
}

/** With w = exp(-i pi j^2 / n): X_k = w_k * sum_j (x_j w_j) conj(w_(k-j)), a convolution. */
function chirpTransform(n: number, m: number): RealPartTransform {
  const chirpRe = new Float64Array(n);
  const chirpIm = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    // j^2 modulo 2n keeps the angle small, and exact while n < 2^26.
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    chirpRe[j] = Math.cos(angle);
    chirpIm[j] = -Math.sin(angle);
  }
  const fft = radix2(m);
  const filterRe = new Float64Array(m);
  const filterIm = new Float64Array(m);
  for (let j = 0; j < n; j++) {
    filterRe[j] = chirpRe[j]!;
    filterIm[j] = -chirpIm[j]!;
    if (j > 0) {
      filterRe[m - j] = chirpRe[j]!;
      filterIm[m - j] = -chirpIm[j]!;
    }
  }
  fft(filterRe, filterIm);
  const re = new Float64Array(m);
  const im = new Float64Array(m);
  return (input, count, output, at) => {
    re.fill(0);
    im.fill(0);
    for (let j = 0; j < count; j++) {
      re[j] = input[j]! * chirpRe[j]!;
      im[j] = input[j]! * chirpIm[j]!;
    }
    fft(re, im);
    // The inverse transform is the forward one with both parts exchanged.
    for (let j = 0; j < m; j++) {
      const product = re[j]! * filterRe[j]! - im[j]! * filterIm[j]!;
      im[j] = re[j]! * filterIm[j]! + im[j]! * filterRe[j]!;
      re[j] = product;
    }
    fft(im, re);
    for (let k = 0; k < n; k++) {
      output[at + k] = (re[k]! * chirpRe[k]! - im[k]! * chirpIm[k]!) / m;
    }
  };
}

/** In-place complex FFT of a power of two. */
function radix2(m: number): (re: Float64Array, im: Float64Array) => void {
  const half = m >> 1;
  const cosines = new Float64Array(half);
  const sines = new Float64Array(half);
  for (let j = 0; j < half; j++) {
    cosines[j] = Math.cos((2 * Math.PI * j) / m);
    sines[j] = -Math.sin((2 * Math.PI * j) / m);
  }
  const reversed = new Uint32Array(m);
  for (let j = 1; j < m; j++) reversed[j] = (reversed[j >> 1]! >> 1) | ((j & 1) === 1 ? half : 0);
  return (re, im) => {
    for (let j = 1; j < m; j++) {
      const other = reversed[j]!;
      if (other <= j) continue;
      const keptRe = re[j]!;
      const keptIm = im[j]!;
      re[j] = re[other]!;
      im[j] = im[other]!;
      re[other] = keptRe;
      im[other] = keptIm;
    }
    for (let size = 2; size <= m; size *= 2) {
      const wing = size >> 1;
      const stride = m / size;
      for (let start = 0; start < m; start += size) {
        for (let j = 0, turn = 0; j < wing; j++, turn += stride) {
          const low = start + j;
          const high = low + wing;
          const oddRe = re[high]! * cosines[turn]! - im[high]! * sines[turn]!;
          const oddIm = re[high]! * sines[turn]! + im[high]! * cosines[turn]!;
          re[high] = re[low]! - oddRe;
          im[high] = im[low]! - oddIm;
          re[low] = re[low]! + oddRe;
          im[low] = im[low]! + oddIm;
        }
      }
    }
  };
}
