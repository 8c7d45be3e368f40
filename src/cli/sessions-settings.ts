/** What `networkml sessions` is told, in a form that can be handed to a thread. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NetworkmlError } from '../errors.js';
import { importModule } from '../import-module.js';
import { compileFilter } from '../pcap/index.js';
import type { MeterCapturesOptions } from '../pipeline/index.js';
import type { Accounting, SessionPlugin } from '../sessions/index.js';
import { anonymizer, freshKey, keyFromFile } from './anonymizer.js';
import { say } from './messages.js';
import type { OptionName } from './options.js';
import type { Settings } from './settings.js';

/** Everything but functions. */
export interface SessionsWish {
  readonly meter: Omit<MeterCapturesOptions, 'anonymize' | 'plugins'>;
  /** Key of the anonymization, hexadecimal. */
  readonly key?: string;
  /** File of a plugin. */
  readonly plugin?: string;
  readonly explainSkipped: boolean;
}

/**
 * Reads the settings of a run.
 * @param severalFiles whether rows must say which capture they are of
 * @throws NetworkmlError NML_USAGE for values that do not go, or do not go together
 */
export function sessionsWish(settings: Settings, severalFiles: boolean): SessionsWish {
  const compat = settings.text('compat');
  if (compat !== undefined && compat !== 'nfstream') {
    throw new NetworkmlError('NML_USAGE', '--compat: sessions can be like nfstream only');
  }
  const compatible = compat === 'nfstream';
  const endOn = settings.list('end-on');
  if (compatible && endOn.length > 0) {
    throw new NetworkmlError('NML_USAGE', 'NFStream never ends a flow at FIN or RST: --end-on or --compat');
  }
  const seed = communitySeed(settings);
  const filter = settings.text('filter');
  if (filter !== undefined) compileFilter(filter);
  const maxSessions = settings.number('max-sessions');
  const join = settings.flag('join');
  const key = keyOf(settings);
  if (key !== undefined && seed !== undefined) {
    throw new NetworkmlError(
      'NML_USAGE',
      'a Community ID gives the addresses away to whoever tries them all: --community-id or --anonymize',
    );
  }
  const plugin = settings.text('plugin');
  return {
    meter: {
      compatible,
      idleTimeout: seconds(settings, 'idle-timeout', 120),
      activeTimeout: seconds(settings, 'active-timeout', 1800),
      accounting: (settings.text('accounting') ?? 'link') as Accounting,
      statistics: settings.flag('stats'),
      splt: settings.number('splt') ?? 0,
      frames: settings.flag('frames'),
      endOnFin: endOn.includes('fin'),
      endOnRst: endOn.includes('rst'),
      tunnels: !settings.flag('no-tunnels'),
      join,
      files: severalFiles && !join,
      ...(maxSessions === undefined ? {} : { maxSessions }),
      ...(seed === undefined ? {} : { communityId: seed }),
      ...(filter === undefined ? {} : { filter }),
    },
    explainSkipped: settings.flag('explain-skipped'),
    ...(key === undefined ? {} : { key }),
    ...(plugin === undefined ? {} : { plugin }),
  };
}

function seconds(settings: Settings, name: OptionName, otherwise: number): number {
  const value = settings.number(name) ?? otherwise;
  if (value < 0) throw new NetworkmlError('NML_USAGE', `--${name}: ${value} is less than 0`);
  return value;
}

function communitySeed(settings: Settings): number | undefined {
  const seed = settings.number('community-seed');
  if (seed !== undefined && seed > 0xffff) {
    throw new NetworkmlError('NML_USAGE', `--community-seed: ${seed} is more than 65535`);
  }
  return seed ?? (settings.flag('community-id') ? 0 : undefined);
}

function keyOf(settings: Settings): string | undefined {
  const path = settings.text('key-file');
  if (!settings.flag('anonymize')) {
    if (path === undefined) return undefined;
    throw new NetworkmlError('NML_USAGE', '--key-file goes with --anonymize');
  }
  if (path === undefined) {
    if (!settings.flag('quiet')) {
      say('a key for this run alone: addresses of other exports will not match; --key-file keeps one');
    }
    return freshKey();
  }
  const { key, made } = keyFromFile(path);
  if (made && !settings.flag('quiet')) say(`${path}: a new key was made; keep it secret`);
  return key;
}

/** The options of the meter, with what only this thread can have. */
export async function meterOptions(wish: SessionsWish): Promise<MeterCapturesOptions> {
  return {
    ...wish.meter,
    ...(wish.key === undefined ? {} : { anonymize: await anonymizer(wish.key) }),
    ...(wish.plugin === undefined ? {} : { plugins: await loadPlugins(wish.plugin) }),
  };
}

/**
 * The plugins of a module: its export `plugin`, or `plugins`, a list of them.
 * @throws NetworkmlError NML_USAGE
 */
async function loadPlugins(path: string): Promise<SessionPlugin[]> {
  let module: { plugin?: SessionPlugin; plugins?: SessionPlugin[] };
  try {
    module = (await importModule(pathToFileURL(resolve(path)).href)) as typeof module;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkmlError('NML_USAGE', `the plugin cannot be loaded: ${said}`, { file: path, cause });
  }
  const plugins = module.plugins ?? (module.plugin === undefined ? [] : [module.plugin]);
  if (plugins.length === 0 || plugins.some((each) => typeof each?.name !== 'string')) {
    throw new NetworkmlError('NML_USAGE', 'no plugin with a name is exported as `plugin` or `plugins`', {
      file: path,
      hint: 'see docs/sessions.md and examples/plugins',
    });
  }
  return plugins;
}
