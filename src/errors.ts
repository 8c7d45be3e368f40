/**
 * Coded errors. A code is stable: scripts may match on it, and `docs/errors.md` is generated from this table.
 */

/** Which exit code of the command line an error leads to when it ends the run. */
export type ErrorKind = 'usage' | 'input' | 'bundle' | 'internal' | 'service';

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly meaning: string;
  readonly hint: string;
}

/** Every code, what it means, and what a person can do about it. */
export const errorTable = {
  NML_USAGE: {
    kind: 'usage',
    meaning: 'the command line cannot be understood',
    hint: 'see networkml --help',
  },
  NML_CONFIG: {
    kind: 'usage',
    meaning: 'a setting has a value that cannot be used',
    hint: 'see docs/settings.md',
  },
  NML_FILTER: {
    kind: 'usage',
    meaning: 'the filter cannot be understood',
    hint: 'see docs/packets.md for its language',
  },
  NML_INPUT_NOT_FOUND: {
    kind: 'input',
    meaning: 'the file or directory does not exist',
    hint: 'check the path',
  },
  NML_INPUT_ACCESS: { kind: 'input', meaning: 'the file may not be read', hint: 'check its permissions' },
  NML_INPUT_EMPTY: {
    kind: 'input',
    meaning: 'the input holds no capture at all',
    hint: 'networkml reads pcap and pcapng, plain or gzip-compressed',
  },
  NML_PCAP_MAGIC: {
    kind: 'input',
    meaning: 'the first bytes are not those of a capture',
    hint: 'networkml reads pcap and pcapng, plain or gzip-compressed',
  },
  NML_PCAP_TRUNCATED: {
    kind: 'input',
    meaning: 'the file ends inside its own header',
    hint: 'copy or record the file again',
  },
  NML_PCAP_CORRUPT: {
    kind: 'input',
    meaning: 'a record or block has an impossible length',
    hint: 'repair the capture (for example with pcapfix) or record it again',
  },
  NML_PCAP_LIMIT: {
    kind: 'input',
    meaning: 'a limit that protects the machine was passed',
    hint: 'raise the limit only for captures that you trust',
  },
  NML_PCAP_GZIP: { kind: 'input', meaning: 'the compressed data is damaged', hint: 'check it with gzip -t' },
  NML_NO_SESSIONS: {
    kind: 'input',
    meaning: 'no session of any device could be seen in the capture',
    hint: 'record the device again, for 15 minutes or more',
  },
  NML_DEVICE_ABSENT: {
    kind: 'input',
    meaning: 'the device asked for is not in the capture',
    hint: 'leave --device out to let networkml choose',
  },
  NML_LABELS: {
    kind: 'usage',
    meaning: 'the label table cannot be used',
    hint: 'see docs/training.md for its columns',
  },
  NML_TABLE: {
    kind: 'input',
    meaning: 'the table of numbers cannot be used',
    hint: 'give rows of equal length with finite numbers only, or a square matrix of dissimilarities',
  },
  NML_TRAIN_DATA: {
    kind: 'input',
    meaning: 'the captures are not enough to train or to evaluate on',
    hint: 'at least two roles with one capture each are needed; see docs/training.md',
  },
  NML_MODEL_MISSING: {
    kind: 'bundle',
    meaning: 'there is no bundle at this place',
    hint: 'networkml models list shows the bundles; networkml train makes one',
  },
  NML_MODEL_MANIFEST: {
    kind: 'bundle',
    meaning: 'the manifest of the bundle is not valid',
    hint: 'take a bundle written by networkml train of this version',
  },
  NML_MODEL_CHECKSUM: {
    kind: 'bundle',
    meaning: 'a file of the bundle is not the one that was written',
    hint: 'copy the bundle again',
  },
  NML_MODEL_LAYOUT: {
    kind: 'bundle',
    meaning: 'the bundle was made for another layout of features than this version computes',
    hint: 'train the bundle again with this version',
  },
  NML_MODEL_ROLE: {
    kind: 'usage',
    meaning: 'the bundle does not know this role or classifier',
    hint: 'networkml models show lists what it knows',
  },
  NML_MODEL_EXCHANGE: {
    kind: 'bundle',
    meaning: 'a model of another library is not of a form that can be taken over',
    hint: 'docs/exchange.md says what it must look like',
  },
  NML_BACKEND_MISSING: {
    kind: 'usage',
    meaning: 'the library that shall train is not installed',
    hint: 'npm install @tensorflow/tfjs-node (fast) or @tensorflow/tfjs beside networkml, or leave --backend out',
  },
  NML_NATS_CONNECT: {
    kind: 'service',
    meaning: 'the NATS server cannot be reached',
    hint: 'start the server or correct --nats; networkml doctor tries NATS_URL',
  },
  NML_NATS_AUTH: {
    kind: 'service',
    meaning: 'the NATS server refuses these credentials, or what they may do',
    hint: 'see docs/secure.md for the permissions that networkml needs',
  },
  NML_NATS_TLS: {
    kind: 'service',
    meaning: 'no trusted encrypted connection to the NATS server could be made',
    hint: 'give the authority with --tls-ca; --insecure allows passwords over plain connections',
  },
  NML_NATS_STREAM: {
    kind: 'service',
    meaning: 'a stream or bucket cannot be used as it is, and networkml does not change what it did not make',
    hint: 'see docs/service.md for what each stream must be like',
  },
  NML_SERVICE_TIMEOUT: {
    kind: 'service',
    meaning: 'the service gave no answer in time',
    hint: 'is a networkml serve running? the job stays in the stream, send it again to get its result',
  },
  NML_JOB_INVALID: {
    kind: 'input',
    meaning: 'the job is not of the form that the schema says',
    hint: 'see schemas/job-v1.schema.json',
  },
  NML_JOB_PATH: {
    kind: 'input',
    meaning: 'the path of the job may not be read',
    hint: 'only regular files below a --root folder of the service are read',
  },
  NML_JOB_OBJECT: {
    kind: 'input',
    meaning: 'the object of the job is not in the bucket',
    hint: 'put the capture into the bucket networkml-captures before the job is sent',
  },
  NML_JOB_LIMIT: {
    kind: 'input',
    meaning: 'the capture is larger than the service takes',
    hint: 'split it, or raise --max-capture',
  },
  NML_JOB_DEADLINE: {
    kind: 'internal',
    meaning: 'the capture was not read to its end in the time that a job has',
    hint: 'split it, or raise --job-timeout',
  },
  NML_JOB_ATTEMPTS: {
    kind: 'internal',
    meaning: 'every attempt at the job ended without an answer',
    hint: 'look in the logs of the workers for what ended them',
  },
  NML_CAPTURE_DRIVER: {
    kind: 'input',
    meaning: 'no program or library that captures packets could be used',
    hint: 'install tcpdump or dumpcap; networkml doctor says what works',
  },
  NML_CAPTURE_RIGHTS: {
    kind: 'input',
    meaning: 'the rights to capture packets are missing',
    hint: 'run as root, or give the program the rights: see docs/live-capture.md',
  },
  NML_CAPTURE_INTERFACE: {
    kind: 'input',
    meaning: 'there is no such interface, or it cannot be captured from',
    hint: 'networkml doctor lists the interfaces',
  },
  NML_CAPTURE_ENDED: {
    kind: 'internal',
    meaning: 'the capture ended before it was told to',
    hint: 'what had been captured is kept; look at the interface, then start again',
  },
  NML_OUTPUT: {
    kind: 'internal',
    meaning: 'the output could not be written',
    hint: 'check space and rights there',
  },
  NML_MEMORY: {
    kind: 'internal',
    meaning: 'memory for live sessions cannot be had',
    hint: 'lower --max-sessions, or give the process more memory',
  },
  NML_INTERNAL: {
    kind: 'internal',
    meaning: 'networkml itself failed',
    hint: 'run again with --debug and report what it prints',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** Where an error happened; every part is optional. */
export interface ErrorPlace {
  readonly file?: string;
  /** Offset from the start of the (uncompressed) file, in bytes. */
  readonly byteOffset?: number;
  /** 1-based number of the packet in the file. */
  readonly packet?: number;
}

export interface NetworkmlErrorOptions extends ErrorPlace {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error with a stable code, the place where it happened, a hint, and its cause. */
export class NetworkmlError extends Error {
  override readonly name = 'NetworkmlError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly place: ErrorPlace;

  constructor(code: ErrorCode, message: string, options: NetworkmlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    const { file, byteOffset, packet } = options;
    this.place = {
      ...(file === undefined ? {} : { file }),
      ...(byteOffset === undefined ? {} : { byteOffset }),
      ...(packet === undefined ? {} : { packet }),
    };
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind;
  }

  /** One sentence: place, what happened, hint, code. */
  toSentence(): string {
    const { file, byteOffset, packet } = this.place;
    const where = [
      file,
      packet === undefined ? undefined : `packet ${packet}`,
      byteOffset === undefined ? undefined : `byte ${byteOffset}`,
    ].filter((part) => part !== undefined);
    const prefix = where.length === 0 ? '' : `${where.join(', ')}: `;
    return `${prefix}${this.message}; ${this.hint} [${this.code}]`;
  }

  /** The same error at a file: used where a reader without a name fails. */
  at(file: string): NetworkmlError {
    return this.place.file === undefined
      ? new NetworkmlError(this.code, this.message, {
          ...this.place,
          file,
          hint: this.hint,
          cause: this.cause,
        })
      : this;
  }
}

/** Any thrown value as a coded error. */
export function toNetworkmlError(error: unknown, file?: string): NetworkmlError {
  const coded =
    error instanceof NetworkmlError
      ? error
      : new NetworkmlError('NML_INTERNAL', error instanceof Error ? error.message : String(error), {
          cause: error,
        });
  return file === undefined ? coded : coded.at(file);
}
