import { type ActionTable, bounded, shell } from './command.js';

/** Meetings: finding one's own address, relays, signalling, voice. */
export const callActions = {
  /** HOST PORT. */
  callStun: (host, port) =>
    // It goes on to questions that need a second address of the server.
    shell('timeout 3 turnutils_stunclient -p "$2" "$1" | grep -qi reflexive', [host, port], 5),
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
