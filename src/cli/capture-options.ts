/** Options of splitting and of live capture; part of the one table in `options.ts`. */

export const captureOptionTable = {
  groups: {
    kind: 'text',
    value: 'RULE',
    describe:
      'who gets the broadcasts and multicasts of others: those whom they concern, all, the sender alone',
    choices: ['members', 'all', 'sender'],
    setting: true,
  },
  'min-packets': {
    kind: 'count',
    value: 'N',
    least: 1,
    describe: 'fewest packets of a capture that is kept (default 1)',
    setting: true,
  },
  interface: {
    kind: 'text',
    value: 'NAME',
    alias: 'i',
    describe: 'the interface to capture from',
    setting: true,
  },
  'split-dir': {
    kind: 'text',
    value: 'DIR',
    describe: 'keep a capture for each device and window there',
    setting: true,
  },
  predict: { kind: 'flag', describe: 'role and behaviour of each device in each window', setting: true },
  step: {
    kind: 'number',
    value: 'SECONDS',
    describe: 'from the start of one window to the next; less than the window makes them overlap',
    setting: true,
  },
  duration: { kind: 'number', value: 'SECONDS', describe: 'stop after so long', setting: true },
  driver: {
    kind: 'text',
    value: 'NAME',
    describe: 'what captures; without it the first that works: tcpdump, dumpcap, the package cap',
    choices: ['tcpdump', 'dumpcap', 'cap'],
    setting: true,
  },
  snaplen: {
    kind: 'count',
    value: 'BYTES',
    least: 64,
    describe:
      'bytes kept of each packet (default 256, as headers are all that is looked at; 1600 with --names or --hints)',
    setting: true,
  },
  'kernel-buffer': {
    kind: 'count',
    value: 'MIB',
    least: 1,
    describe: 'room in the kernel for packets that nobody has taken yet (default 32)',
    setting: true,
  },
  'max-window': {
    kind: 'count',
    value: 'MB',
    least: 1,
    describe: 'largest size of the captures of one window together (default 16384)',
    setting: true,
  },
} as const;
