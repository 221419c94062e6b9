/** Where something stands inside what was read: keys and positions in lists, from the outside in. */
export type Path = readonly (string | number)[];

/** `connections.main.budget[0].calls`; a key that is no plain word stands in quotes. */
export function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : keyText(step)))
    .join('')
    .replace(/^\./, '');
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

export function startsWith(path: Path, beginning: Path): boolean {
  return beginning.length <= path.length && beginning.every((step, at) => step === path[at]);
}

/** What stands at a path; undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/**
 * The part of a path that can be taken out of what it leads into: up to what is there of it (where something is
 * missing, that which misses it), and a list as a whole.
 */
export function removable(root: unknown, path: Path): Path {
  let value = root;
  for (const [depth, step] of path.entries()) {
    if (!isMap(value) || !Object.hasOwn(value, step)) return path.slice(0, depth);
    value = value[step];
  }
  return path;
}

/** A copy without what stands at a path, if something does. */
export function without(root: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (!isMap(root) || !Object.hasOwn(root, step)) return root;
  const entries = Object.entries(root).map(([key, value]) => [
    key,
    key === String(step) ? without(value, rest) : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** An object of keys, as YAML and JSON give it. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
