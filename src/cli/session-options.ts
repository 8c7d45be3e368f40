/** Options of the table of sessions; part of the one table in `options.ts`. */

export const sessionOptionTable = {
  compat: {
    kind: 'text',
    value: 'PROGRAM',
    describe: 'do as another program does, its faults included',
    choices: ['nfstream', 'netml'],
    setting: true,
  },
  stats: {
    kind: 'flag',
    describe: '48 more columns: sizes, intervals and TCP flags of each direction',
    setting: true,
  },
  splt: {
    kind: 'count',
    value: 'N',
    least: 0,
    describe: 'direction, size and interval of the first N packets of each session, as lists',
    setting: true,
  },
  'idle-timeout': {
    kind: 'number',
    value: 'SECONDS',
    describe: 'a session ends when nothing was seen for so long (default 120)',
    setting: true,
  },
  'active-timeout': {
    kind: 'number',
    value: 'SECONDS',
    describe: 'a session is cut into parts of so long (default 1800)',
    setting: true,
  },
  accounting: {
    kind: 'text',
    value: 'WHAT',
    describe: 'what counts as the size of a packet (default link)',
    choices: ['link', 'ip', 'transport', 'payload'],
    setting: true,
  },
  'end-on': {
    kind: 'list',
    value: 'WHAT',
    describe: "end TCP sessions at both sides' FIN, at an RST; both between commas",
    choices: ['fin', 'rst'],
    setting: true,
  },
  'max-sessions': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'live sessions at most; the one not seen for longest makes room (default 6000000)',
    setting: true,
  },
  anonymize: {
    kind: 'flag',
    describe: 'keyed BLAKE2b digests in place of IP and MAC addresses',
    setting: true,
  },
  'key-file': {
    kind: 'text',
    value: 'FILE',
    describe: 'the key for --anonymize, so that exports match; made when the file is not there',
    setting: true,
  },
  'community-id': {
    kind: 'flag',
    describe: 'a column with the Community ID, version 1',
    setting: true,
  },
  'community-seed': {
    kind: 'count',
    value: 'N',
    least: 0,
    describe: 'the seed of the Community ID (default 0); brings the column, too',
    setting: true,
  },
  frames: {
    kind: 'flag',
    describe: 'a column with the numbers of the frames of each session',
    setting: true,
  },
  plugin: {
    kind: 'text',
    value: 'FILE',
    describe: 'a module with a plugin that adds columns or ends sessions; see docs/sessions.md',
    setting: false,
  },
  join: { kind: 'flag', describe: 'all captures are one stream', setting: false },
} as const;
