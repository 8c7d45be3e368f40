import type { Persona } from './habits.js';

/** What members of a domain do besides their work. */
const MEMBER = {
  domainLogon: 3,
  domainServers: 3,
  domainPing: 2,
  domainPolicies: 3,
  directoryTicket: 3,
  realmFind: 2,
  realmLogon: 4,
  realmPassword: 1,
  realmScript: 3,
} as const;
const MEMBER_CERTAIN = [
  ...(['domainLogon', 'domainServers', 'domainPing', 'domainPolicies'] as const),
  ...(['realmLogon', 'realmScript'] as const),
] as const;

/** Whoever meets a certificate asks whether it is still good. */
const AUTHORITY = ['certificateStatus', 'certificateList'] as const;

const DESK = {
  page: 26,
  lookup: 3,
  certificateStatus: 2,
  certificateList: 2,
  findPrinters: 1,
  reach: 1,
} as const;
const MAIL = { mailLook: 8, mailRead: 4, mailPop: 8, mailSend: 4, mailOutside: 2, mailWeb: 5 } as const;
const MAIL_CERTAIN = ['mailLook', 'mailPop', 'mailSend', 'mailWeb'] as const;
const DOCUMENTS = { shareList: 4, shareGet: 6, sharePut: 4, shareRoundTrip: 4, folder: 2 } as const;
const PAPER = { print: 7, printerLook: 2, printerState: 3, printerPage: 1 } as const;
const CALLS = { callStun: 3, callRelay: 4, callVoice: 4, callSignal: 2 } as const;

/** Office work: `caller` talks, `clerk` prints and files, `reader` writes the wiki and mails. */
export const officePersonas: Readonly<Record<string, Persona>> = {
  clerk: {
    mix: { ...DESK, ...MAIL, ...MEMBER, ...DOCUMENTS, ...PAPER, upload: 3, wiki: 3, callStun: 1 },
    certain: [
      ...AUTHORITY,
      ...MEMBER_CERTAIN,
      ...MAIL_CERTAIN,
      'page',
      'print',
      'print',
      'shareRoundTrip',
      'wiki',
    ],
  },
  caller: {
    mix: { ...DESK, ...MAIL, ...MEMBER, ...CALLS, shareGet: 3, sharePut: 2, print: 3, upload: 3, wiki: 2 },
    certain: [
      ...AUTHORITY,
      ...MEMBER_CERTAIN,
      ...MAIL_CERTAIN,
      'page',
      'callVoice',
      'callStun',
      'print',
      'shareRoundTrip',
    ],
  },
  reader: {
    mix: {
      ...DESK,
      ...MAIL,
      ...MEMBER,
      wiki: 12,
      wikiEdit: 3,
      shareList: 2,
      shareGet: 4,
      print: 4,
      upload: 2,
    },
    certain: [
      ...AUTHORITY,
      ...MEMBER_CERTAIN,
      ...MAIL_CERTAIN,
      'page',
      'wiki',
      'wiki',
      'print',
      'shareRoundTrip',
    ],
  },
};

const GIT_SSH = { gitSshClone: 6, gitSshPush: 6, gitSshList: 4 } as const;
const GIT_HTTP = { gitHttpClone: 6, gitHttpPush: 5, gitHttpList: 4, gitPage: 3 } as const;
const GIT_DAEMON = { gitDaemonClone: 4, gitDaemonList: 2 } as const;
const BUILD = { image: 4, imageList: 2, package: 5, systemPackage: 3 } as const;

/** Developers: `shell` lives in terminals, `web` in pages and builds, `data` in databases and notebooks. */
export const developerPersonas: Readonly<Record<string, Persona>> = {
  shell: {
    mix: {
      ...GIT_SSH,
      ...GIT_DAEMON,
      shell: 5,
      terminal: 4,
      package: 3,
      query: 2,
      page: 8,
      wiki: 2,
      mailLook: 3,
      mailPop: 3,
    },
    certain: [
      ...AUTHORITY,
      'gitSshClone',
      'gitSshPush',
      'gitDaemonClone',
      'terminal',
      'package',
      'page',
      'mailLook',
      'mailPop',
    ],
  },
  web: {
    mix: {
      ...GIT_HTTP,
      ...BUILD,
      ...MEMBER,
      gitSshList: 2,
      shell: 2,
      page: 10,
      wiki: 4,
      mailLook: 3,
      mailPop: 3,
      mailWeb: 2,
    },
    certain: [
      ...AUTHORITY,
      'gitHttpClone',
      'gitHttpPush',
      'package',
      'image',
      'page',
      'wiki',
      'mailLook',
      'mailPop',
      'domainLogon',
    ],
  },
  data: {
    mix: {
      gitSshClone: 4,
      gitHttpClone: 3,
      gitSshPush: 4,
      gitHttpPush: 3,
      query: 8,
      package: 4,
      image: 3,
      shell: 3,
      notebook: 2,
      page: 8,
      wiki: 3,
      mailLook: 3,
      mailPop: 3,
      shareGet: 2,
    },
    certain: [
      ...AUTHORITY,
      'gitSshPush',
      'gitHttpClone',
      'query',
      'query',
      'package',
      'shell',
      'page',
      'mailLook',
      'mailPop',
    ],
  },
};

