// A small wiki of its own kind: wiki-node.mjs PORT SEED TLS_FOLDER DATABASE USER. Pages live in memory; each view brings a
// style sheet and a script, each edit asks the directory of pages again. With a database address, edits are told
// to it over one connection that stays (the first messages of PostgreSQL's protocol and simple queries).
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect } from 'node:net';

const [port, seed, tlsFolder, database, user] = process.argv.slice(2);
const words = ['order', 'paper', 'shelf', 'meeting', 'plan', 'number', 'report', 'customer'];
let state = Number(seed) >>> 0;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state % n;
};
const text = (n) => Array.from({ length: n }, () => words[below(words.length)]).join(' ');

const pages = new Map(
  ['start', 'plan', 'handbook', 'minutes', 'contacts'].map((name) => [name, text(60 + below(1500))]),
);
const assets = new Map([
  [
    '/style.css',
    ['text/css', Array.from({ length: 40 + below(400) }, (_, i) => `.c${i} { margin: ${i}px }`).join('\n')],
  ],
  ['/page.js', ['text/javascript', `/* ${text(200 + below(4000))} */`]],
]);

// One connection to the database; lost ones are not missed.
let tell = () => {};
if (database) {
  const socket = connect(5432, database);
  const message = (type, body) => {
    const data = Buffer.from(`${body}\0`);
    const head = Buffer.alloc(4);
    head.writeInt32BE(data.length + 4);
    return Buffer.concat([Buffer.from(type), head, data]);
  };
  socket.on('error', () => {});
  socket.on('connect', () => {
    socket.write(message('', `\0\x03\0\0user\0${user}\0database\0${user}\0`));
  });
  socket.resume();
  tell = (size) => {
    if (socket.writable) socket.write(message('Q', `select repeat('page ', ${size}), now()`));
  };
}

const layout = (title, body) =>
  `<!doctype html><title>${title}</title><link rel=stylesheet href=/style.css><script src=/page.js></script>` +
  `<nav>${[...pages.keys()].map((name) => `<a href=/pages/${name}>${name}</a>`).join(' ')}</nav>${body}`;

function answer(request, response) {
  const url = new URL(request.url, 'http://wiki');
  const send = (status, type, body) => {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
  const asset = assets.get(url.pathname);
  if (asset) return send(200, ...asset);
  if (url.pathname === '/hook') return request.resume().on('end', () => send(200, 'text/plain', 'ok'));
  if (url.pathname === '/search') {
    const hits = [...pages].filter(([, body]) => body.includes(url.searchParams.get('q') ?? ''));
    tell(hits.length * 10);
    return send(
      200,
      'application/json',
      JSON.stringify(hits.map(([name, body]) => ({ name, start: body.slice(0, 200) }))),
    );
  }
  if (url.pathname === '/edit' && request.method === 'POST') {
    let form = '';
    request.on('data', (piece) => {
      if (form.length < 1e6) form += piece;
    });
    return request.on('end', () => {
      const fields = new URLSearchParams(form);
      const name = (fields.get('page') ?? 'start').slice(0, 40);
      if (pages.size < 500 || pages.has(name)) pages.set(name, fields.get('text') ?? '');
      tell(20);
      response.writeHead(303, { location: `/pages/${encodeURIComponent(name)}` });
      response.end();
    });
  }
  const name = decodeURIComponent(url.pathname.replace(/^\/(pages\/)?/, '')) || 'start';
  const body = pages.get(name);
  tell(80);
  return body === undefined
    ? send(404, 'text/html', layout(name, 'no such page'))
    : send(200, 'text/html', layout(name, `<article>${body}</article>`));
}

if (tlsFolder) {
  const read = (name) => readFileSync(`${tlsFolder}/${name}.pem`);
  createSecureServer({ key: read('key'), cert: read('cert'), allowHTTP1: true }, answer).listen(Number(port));
}
if (!tlsFolder || port !== '8090') createServer(answer).listen(tlsFolder ? 8090 : Number(port));
if (!tlsFolder && port !== '8090') createServer(answer).listen(8090);
