import { PORT_PROTOCOL_LAYOUT, portProtocolColumnName } from '../../features/index.js';
import { listAt, objectAt, refuse, textAt, wholeAt } from './json.js';

/**
 * What the formats of other libraries have no place for: which vectors a model reads, and what its outputs are called.
 * It is kept in a file of its own beside the model, and in the model where the format allows.
 */
export interface ModelAbout {
  /** Layout id of the vectors. */
  readonly layout: string;
  /** Values in a vector. */
  readonly columnCount: number;
  /** In the order of the outputs. */
  readonly roles: readonly string[];
}

/** Name of the file beside a model of another library. */
export const ABOUT_FILE = 'networkml.json';

const SCHEMA = 'networkml/exchange/v1';

/** The content of that file: with the name of every column, as far as the layout is known, for those who make vectors themselves. */
export function aboutFile(about: ModelAbout, source: string): Record<string, unknown> {
  const { layout, columnCount, roles } = about;
  return {
    schema: SCHEMA,
    source,
    layout,
    columnCount,
    roles: [...roles],
    ...(layout === PORT_PROTOCOL_LAYOUT
      ? { columns: Array.from({ length: columnCount }, (_, column) => portProtocolColumnName(column)) }
      : {}),
  };
}

/** The same for a place inside the model, where names of columns would only be a burden. */
export function aboutMetadata({ layout, columnCount, roles }: ModelAbout): Record<string, unknown> {
  return { schema: SCHEMA, layout, columnCount, roles: [...roles] };
}

/**
 * Reads it back; columns' names are for people and not looked at.
 *
 * @throws NetworkmlError `NML_MODEL_EXCHANGE`
 */
export function readAbout(value: unknown, name: string = ABOUT_FILE): ModelAbout {
  const about = objectAt(value, name);
  const roles = listAt(about.roles, `${name}: roles`).map((role) => textAt(role, `${name}: a role`));
  if (roles.length < 2 || new Set(roles).size !== roles.length)
    refuse(`${name}: roles are not two different names or more`);
  return {
    layout: textAt(about.layout, `${name}: layout`),
    columnCount: wholeAt(about.columnCount, `${name}: columnCount`, 1),
    roles,
  };
}
