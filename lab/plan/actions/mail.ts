import { type ActionTable, bounded, CURL, DOCUMENTS } from './command.js';

/** Mailboxes at the outside's provider. */
export const mailActions = {
  /** USER: looks into the mailbox. */
  mail: (user: string) =>
    bounded([
      ...CURL,
      '-u',
      `${user}:office`,
      'imaps://imap.mailpost.example/INBOX',
      '-X',
      'STATUS INBOX (MESSAGES UNSEEN)',
    ]),
  /** USER DOCUMENT: keeps a message in the mailbox. */
  mailStore: (user: string, document: string) =>
    bounded([
      ...CURL,
      '-u',
      `${user}:office`,
      '-T',
      `${DOCUMENTS}/${document}`,
      'imaps://imap.mailpost.example/INBOX',
    ]),
} satisfies ActionTable;
