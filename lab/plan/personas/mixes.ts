import type { Persona } from './habits.js';

/** What members of a domain do besides their work. */
const MEMBER = {
  domainLogon: 3,
  domainServers: 3,
  domainPing: 2,
  domainPolicies: 3,
  directoryTicket: 3,
  domainPassword: 1,
  realmFind: 2,
  realmLogon: 4,
  realmPassword: 1,
  realmScript: 3,
} as const;
const MEMBER_CERTAIN = ['domainLogon', 'domainPolicies', 'realmLogon'] as const;

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
const DOCUMENTS = { shareList: 4, shareGet: 6, sharePut: 4, shareRoundTrip: 4, folder: 2, ftp: 1 } as const;
const PAPER = { print: 7, printerLook: 2, printerState: 3, printerPage: 1 } as const;
const CALLS = { callStun: 3, callRelay: 4, callVoice: 4, callSignal: 2 } as const;

/** Office work: `caller` talks, `clerk` prints and files, `reader` writes the wiki and mails. */
export const officePersonas: Readonly<Record<string, Persona>> = {
  clerk: {
    mix: { ...DESK, ...MAIL, ...MEMBER, ...DOCUMENTS, ...PAPER, upload: 3, wiki: 3, callStun: 1 },
    core: ['page', 'mailLook', 'mailPop', 'print'],
    certain: [...MEMBER_CERTAIN, 'mailSend', 'mailWeb', 'shareRoundTrip', 'wiki', 'print', ...AUTHORITY],
  },
  caller: {
    mix: { ...DESK, ...MAIL, ...MEMBER, ...CALLS, shareGet: 3, sharePut: 2, print: 3, upload: 3, wiki: 2 },
    core: ['page', 'mailLook', 'mailPop', 'callVoice'],
    certain: [
      ...MEMBER_CERTAIN,
      'mailWeb',
      'callStun',
      'callSignal',
      'print',
      'shareRoundTrip',
      ...AUTHORITY,
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
    core: ['page', 'mailLook', 'mailPop', 'wiki'],
    certain: [...MEMBER_CERTAIN, 'wiki', 'wikiEdit', 'mailSend', 'print', 'shareRoundTrip', ...AUTHORITY],
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
    core: ['gitSshClone', 'gitSshPush', 'page'],
    certain: ['terminal', 'package', 'gitDaemonClone', 'mailLook', 'mailPop', ...AUTHORITY],
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
    core: ['gitHttpClone', 'gitHttpPush', 'page'],
    certain: ['package', 'image', 'wiki', 'mailLook', 'mailPop', 'domainLogon', ...AUTHORITY],
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
    core: ['gitSshPush', 'query', 'page'],
    certain: ['gitHttpClone', 'query', 'package', 'shell', 'mailLook', 'mailPop', ...AUTHORITY],
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
    core: ['shell', 'snmpTables'],
    certain: ['shell', 'terminal', 'copy', 'snmpLook', 'console', 'shell', 'mailLook', ...AUTHORITY],
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
    core: ['directoryBind', 'desktopRdp', 'shell'],
    certain: [...MEMBER_CERTAIN, 'serverShares', 'domainUsers', 'directoryAll', 'snmpLook', ...AUTHORITY],
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
    core: ['console', 'shell'],
    certain: ['desktopVnc', 'desktopRdp', 'snmpTables', 'console', 'snmpLook', 'shell', ...AUTHORITY],
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
    core: ['dataSet', 'metrics'],
    certain: ['exportRoundTrip', 'modulePush', 'dataSet', 'terminal', 'package', ...AUTHORITY],
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
    core: ['notebook', 'metrics'],
    certain: ['exportRoundTrip', 'notebook', 'notebookList', 'package', ...AUTHORITY],
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
    core: ['image', 'metrics'],
    certain: ['package', 'dataSet', 'image', 'gitSshClone', ...AUTHORITY],
  },
};

/** One persona of each kind of work, for what people do now and then that is not theirs. */
export const allPersonas: readonly Persona[] = [
  officePersonas,
  developerPersonas,
  administratorPersonas,
  trainerPersonas,
].flatMap((personas) => Object.values(personas));
