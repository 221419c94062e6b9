import {
  besides,
  isMap,
  type Path,
  type Problem,
  pathText,
  type Show,
  showValue,
  valueAt,
} from '#domain/river/problem';
import { readShape, readSound } from '#domain/river/read-shape';
import { checkConnections } from './check-connections.ts';
import { checkRivers } from './check-rivers.ts';
import { checkWarehouses } from './check-warehouses.ts';
import { ConfigurationFile, SoundFile } from './file-schema.ts';
import { isSecretPath, type Resolved } from './resolve-references.ts';

export interface CheckedFile {
  /** Everything that is wrong, with the path at which it is written in the file. */
  readonly problems: readonly Problem[];
  /** Undefined if there are problems. */
  readonly value: ConfigurationFile | undefined;
}

/** Checks the shape of a file and its meaning. A fault in one value hides no fault elsewhere. */
export function checkFile(written: unknown, resolved: Resolved, folder: string): CheckedFile {
  const merged = mergeDefaults(resolved.value);
  const show: Show = (path, value) => {
    // A file that is not a configuration may hold anything, an API key for example.
    if (path.length === 0 && isScalar(value)) return 'a text';
    const origin = writtenPath(written, path);
    const hidden = isSecretPath(origin) || resolved.referring.has(pathText(origin));
    return hidden && isScalar(value) ? 'a secret' : showValue(value);
  };
  const asWritten = (problem: Problem): Problem => ({ ...problem, path: writtenPath(written, problem.path) });

  const shape = readShape(ConfigurationFile, merged, show);
  const sound = shape.value ?? readSound(SoundFile, merged) ?? {};
  const refers = (path: Path): boolean => resolved.referring.has(pathText(path));
  const meaning = [
    ...checkConnections(sound.connections ?? {}, refers, show),
    ...checkWarehouses(sound.warehouses ?? {}, refers, show),
    ...checkRivers(sound, merged, folder, show, (path) => refers(writtenPath(written, path))),
  ];

  const unresolved = resolved.problems;
  const wrongShape = besides(unresolved, shape.problems.map(asWritten));
  const wrongMeaning = besides([...unresolved, ...wrongShape], meaning.map(asWritten));
  const problems = [...unresolved, ...wrongShape, ...wrongMeaning];
  return { problems, value: problems.length === 0 ? shape.value : undefined };
}

function isScalar(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

/** Merges `defaults:` into every river, key by key; a river's own list or plain value replaces the default as a whole. */
export function mergeDefaults(file: unknown): unknown {
  if (!isMap(file) || !isMap(file.rivers)) return withoutNulls(file);
  const rivers = Object.entries(file.rivers).map(([name, river]) => [
    name,
    isMap(river ?? {}) ? layUnder(file.defaults, river ?? {}) : river,
  ]);
  return withoutNulls({ ...file, rivers: Object.fromEntries(rivers) });
}

/** Where in the file a value is written: in the river itself, or under `defaults:`. */
function writtenPath(file: unknown, path: Path): Path {
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

/** A key without a value counts as left out; in a river it also removes a default. */
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
