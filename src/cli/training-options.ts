/** Options of training and its evaluation, and of bundles; part of the one table in `options.ts`. */

export const trainingOptionTable = {
  labels: {
    kind: 'text',
    value: 'FILE',
    describe: 'a table of labels that overrides the file names',
    setting: true,
  },
  seed: {
    kind: 'count',
    value: 'N',
    least: 0,
    describe: 'start of all random numbers (default 1)',
    setting: true,
  },
  name: { kind: 'text', value: 'NAME', describe: 'the name of the new bundle', setting: false },
  'bundle-version': {
    kind: 'text',
    value: 'VERSION',
    describe: 'the version of the new bundle',
    setting: false,
  },
  to: {
    kind: 'text',
    value: 'FORMAT',
    describe: 'format of another library: the one-layer network goes to the first, the forest to the second',
    choices: ['tensorflow', 'ml-random-forest'],
    setting: false,
  },
  backend: {
    kind: 'text',
    value: 'NAME',
    describe: 'what trains the one-layer network; tensorflow has to be installed beside networkml',
    choices: ['own', 'tensorflow'],
    setting: true,
  },
  grouped: {
    kind: 'count',
    value: 'K',
    least: 2,
    describe: 'train anew K times with whole devices left out, instead of scoring a bundle',
    setting: false,
  },
  behaviour: {
    kind: 'list',
    value: 'DIRS',
    describe:
      'measure behaviour instead of roles, with the attack captures in these directories or training tables',
    setting: false,
  },
  by: {
    kind: 'text',
    value: 'WHAT',
    describe:
      'what is left out as a whole: device, family, site, implementation, or single captures (with a warning)',
    choices: ['device', 'family', 'site', 'implementation', 'capture'],
    setting: false,
  },
  also: {
    kind: 'list',
    value: 'PATHS',
    describe: 'learn from these captures or training tables, too; figures and cuts are those of the others',
    setting: false,
  },
  'map-roles': {
    kind: 'text',
    value: 'FILE',
    describe: 'a table of roles that mean the same: captures of role "from" count as "to"',
    setting: false,
  },
  'family-of': {
    kind: 'text',
    value: 'PATTERN',
    describe: 'regular expression: what it finds in the name of a device is its family',
    setting: true,
  },
  with: {
    kind: 'list',
    value: 'WHAT',
    describe: 'measure more, training many times: recognise roles never trained, learn from fewer devices',
    choices: ['unknown-roles', 'learning-curve'],
    setting: false,
  },
  control: {
    kind: 'list',
    value: 'WHAT',
    describe:
      'deal out the roles anew (must land at chance), exchange addresses and names (must change nothing)',
    choices: ['shuffle', 'addresses'],
    setting: false,
  },
  'device-from': {
    kind: 'text',
    value: 'WHERE',
    describe: 'take the device of each capture from the traffic or from the label table',
    choices: ['traffic', 'labels'],
    setting: true,
  },
} as const;
