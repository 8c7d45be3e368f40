/** What became of an attempt within one minute, from the facts of that minute alone. */
import { DID_SEND, DID_SEND_PAYLOAD, DID_SEND_RST, DID_SEND_SYN } from '../../sessions/index.js';
import { IS_TCP, IS_UDP, OPENED_BY_DEVICE } from './row-kinds.js';

/** Facts of the side that opened the session. */
function openerFacts(kind: number, facts: number): number {
  return (kind & OPENED_BY_DEVICE) !== 0 ? facts : facts >>> 1;
}

/** Facts of the other side. */
export function answererFacts(kind: number, facts: number): number {
  return (kind & OPENED_BY_DEVICE) !== 0 ? facts >>> 1 : facts;
}

/**
 * Whether the attempt came to nothing. TCP: nothing came back and no payload went out; or a reset came back and neither
 * side sent payload; or a SYN went out and none came back. UDP: no reply.
 */
export function failedInWindow(kind: number, facts: number): boolean {
  const opener = openerFacts(kind, facts);
  const answer = answererFacts(kind, facts);
  const answered = (answer & DID_SEND) !== 0;
  if ((kind & IS_UDP) !== 0) return !answered;
  if ((kind & IS_TCP) === 0) return false;
  const said = (opener & DID_SEND_PAYLOAD) !== 0;
  if (!said && !answered) return true;
  if (!said && (answer & DID_SEND_PAYLOAD) === 0 && (answer & DID_SEND_RST) !== 0) return true;
  return (opener & DID_SEND_SYN) !== 0 && (answer & DID_SEND_SYN) === 0;
}
