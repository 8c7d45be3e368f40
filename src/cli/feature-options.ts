/** Options of feature vectors; part of the one table in `options.ts`. */

export const featureOptionTable = {
  kind: {
    kind: 'text',
    value: 'FAMILY',
    describe:
      'what the vectors hold (default port-protocol); training: all that train and evaluate need of labelled ' +
      'captures; all others are of directed flows',
    choices: ['port-protocol', 'iat', 'size', 'iat-size', 'stats', 'samp-num', 'samp-size', 'training'],
    setting: true,
  },
  layout: {
    kind: 'text',
    value: 'NAME',
    describe: 'order and meaning of the 4,104 values; networkml-0.4: bins as NetworkML 0.4.5 made them',
    choices: ['port-protocol-4104/1', 'networkml-0.4'],
    setting: true,
  },
  unit: {
    kind: 'text',
    value: 'WHAT',
    describe: 'a vector for each session (default) or for each window of time',
    choices: ['session', 'window'],
    setting: true,
  },
  weight: {
    kind: 'text',
    value: 'WHAT',
    describe: 'what counts the same within a window (default packets)',
    choices: ['packets', 'sessions'],
    setting: true,
  },
  window: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'length of a window (default 900); 0 is the whole capture',
    setting: true,
  },
  'warm-up': {
    kind: 'number',
    value: 'SECONDS',
    describe:
      'leave out sessions that begin so soon after the first packet (default 0; NetworkML 0.4.5: 120)',
    setting: true,
  },
  wide: { kind: 'flag', describe: 'tables with a column for each of the 4,104 values', setting: true },
  fft: { kind: 'flag', describe: 'real part of the Fourier transform of the values', setting: true },
  header: { kind: 'flag', describe: 'TCP flag counts and hop limits in front of the values', setting: true },
  'q-interval': {
    kind: 'number',
    value: 'SHARE',
    describe: 'share of flows that are not cut, and of pieces that vectors have room for (default 0.9)',
    setting: true,
  },
  'flow-pkts-threshold': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'flows of fewer packets are left out (default 2, which is the least)',
    setting: true,
  },
  interval: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'length at which flows are cut, instead of the one that --q-interval gives',
    setting: true,
  },
  shape: {
    kind: 'text',
    value: 'FILE',
    describe: 'take kind, cuts and lengths from there, so that vectors are like those of another run',
    setting: false,
  },
  'save-shape': {
    kind: 'text',
    value: 'FILE',
    describe: 'write kind, cuts and lengths there, for --shape',
    setting: false,
  },
} as const;