const ROUNDS = { snmpTables: 4, snmpLook: 4, console: 4 } as const;

/** Administrators: by terminal, by Windows-like tools (desktops, RPC, directory), or by consoles and viewers. */
export const administratorPersonas: Readonly<Record<string, Persona>> = {
  terminal: {
    mix: {
      ...ROUNDS,
      shell: 16,
      terminal: 8,
      copy: 4,
      directoryAll: 2,
      desktopVnc: 1,
      page: 5,
      mailLook: 3,
      mailPop: 3,
      certificateNew: 1,
      certificateDirectory: 1,
      logLine: 1,
    },
    certain: [
      ...AUTHORITY,
      'shell',
      'shell',
      'shell',
      'terminal',
      'copy',
      'snmpTables',
      'snmpLook',
      'console',
      'mailLook',
    ],
  },
  directory: {
    mix: {
      ...ROUNDS,
      ...MEMBER,
      desktopRdp: 6,
      directoryAll: 6,
      directoryBind: 4,
      domainUsers: 5,
      serverShares: 5,
      shell: 4,
      page: 5,
      mailLook: 3,
      mailPop: 3,
      mailWeb: 2,
      certificateList: 2,
    },
    certain: [
      ...AUTHORITY,
      ...MEMBER_CERTAIN,
      'desktopRdp',
      'desktopRdp',
      'directoryAll',
      'directoryBind',
      'domainUsers',
      'serverShares',
      'snmpLook',
      'shell',
    ],
  },
  consoles: {
    mix: {
      ...ROUNDS,
      console: 10,
      desktopVnc: 5,
      desktopRdp: 3,
      shell: 8,
      directoryAll: 2,
      serverShares: 2,
      page: 6,
      mailLook: 3,
      mailPop: 3,
      certificateStatus: 1,
      certificateAcme: 1,
      logLine: 1,
    },
    certain: [
      ...AUTHORITY,
      'desktopVnc',
      'desktopRdp',
      'console',
      'console',
      'shell',
      'shell',
      'snmpTables',
      'snmpLook',
    ],
  },
};

const LAPTOP = { page: 6, mailLook: 2, mailPop: 2, wiki: 1 } as const;

/** People who train models: moving data over ssh, in notebooks, or by images and packages. */
export const trainerPersonas: Readonly<Record<string, Persona>> = {
  mover: {
    mix: {
      ...LAPTOP,
      dataSet: 10,
      exportRoundTrip: 3,
      exportGet: 3,
      modulePush: 4,
      metrics: 8,
      terminal: 3,
      gitSshClone: 2,
      package: 2,
    },
    certain: [
      ...AUTHORITY,
      'dataSet',
      'dataSet',
      'metrics',
      'exportRoundTrip',
      'modulePush',
      'terminal',
      'package',
    ],
  },
  notebook: {
    mix: {
      ...LAPTOP,
      notebook: 10,
      notebookList: 5,
      exportList: 2,
      exportRoundTrip: 5,
      exportGet: 4,
      metrics: 8,
      package: 3,
      gitHttpClone: 2,
    },
    certain: [...AUTHORITY, 'notebook', 'notebook', 'metrics', 'exportRoundTrip', 'notebookList', 'package'],
  },
  builder: {
    mix: {
      ...LAPTOP,
      image: 9,
      imageList: 2,
      package: 7,
      metrics: 8,
      dataSet: 4,
      notebookList: 2,
      gitSshClone: 3,
      gitSshPush: 2,
    },
    certain: [...AUTHORITY, 'image', 'image', 'package', 'metrics', 'dataSet', 'gitSshClone'],
  },
};

/** One persona of each kind of work, for what people do now and then that is not theirs. */
export const allPersonas: readonly Persona[] = [
  officePersonas,
  developerPersonas,
  administratorPersonas,
  trainerPersonas,
].flatMap((personas) => Object.values(personas));
