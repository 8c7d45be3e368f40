/** Where the loader of the command line (scripts/cli-loader.cjs) leaves its own `import`. */
const LOADER = Symbol.for('networkml.import');

/**
 * `import()` of a module whose name is known only at run time: a plugin, an optional package. Code that was compiled
 * beforehand has no `import()` of its own (Node.js loses the script that it would resolve names for), so the command
 * line brings that of its loader.
 */
export function importModule(name: string): Promise<unknown> {
  const own: unknown = Reflect.get(globalThis, LOADER);
  return typeof own === 'function' ? own(name) : import(name);
}
