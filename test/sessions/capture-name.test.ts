import { describe, expect, it } from 'vitest';
import { hintFromName, parseCaptureName } from '../../src/sessions/index.js';

describe('names of captures', () => {
  it('of four and five fields give name, id, time, duration and flags', () => {
    expect(parseCaptureName('ActiveDirectoryController-labs-Fri0036-n00.pcap')).toEqual({
      deviceName: 'ActiveDirectoryController',
      deviceId: 'labs',
      time: 'Fri0036',
      duration: null,
      flags: 'n00',
      address: null,
    });
    expect(parseCaptureName('Printer-HpIpp-Mon1200-15m-n01.pcap')).toMatchObject({
      deviceName: 'Printer',
      duration: '15m',
      flags: 'n01',
    });
  });

  it('may have any folder before and any known suffix behind them', () => {
    for (const path of [
      'A-b-c-d.pcap',
      '/x/y-z/A-b-c-d.pcapng',
      'C:\\x\\A-b-c-d.cap',
      './A-b-c-d.pcap.gz',
      'A-b-c-d.PCAPNG.GZ',
      'A-b-c-d.cap.gz',
    ]) {
      expect(parseCaptureName(path), path).toMatchObject({
        deviceName: 'A',
        deviceId: 'b',
        time: 'c',
        flags: 'd',
      });
    }
    for (const path of [
      '-',
      'A-b-c-d',
      'A-b-c-d.txt',
      'A-b-c-d.gz',
      'A-b-c.pcap',
      'A-b-c-d-e-f.pcap',
      'A--c-d.pcap',
      '-b-c-d.pcap',
      'A-b-c-.pcap',
      '.pcap',
      '',
    ]) {
      expect(parseCaptureName(path), path).toBeNull();
    }
  });

  const addressOf = (name: string): string | null | undefined => parseCaptureName(name)?.address;

  it('of traces give the IPv4 address of the host', () => {
    const name = 'trace_ab12_2026-01-01_00_00_00-client-ip-10-0-0-1.pcap';
    expect(parseCaptureName(name)).toEqual({
      deviceName: null,
      deviceId: 'ab12',
      time: '2026-01-01_00_00_00',
      duration: null,
      flags: null,
      address: '10.0.0.1',
    });
    expect(addressOf('trace_ab12_2026-01-01_00_00_00-server-ip-10-0-0-1.pcap')).toBe('10.0.0.1');
    expect(addressOf('trace_0f_2026-01-01_00_00_00-client-192-168-4-77.pcap.gz')).toBe('192.168.4.77');
    expect(
      addressOf('trace_0f_2026-01-01_00_00_00-client-ip-10-0-0-1-8-8-8-8-frame-eth-ip-udp-dns-port-53.pcap'),
    ).toBe('10.0.0.1');
    expect(addressOf('trace_0f_2026-01-01_00_00_00-client-ip-10-0-0-1-frame-eth-arp-port-0.pcap')).toBe(
      '10.0.0.1',
    );
  });

  it('of traces give the IPv6 address of the host', () => {
    const of = (rest: string): string | null | undefined =>
      addressOf(`trace_ab12_2026-01-01_00_00_00-client-ip-${rest}.pcap`);
    expect(of('fe80--1')).toBe('fe80::1');
    expect(of('2001-db8-0-1-2-3-4-5')).toBe('2001:db8:0:1:2:3:4:5');
    expect(of('--1')).toBe('::1');
    expect(of('fe80--')).toBe('fe80::');
    expect(of('fe80--1-frame-eth-ipv6-udp-port-53')).toBe('fe80::1');
    expect(of('fe80--a-b-c-d-frame-eth')).toBe('fe80::a:b:c:d');
    expect(of('fe80--1-ff02--fb-frame-eth-ipv6')).toBe('fe80::1');
    expect(of('fe80--1234-5678-9abc-def0-ff02--fb')).toBe('fe80::1234:5678:9abc:def0');
    expect(of('2001-db8-0-0-0-0-0-1-2001-db8-0-0-0-0-0-2-frame')).toBe('2001:db8:0:0:0:0:0:1');
    expect(of('fe80--1-fe80--2-ff02--1-frame')).toBe('fe80::1');
    expect(of('zz')).toBeNull();
    expect(of('1-2-3')).toBeNull();
  });

  it('of traces without an address give none', () => {
    expect(parseCaptureName('trace_ab12_2001-01-01_02_03.pcap')).toMatchObject({
      deviceId: 'ab12',
      time: '2001-01-01_02_03',
      address: null,
    });
    expect(parseCaptureName('trace_ab12_2001-01-01_02_03-miscellaneous.pcap')?.address ?? null).toBeNull();
  });

  it('hint at the device only where they hold an address', () => {
    expect(hintFromName(parseCaptureName('trace_ab12_2026-01-01_00_00_00-client-ip-10-0-0-1.pcap'))).toEqual({
      address: '10.0.0.1',
      source: 'file-name',
    });
    expect(hintFromName(parseCaptureName('A-b-c-d.pcap'))).toBeUndefined();
    expect(hintFromName(null)).toBeUndefined();
  });
});
