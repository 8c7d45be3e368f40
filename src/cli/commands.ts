/** All commands, in the order of the help. */

import type { CommandEntry } from './command.js';

const CAPTURES = { describe: 'capture files, directories of them, or - for standard input' } as const;
const LABELLED = { describe: 'directories of captures named Role-device-time-flags.pcap' } as const;

export const commandList: readonly CommandEntry[] = [
  {
    name: 'predict',
    usage: 'predict <captures..>',
    summary: 'Tell the role of the device in each capture, and whether it behaves like others of that role',
    words: { captures: CAPTURES },
    load: async () => (await import('./predict.js')).predict,
  },
  {
    name: 'features',
    usage: 'features <captures..>',
    summary: 'Write feature vectors of sessions, windows or flows',
    words: { captures: CAPTURES },
    load: async () => (await import('./features.js')).features,
  },
  {
    name: 'sessions',
    usage: 'sessions <captures..>',
    summary: 'Write the sessions of captures as a table',
    words: { captures: CAPTURES },
    load: async () => (await import('./sessions.js')).sessions,
  },
  {
    name: 'packets',
    usage: 'packets <captures..>',
    summary: 'Write one row for every packet',
    words: { captures: CAPTURES },
    load: async () => (await import('./packets.js')).packets,
  },
  {
    name: 'train',
    usage: 'train <dirs..>',
    summary: 'Make a bundle from captures of known devices',
    words: { dirs: LABELLED },
    load: async () => (await import('./train.js')).train,
  },
  {
    name: 'evaluate',
    usage: 'evaluate <dirs..>',
    summary: 'Measure how well a bundle tells the roles of known devices',
    words: { dirs: LABELLED },
    load: async () => (await import('./evaluate.js')).evaluate,
  },
  {
    name: 'sos',
    usage: 'sos [file]',
    summary: 'Outlier probabilities of any table of numbers (Stochastic Outlier Selection)',
    words: { file: { describe: 'CSV without a header, or - for standard input (the default)' } },
    load: async () => (await import('./sos.js')).sos,
  },
  {
    name: 'detect',
    usage: 'detect <action> [captures..]',
    summary: 'Learn what flows are normal, and score new ones (one-class SVM, isolation forest, ...)',
    words: {
      action: { describe: 'what to do', choices: ['learn', 'score'] },
      captures: CAPTURES,
    },
    load: async () => (await import('./detect.js')).detect,
  },
  {
    name: 'enroll',
    usage: 'enroll <captures..>',
    summary: "Add a device's own accepted captures to what is normal for its role, in a copy of the bundle",
    words: { captures: CAPTURES },
    load: async () => (await import('./enroll.js')).enroll,
  },
  {
    name: 'models',
    usage: 'models <action> [bundles..]',
    summary: 'List, show and verify bundles; take classifiers to and from other libraries',
    words: {
      action: { describe: 'what to do', choices: ['list', 'show', 'verify', 'export', 'import'] },
      bundles: {
        describe: 'names or directories; without any, the one in use; import: where the model lies',
      },
    },
    load: async () => (await import('./models.js')).models,
  },
  {
    name: 'split',
    usage: 'split <capture>',
    summary: 'Write one capture per device out of a mixed one',
    words: { capture: { describe: 'a capture file, or - for standard input' } },
    load: async () => (await import('./split.js')).split,
  },
  {
    name: 'serve',
    usage: 'serve',
    summary: 'Answer jobs from NATS and captures dropped into a folder',
    words: {},
    load: async () => (await import('./serve.js')).serve,
  },
  {
    name: 'submit',
    usage: 'submit <captures..>',
    summary: 'Send captures to the service and wait for the results',
    words: { captures: CAPTURES },
    load: async () => (await import('./submit.js')).submit,
  },
  {
    name: 'capture',
    usage: 'capture',
    summary: 'Take live packets, split them by device and window, keep or predict them',
    words: {},
    load: async () => (await import('./capture.js')).capture,
  },
  {
    name: 'doctor',
    usage: 'doctor',
    summary: 'Check what networkml needs on this machine',
    words: {},
    load: async () => (await import('./doctor.js')).doctor,
  },
  {
    name: 'completion',
    usage: 'completion [shell]',
    summary: 'Print a script that completes commands and flags in a shell',
    words: {
      shell: { describe: 'which shell; without it, the one in $SHELL', choices: ['bash', 'zsh', 'fish'] },
    },
    load: async () => (await import('./completion.js')).completion,
  },
];
