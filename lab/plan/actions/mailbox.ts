import { PASSWORD } from '../catalog/types.js';
import { LAX_CURL } from './client-command.js';
import { type ActionTable, bounded, DOCUMENTS } from './command.js';

/** `tls` is TLS from the start, `starttls` asks for it, `plain` does without. PATH follows the server's port. */
const server = (protocol: string, host: string, port: string, security: string, path = ''): string[] => [
  ...(security === 'starttls' ? ['--ssl-reqd'] : []),
  '--url',
  `${protocol}${security === 'tls' ? 's' : ''}://${host}:${port}${path}`,
];

const inbox = (host: string, port: string, security: string, more = ''): string[] =>
  server('imap', host, port, security, `/INBOX${more}`);

const as = (user: string): string[] => [...LAX_CURL, '-u', `${user}:${PASSWORD}`];

/** Mail at the office's server or outside; a server is told as HOST PORT SECURITY. */
export const mailboxActions = {
  /** HOST PORT SECURITY USER: looks whether there is something new. */
  mailLook: (host, port, security, user) =>
    bounded([...as(user), ...inbox(host, port, security), '-X', 'STATUS INBOX (MESSAGES UNSEEN)']),
  /** HOST PORT SECURITY USER DOCUMENT: keeps a draft and lists the mailbox. */
  mailKeep: (host, port, security, user, document) => [
    ...bounded([...as(user), '-T', `${DOCUMENTS}/${document}`, ...inbox(host, port, security)]),
    ...bounded([...as(user), ...inbox(host, port, security), '-X', 'FETCH 1:* (FLAGS RFC822.SIZE)']),
  ],
  /** HOST PORT SECURITY USER DOCUMENT: keeps a draft and reads the first message. */
  mailRead: (host, port, security, user, document) => [
    ...bounded([...as(user), '-T', `${DOCUMENTS}/${document}`, ...inbox(host, port, security)]),
    ...bounded([...as(user), ...inbox(host, port, security, ';MAILINDEX=1')]),
  ],
  /** HOST PORT SECURITY USER: lists the mailbox over POP3. */
  mailPop: (host, port, security, user) => bounded([...as(user), ...server('pop3', host, port, security)]),
  /** HOST PORT SECURITY USER RECIPIENT DOCUMENT: a message with an attachment; RECIPIENT with domain. */
  mailSend: (host, port, security, user, recipient, document) => {
    const sender = recipient.replace(/^[^@]*/, user);
    const who = security === 'plain' ? LAX_CURL : as(user);
    return bounded([
      ...[...who, ...server('smtp', host, port, security), '--mail-from', sender, '--mail-rcpt', recipient],
      ...['-H', `From: ${sender}`, '-H', `To: ${recipient}`, '-H', `Subject: ${document}`],
      ...['-F', '=see the attachment;type=text/plain'],
      ...['-F', `file=@${DOCUMENTS}/${document};encoder=base64`],
    ]);
  },
  /** URL USER DOCUMENT: what a mail program does over HTTPS: finds its server, sends, looks. */
  mailWeb: (url, user, document) => [
    ...bounded([...as(user), '-d', '<Autodiscover/>', `${url}/autodiscover/autodiscover.xml`]),
    ...bounded([...as(user), '--data-binary', `@${DOCUMENTS}/${document}`, `${url}/mapi/emsmdb/`]),
    ...bounded([...as(user), `${url}/owa/`]),
  ],
} satisfies ActionTable;
