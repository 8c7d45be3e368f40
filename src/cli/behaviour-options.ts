/** Options of the commands around behaviour; part of the one table in `options.ts`. */

export const behaviourOptionTable = {
  view: {
    kind: 'text',
    value: 'NAME',
    describe: 'judge behaviour by this view alone',
    choices: ['net', 'adm', 'sess', 'contacts', 'codes', 'names', 'port-protocol'],
    setting: false,
  },
  perplexity: {
    kind: 'number',
    value: 'N',
    describe: 'how many neighbours a point feels (default 30)',
    setting: false,
  },
  threshold: {
    kind: 'number',
    value: 'P',
    describe: 'write 1 for an outlier probability of at least P, and 0 below it',
    setting: false,
  },
  metric: {
    kind: 'text',
    value: 'NAME',
    describe: 'how unlike two rows are; none: the table is a matrix of dissimilarities',
    choices: ['euclidean', 'none'],
    setting: false,
  },
  precision: { kind: 'count', value: 'N', least: 0, describe: 'decimals (default 8)', setting: false },
  delimiter: {
    kind: 'text',
    value: 'TEXT',
    describe: 'what stands between numbers (default ,)',
    setting: false,
  },
} as const;
