import { describe, expect, it } from 'vitest';
import { hintSource, hintTokens, kindsOfMaker, makerKinds } from '../../src/features/index.js';
import { vendorOf } from '../../src/pipeline/vendor.js';

describe('what makers are known for', () => {
  it('is found by the whole words of their names, in any spelling', () => {
    expect(kindsOfMaker('Sonos, Inc.')).toEqual(['smart speakers']);
    expect(kindsOfMaker('SONOS Co., Ltd.')).toEqual(['smart speakers']);
    expect(kindsOfMaker('Hangzhou Hikvision Digital Technology Co.,Ltd.')).toEqual(['cameras']);
    expect(kindsOfMaker('B&R Industrial Automation GmbH')).toEqual(['industrial control']);
    expect(kindsOfMaker('D-Link International')).toEqual(['home automation', 'cameras', 'network equipment']);
    // Ring makes cameras, Ringdale print servers; ABB makes controllers, Abbott none.
    expect(kindsOfMaker('Ringdale UK Ltd')).toEqual([]);
    expect(kindsOfMaker('Abbott Diagnostics Division')).toEqual([]);
    expect(kindsOfMaker('')).toEqual([]);
  });

  it('is known for what addresses of the registry say', () => {
    expect(kindsOfMaker(vendorOf('00:0e:58:12:34:56') ?? '')).toEqual(['smart speakers']);
    expect(kindsOfMaker(vendorOf('00:17:88:12:34:56') ?? '')).toEqual(['lighting']);
    // Who made a virtual machine's interface says nothing of what it does.
    expect(kindsOfMaker(vendorOf('08:00:27:12:34:56') ?? '')).toEqual([]);
    // A locally administered address belongs to nobody.
    expect(vendorOf('02:0e:58:12:34:56')).toBeNull();
  });

  it('makes tokens of its own, behind those of what the device says', () => {
    const said = [{ kind: 'mdns-asks', text: '_ipp._tcp' }] as const;
    expect(hintTokens(said, 'HP Inc.').map(({ kind, word }) => `${kind} ${word}`)).toEqual([
      'mdns-asks _ipp._tcp',
      'maker printers',
      'maker computers',
    ]);
    expect(hintTokens(said, 'HP Inc.').map(({ hash }) => hintSource(hash))).toEqual([
      'words',
      'makers',
      'makers',
    ]);
    expect(hintTokens(said)).toHaveLength(1);
    expect(new Set(makerKinds).size).toBe(makerKinds.length);
  });
});
