import { describe, expect, it } from 'vitest';
import { type AttackReport, labelAttack } from '../../lab/attack-run.js';
import { createTimeMap, mapTime, secondsAfter } from '../../lab/finish/time-map.js';
import { manifestRows } from '../../lab/manifest.js';
import { type AttackKind, attackKinds, flagsOf, withAttacks } from '../../lab/plan/attacks.js';
import { drawSitePlan } from '../../lab/plan/site-plan.js';

const site = (seed: number) =>
  drawSitePlan({ seed, minutes: 1, spanSeconds: 900, only: null, missing: new Set() }).plan;
const attacked = (seed: number, kinds: AttackKind[] = [...attackKinds]) =>
  withAttacks(site(seed), { count: kinds.length, kinds });

describe('attacks of a plan', () => {
  it('change nothing when there are none', () => {
    expect(withAttacks(site(1), { count: 0, kinds: [] })).toEqual(site(1));
  });

  it('are the same for the same seed', () => {
    const plan = (seed: number) => withAttacks(site(seed), { count: 5, kinds: [] }).attacks;
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('stay inside the lab, inside the run, and one to a host', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const kinds = [attackKinds.slice(0, 7), attackKinds.slice(7)][seed % 2] as AttackKind[];
      const plan = attacked(seed, kinds);
      expect(plan.attacks.map(({ kind }) => kind)).toEqual(kinds);
      expect(new Set(plan.attacks.map(({ host }) => host)).size).toBe(kinds.length);
      for (const { host, startSeconds, seconds, words, targets, kind } of plan.attacks) {
        expect(targets.length, kind).toBeGreaterThan(0);
        expect(targets).not.toContain(host);
        expect(plan.hosts.find(({ name }) => name === host)?.role).not.toBeNull();
        expect(startSeconds).toBeGreaterThan(0);
        expect(seconds).toBeGreaterThan(9);
        expect(startSeconds + seconds).toBeLessThanOrEqual(60);
        for (const word of words.filter((text) => /^\d+\./.test(text) && text.split('.').length === 4)) {
          expect(word).toMatch(/^10\.7[78]\./);
        }
      }
    }
  });

  it('find what they are about: the targets of remote administration serve it', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const plan = attacked(seed, ['remote-services', 'remote-shells']);
      for (const { kind, targets } of plan.attacks) {
        for (const name of targets) {
          const words = plan.hosts.find((host) => host.name === name)?.scriptArguments;
          expect(words).toContain(kind === 'remote-shells' ? 'ssh' : 'smb');
        }
      }
    }
  });

  it('refuse more attacks than there are hosts', () => {
    expect(() => withAttacks(site(1), { count: 99, kinds: ['sweep'] })).toThrow('no host is left');
  });

  it('flag the captures of the hosts that make them and of no others', () => {
    const { attacks, hosts } = attacked(3, ['telnet-tries', 'sweep']);
    const flags = hosts.map(({ name }) => flagsOf(attacks, name)).filter((flag) => flag !== 'n00');
    expect(flags.sort()).toEqual(['a01', 'a11']);
  });
});

describe('labels of attacks', () => {
  it('hold every moment of the recording that lies in the attack, however its unit is stretched', () => {
    const plan = attacked(5, ['syn-scan']);
    const [attack] = plan.attacks as [AttackReport['attack']];
    const moment = (at: number) => ({
      seconds: 1000 + Math.floor(at),
      nanoseconds: Math.round((at % 1) * 1e9),
    });
    const frames = [attack.host, attack.targets[0] as string, 'a and b'].flatMap((unit, i) =>
      Array.from({ length: 60 }, (_, n) => ({
        unit,
        frame: {
          ...moment(0.2 * i + n * (n % 7 === 0 ? 1.4 : 0.4)),
          bytes: new Uint8Array(60),
          wireBytes: 60,
        },
      })),
    );
    const time = createTimeMap(frames as never, 900);
    const label = labelAttack({ attack, start: 1010, end: 1020, code: 0 }, plan, time);
    expect(time.factor).toBeGreaterThan(5);
    expect(label).toMatchObject({ kind: 'syn-scan', flags: 'a02', host: attack.host });
    const during = frames.filter(({ frame }) => frame.seconds >= 1010 && frame.seconds < 1020);
    expect(during.length).toBeGreaterThan(20);
    for (const { unit, frame } of during) {
      const at = plan.clockSeconds + mapTime(time, unit, secondsAfter(frame, time.originSeconds));
      expect(at).toBeGreaterThanOrEqual(label.start);
      expect(at).toBeLessThanOrEqual(label.end);
    }
  });
});

describe('the manifest', () => {
  const captured = (host: string) => ({
    ...{
      file: `${host}.pcap`,
      role: 'Printer',
      implementation: 'x',
      variant: '',
      host,
      flags: 'n00',
      mac: '',
      address: '',
    },
    ...{
      packets: 1,
      bytes: 1,
      seconds: 1,
      sha256: '',
      mustSee: [],
      ports: {},
      sessions: {},
      sessionCount: 1,
    },
    ...{ protocols: null, problems: [] },
  });
  const label = {
    kind: 'sweep',
    flags: 'a01',
    host: 'pc1',
    targets: ['a1', '10.0.0.0/24'],
    start: 5,
    end: 7.5,
    code: 0,
  };

  it('says who does what when to whom, and nothing of others and of older sites', () => {
    const captures = [captured('pc1'), captured('pc2')];
    const common = { seed: 1, captures, seconds: { up: 1, work: 1 } };
    const [attacker, other] = manifestRows([
      { name: 'site-0001', site: { ...common, attackLabels: [label] } },
    ]);
    expect(attacker).toMatchObject({
      ...{ attack: 'sweep', attackStart: 5, attackEnd: 7.5, attackTargets: 'a1 10.0.0.0/24' },
    });
    expect(other).toMatchObject({ attack: '', attackStart: '', attackEnd: '', attackTargets: '' });
    expect(manifestRows([{ name: 'site-0001', site: common }])[0]).toMatchObject({ attack: '' });
  });
});
