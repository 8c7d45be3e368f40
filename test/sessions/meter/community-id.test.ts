import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { communityId, parseAddress, SessionMeter } from '../../../src/sessions/index.js';
import { testRandom } from '../../support/random.js';
import { packetOf } from './packets.js';

interface Flow {
  readonly protocol: number;
  readonly from: string;
  readonly to: string;
  /** Port, or ICMP type. */
  readonly a: number;
  /** Port, or ICMP code. */
  readonly b: number;
}

/** The Community ID of a session whose first packet is this one. */
function idOf({ protocol, from, to, a, b }: Flow, seed: number): string {
  const packet = packetOf({ protocol, from, to, sourcePort: a, destinationPort: b });
  if (protocol === 132) Object.assign(packet, { sourcePort: a, destinationPort: b });
  packet.view = new DataView(Uint8Array.of(a, b).buffer);
  packet.frameEnd = 2;
  let id = '';
  const meter = new SessionMeter((session) => {
    id = communityId(session, seed);
  });
  meter.add(packet);
  meter.finish();
  return id;
}

/** The slow twin: text to bytes, one array, one hash. */
function slowId({ protocol, from, to, a, b }: Flow, seed: number): string {
  const both: Record<number, [number, number][]> = {
    1: [
      [8, 0],
      [13, 14],
      [15, 16],
      [10, 9],
      [17, 18],
    ],
    58: [
      [128, 129],
      [133, 134],
      [135, 136],
      [130, 131],
      [139, 140],
      [144, 145],
    ],
  };
  const bytesOf = (address: string): number[] =>
    parseAddress(address)!
      .words.slice(0, isIPv6(address) ? 4 : 1)
      .flatMap((w) => [w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255]);
  const pair = both[protocol]?.find((types) => types.includes(a));
  const second = pair === undefined ? b : pair[0] === a ? pair[1] : pair[0];
  const ends: [number[], number][] = [
    [bytesOf(from), a],
    [bytesOf(to), second],
  ];
  const order = (end: [number[], number]): string =>
    [...end[0], end[1] >> 8, end[1] & 255].map((n) => n.toString(16).padStart(2, '0')).join('');
  const oneWay = both[protocol] !== undefined && pair === undefined;
  if (!oneWay) ends.sort((x, y) => (order(x) < order(y) ? -1 : 1));
  const ports = [1, 6, 17, 58, 132].includes(protocol)
    ? ends.flatMap(([, port]) => [port >> 8, port & 255])
    : [];
  const all = [seed >> 8, seed & 255, ...ends[0]![0], ...ends[1]![0], protocol, 0, ...ports];
  return `1:${createHash('sha1').update(Uint8Array.from(all)).digest('base64')}`;
}

describe('Community ID', () => {
  // Published with the specification and its reference implementation: seeds 0 and 1.
  const published: [number, string, string, number, number, string, string?][] = [
    [
      6,
      '128.232.110.120',
      '66.35.250.204',
      34855,
      80,
      '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
      '1:3V71V58M3Ksw/yuFALMcW0LAHvc=',
    ],
    [6, '66.35.250.204', '128.232.110.120', 80, 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    [
      6,
      '10.0.0.1',
      '10.0.0.2',
      10,
      11569,
      '1:SXBGMX1lBOwhhoDrZynfROxnhnM=',
      '1:HmBRGR+fUyXF4t8WEtal7Y0gEAo=',
    ],
    [6, '192.168.1.42', '192.168.1.42', 41, 42, '1:eRcf7I/xocOxnYo5pbJBV5NhVm0='],
    [
      17,
      '192.168.1.52',
      '8.8.8.8',
      54585,
      53,
      '1:d/FP5EW3wiY1vCndhwleRRKHowQ=',
      '1:Q9We8WO3piVF8yEQBNJF4uiSVrI=',
    ],
    [
      1,
      '192.168.0.89',
      '192.168.0.1',
      8,
      0,
      '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
      '1:03g6IloqVBdcZlPyX8r0hgoE7kA=',
    ],
    [1, '192.168.0.1', '192.168.0.89', 0, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
    [
      1,
      '192.168.0.89',
      '192.168.0.1',
      20,
      0,
      '1:3o2RFccXzUgjl7zDpqmY7yJi8rI=',
      '1:lCXHHxavE1Vq3oX9NH5ladQg02o=',
    ],
    [
      1,
      '192.168.0.89',
      '192.168.0.1',
      20,
      1,
      '1:tz/fHIDUHs19NkixVVoOZywde+I=',
      '1:Ie3wmFyxiEyikbsbcO03d2nh+PM=',
    ],
    [
      58,
      'fe80::200:86ff:fe05:80da',
      'fe80::260:97ff:fe07:69ea',
      135,
      0,
      '1:dGHyGvjMfljg6Bppwm3bg0LO8TY=',
      '1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY=',
    ],
    [
      58,
      '3ffe:507:0:1:200:86ff:fe05:80da',
      '3ffe:507:0:1:260:97ff:fe07:69ea',
      3,
      0,
      '1:/OGBt9BN1ofenrmSPWYicpij2Vc=',
      '1:Ij4ZxnC87/MXzhOjvH2vHu7LRmE=',
    ],
    [132, '192.168.170.8', '192.168.170.56', 7, 7, '1:MP2EtRCAUIZvTw6MxJHLV7N7JDs='],
    [132, '192.168.170.56', '192.168.170.8', 80, 7, '1:jQgCxbku+pNGw8WPbEc/TS/uTpQ='],
    [46, '1.2.3.4', '5.6.7.8', 0, 0, '1:ikv3kmf89luf73WPz1jOs49S768='],
  ];
  it.each(published)('%i %s %s %i %i', (protocol, from, to, a, b, seed0, seed1) => {
    expect(idOf({ protocol, from, to, a, b }, 0)).toBe(seed0);
    if (seed1 !== undefined) expect(idOf({ protocol, from, to, a, b }, 1)).toBe(seed1);
  });

  it('is what the slow twin says', () => {
    const random = testRandom(11);
    const v6 = (): string => `2001:db8::${random.below(65536).toString(16)}:${random.below(9)}`;
    const v4 = (): string => `${random.between(1, 255)}.${random.below(3)}.0.${random.below(256)}`;
    for (let i = 0; i < 3000; i++) {
      const six = random.chance(0.5);
      const protocol = random.pick(six ? [6, 17, 58, 58, 58, 132, 47] : [6, 17, 1, 1, 132, 50]);
      const icmp = protocol === 1 || protocol === 58;
      const flow = {
        protocol,
        from: six ? v6() : v4(),
        to: six ? v6() : v4(),
        a: icmp
          ? random.below(protocol === 1 ? 20 : 160)
          : protocol === 47 || protocol === 50
            ? 0
            : random.below(65536),
        b: icmp ? random.below(4) : protocol === 47 || protocol === 50 ? 0 : random.below(65536),
      };
      const seed = random.below(65536);
      expect(idOf(flow, seed)).toBe(slowId(flow, seed));
    }
  });
});
