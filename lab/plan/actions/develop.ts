import { LAX_CURL, script } from './client-command.js';
import { type ActionTable, bounded } from './command.js';

/** Developers' and data people's tools. */
export const developActions = {
  /** URL: a fresh working copy. */
  gitClone: (url) => script('do-git', ['clone', url], 12),
  /** URL BRANCH KILOBYTES: a change of about this size, pushed to a branch. */
  gitPush: (url, branch, kilobytes) => script('do-git', ['push', url, branch, kilobytes], 15),
  /** URL: what is new. */
  gitList: (url) =>
    bounded(['env', 'GIT_SSL_NO_VERIFY=1', 'GIT_TERMINAL_PROMPT=0', 'git', 'ls-remote', url], 8),
  /** URL NAME KILOBYTES: an image layer to a registry and back. */
  imageRoundTrip: (url, name, kilobytes) => script('do-image', [url, name, kilobytes], 15),
  /** URL: what a registry has. */
  imageList: (url) => bounded([...LAX_CURL, `${url}/v2/`, '-o', '/dev/null', `${url}/v2/_catalog`]),
  /** URL NAME: a Python package, by the index's interface; pip itself takes seconds to start. */
  packageInstall: (url, name) => script('do-package', [url, name], 12),
  /** HOST PORT USER DATABASE QUERY. */
  query: (host, port, user, database, text) =>
    bounded([
      ...['env', 'PGPASSWORD=office-Word1', 'PGCONNECT_TIMEOUT=5'],
      ...['psql', '-X', '-q', '-h', host, '-p', port, '-U', user, '-o', '/dev/null', '-c', text, database],
    ]),
  /** URL TOKEN SECONDS: a notebook's kernel that computes and reports over a WebSocket for a while. */
  notebook: (url, token, seconds) =>
    bounded(['/usr/bin/python3', '/lab/hosts/do-notebook.py', url, token, seconds], 25),
  /** URL TOKEN: folders and running kernels. */
  notebookList: (url, token) =>
    bounded([
      ...LAX_CURL,
      `${url}/api/contents?token=${token}`,
      '-o',
      '/dev/null',
      `${url}/api/kernels?token=${token}`,
    ]),
  /** URL COUNT: figures of a training run, one post every half second. */
  metrics: (url, count) => script('do-metrics', [url, count], 20),
} satisfies ActionTable;
