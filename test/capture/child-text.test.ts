import { describe, expect, it } from 'vitest';
import { childError, dumpcapDrops, tcpdumpDrops } from '../../src/capture/child-text.js';

describe('drop counts', () => {
  it('of tcpdump: in one line on a signal, in several at its end, the last ones count', () => {
    const asked =
      'tcpdump: 7 packets captured, 1012 packets received by filter, 5 packets dropped by kernel, 3 packets dropped by interface\n';
    expect(tcpdumpDrops(asked)).toEqual({ kernel: 5, interface: 3, missing: 1005 });
    const end = '1 packet captured\n1 packet received by filter\n12 packets dropped by kernel\n';
    expect(tcpdumpDrops(asked + end)).toEqual({ kernel: 12, interface: 0, missing: 0 });
    expect(tcpdumpDrops('tcpdump: listening on eth0')).toBeUndefined();
  });

  it('of dumpcap: all four of its reasons', () => {
    const said =
      "Packets received/dropped on interface 'eth0': 90/10 (pcap:1/dumpcap:2/flushed:3/ps_ifdrop:4) (90.0%)";
    expect(dumpcapDrops(said)).toEqual({ kernel: 6, interface: 4, missing: null });
    expect(dumpcapDrops('File: -')).toBeUndefined();
  });
});

describe('reasons', () => {
  for (const [said, code, message] of [
    [
      "tcpdump: lo: You don't have permission to perform this capture\n(more)\n",
      'NML_CAPTURE_RIGHTS',
      "lo: You don't",
    ],
    [
      'tcpdump: nope: No such device exists\n(No such device exists)',
      'NML_CAPTURE_INTERFACE',
      'nope: No such',
    ],
    ["tcpdump: can't parse filter expression: syntax error", 'NML_USAGE', "can't parse"],
    [
      'tcpdump: listening on e0, link-type\ntcpdump: pcap_loop: The interface disappeared\n3 packets captured\n0 packets dropped by kernel\n',
      'NML_CAPTURE_ENDED',
      'pcap_loop: The interface disappeared',
    ],
    ['', 'NML_CAPTURE_ENDED', 'it said nothing'],
  ] as const) {
    it(`${code}: ${message}`, () => {
      const error = childError('tcpdump', said, 'NML_CAPTURE_ENDED');
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(`tcpdump: ${message}`)]);
    });
  }
});
