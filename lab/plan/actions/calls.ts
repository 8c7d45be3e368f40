import { type ActionTable, bounded } from './command.js';

/** Meetings: finding one's own address, relays, signalling, voice. */
export const callActions = {
  /** HOST PORT. */
  callStun: (host, port) => bounded(['turnutils_stunclient', '-p', port, host], 5),
  /** HOST PORT PACKETS: voice through a relay. */
  callRelay: (host, port, packets) =>
    bounded(['turnutils_uclient', '-n', packets, '-m', '1', '-l', '160', '-y', '-p', port, host], 12),
  /** HOST PORT SECONDS: voice both ways without a relay. */
  callVoice: (host, port, seconds) =>
    bounded(['/usr/bin/python3', '/lab/hosts/do-voice.py', host, port, seconds], 20),
  /** HOST PORT: a call is set up, lasts a second and ends. */
  callSignal: (host, port) =>
    bounded(
      [
        'sipp',
        '-sn',
        'uac',
        `${host}:${port}`,
        '-m',
        '1',
        '-r',
        '1',
        '-d',
        '1000',
        '-nostdin',
        '-timeout',
        '8s',
      ],
      12,
    ),
} satisfies ActionTable;
