/** Thread body of the threaded digest: hashes each buffer and sends it back, then the digest. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { DigestPiece, DigestReply } from './digest.js';

const hash = createHash('sha256');
const port = parentPort;
if (port === null) throw new Error('runs as a worker thread only');
port.on('message', (piece: DigestPiece) => {
  if (piece === 'end') {
    port.postMessage(hash.digest('hex') satisfies DigestReply);
    port.close();
    return;
  }
  hash.update(new Uint8Array(piece.buffer, piece.at, piece.count));
  port.postMessage(piece.buffer satisfies DigestReply, [piece.buffer]);
});
