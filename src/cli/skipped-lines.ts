import type { Packet } from '../pcap/index.js';
import { plainText } from '../report/index.js';
import { STANDARD_ERROR, writeText } from './standard-streams.js';

/** Characters that are collected before they are written. */
const CHUNK = 65_536;

/**
 * The packets of a capture that could not be used, a line each on standard error: file, frame number, time, length
 * and reason, with tabs between them.
 */
export class SkippedLines {
  private text = '';
  private readonly file: string;

  constructor(file: string) {
    this.file = plainText(file);
  }

  readonly add = (packet: Packet, reason: string): void => {
    const { number, seconds, nanoseconds, wireBytes } = packet;
    const time = `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
    this.text += `${this.file}\t${number}\t${time}\t${wireBytes}\t${reason}\n`;
    if (this.text.length > CHUNK) this.flush();
  };

  flush(): void {
    writeText(STANDARD_ERROR, this.text);
    this.text = '';
  }
}
