import { isMap, type Path, pathText, valueAt } from '#domain/river/problem';

/** The file with `defaults:` laid under every river, key by key; a list and a plain value are replaced as a whole. */
export function layDefaults(file: unknown): unknown {
  if (!isMap(file) || !isMap(file.rivers)) return withoutNulls(file);
  const rivers = Object.entries(file.rivers).map(([name, river]) => [
    name,
    isMap(river ?? {}) ? layUnder(file.defaults, river ?? {}) : river,
  ]);
  return withoutNulls({ ...file, rivers: Object.fromEntries(rivers) });
}

/** The path at which a person wrote what stands at a path of the file with its defaults laid. */
export function writtenPath(file: unknown, path: Path): Path {
  const [section, name, ...rest] = path;
  if (section !== 'rivers' || name === undefined || rest.length === 0) return path;
  const fromDefaults: Path = ['defaults', ...rest];
  const inRiver = valueAt(file, path) !== undefined;
  return !inRiver && valueAt(file, fromDefaults) !== undefined ? fromDefaults : path;
}

function layUnder(lower: unknown, upper: unknown): unknown {
  if (upper === undefined) return lower;
  if (!isMap(lower) || !isMap(upper)) return upper;
  const keys = new Set([...Object.keys(lower), ...Object.keys(upper)]);
  return Object.fromEntries([...keys].map((key) => [key, layUnder(own(lower, key), own(upper, key))]));
}

/** A key without a value is one that is left out; in a river it also takes a default back. */
function withoutNulls(value: unknown, path: Path = []): unknown {
  if (!isMap(value) || keepsNulls(path)) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== null || path.length === 1);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutNulls(part, [...path, key])]));
}

/** `overrides.parameters` of a river or of the defaults, where null means: not sent. */
function keepsNulls(path: Path): boolean {
  const inRiver = path[0] === 'rivers' ? path.slice(2) : path[0] === 'defaults' ? path.slice(1) : [];
  return pathText(inRiver) === 'overrides.parameters';
}

function own(map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
