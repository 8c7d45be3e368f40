/** Options of `networkml detect`; part of the one table in `options.ts`. */

export const detectOptionTable = {
  algorithm: {
    kind: 'text',
    value: 'NAME',
    describe:
      'ocsvm one-class SVM, kde kernel density, gmm Gaussian mixture, if isolation forest, pca principal components, ae autoencoder, sos Stochastic Outlier Selection (default)',
    choices: ['ocsvm', 'kde', 'gmm', 'if', 'pca', 'ae', 'sos'],
    setting: false,
  },
  param: {
    kind: 'text',
    value: 'PARAMS|FILE',
    describe: 'settings of the algorithm: nu=0.1,gamma=0.5, or JSON, or a file of either',
    setting: false,
  },
  features: {
    kind: 'text',
    value: 'NAME',
    describe: 'flows by --kind (default), or stats48: sessions by the 48 columns of sessions --stats',
    choices: ['flows', 'stats48'],
    setting: false,
  },
  raw: { kind: 'flag', describe: 'values as they are, not standardised', setting: false },
  normal: {
    kind: 'list',
    value: 'FILES',
    describe: 'captures of normal traffic, between commas or with the flag repeated',
    setting: false,
  },
  abnormal: {
    kind: 'list',
    value: 'FILES',
    describe: 'captures of anomalous traffic: the test finds it, nothing is learnt from it',
    setting: false,
  },
  contamination: {
    kind: 'text',
    value: 'SHARE',
    describe:
      'share of anomalies that is expected among what is learnt from; auto (default): no share is presumed',
    setting: false,
  },
  quantile: {
    kind: 'number',
    value: 'SHARE',
    describe: 'share of what is learnt from that shall lie below the threshold',
    setting: false,
  },
  'test-size': {
    kind: 'number',
    value: 'SHARE',
    describe: 'share of labelled normal flows that is kept for the test (default 0.33)',
    setting: false,
  },
  model: { kind: 'text', value: 'FILE', alias: 'm', describe: 'the model to score by', setting: false },
  report: {
    kind: 'text',
    value: 'FILE',
    describe: 'write a page with a picture of the scores there',
    setting: false,
  },
  'report-all': { kind: 'flag', describe: 'all flows, not the anomalous ones alone', setting: false },
} as const;
