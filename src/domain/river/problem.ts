import { ConfigurationError, type Fault } from '../errors.ts';

/** A fault before its place is known: what is wrong at which path of a river, a file or an input. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** It is about a key that is missing: not reported where that key is there with a fault of its own. */
  readonly missing?: true;
  /** The key that may be given instead of the missing one. */
  readonly orElse?: string;
  /** It is about the key, not about the value under it. */
  readonly about?: 'key';
}

/** `<place> <path>: <message>`, as every fault reads. */
export function faultText({ place, path, message }: Fault): string {
  return `${path === '' ? place : `${place} ${path}`}: ${message}`;
}

export function faultAt(place: string, problem: Problem): Fault {
  return { place, path: pathText(problem.path), message: problem.message };
}

/** One error for all faults; its message is one line for each. Equal lines are said once. */
export function configurationError(faults: readonly Fault[]): ConfigurationError {
  const byText = new Map(faults.map((fault) => [faultText(fault), fault]));
  return new ConfigurationError([...byText.keys()].join('\n'), { faults: [...byText.values()] });
}

/** The problems of meaning that are reported beside those of shape: none about a value whose shape is wrong. */
export function besides(shape: readonly Problem[], meaning: readonly Problem[]): Problem[] {
  return meaning.filter(({ path, missing, orElse }) => {
    const filledBy = [
      ...(missing === true ? [path] : []),
      ...(orElse === undefined ? [] : [[...path.slice(0, -1), orElse]]),
    ];
    return !shape.some(
      (problem) =>
        startsWith(path, problem.path) || filledBy.some((filled) => startsWith(problem.path, filled)),
    );
  });
}

/** The place of a value in what was read: keys and positions in lists, from the outside in. */
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
 * The part of a path that can be removed from its root: up to the last key that exists, and a list as a whole.
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

/** Longer text is cut in a message. */
const shownAtMost = 60;

/** Shows the value at a path in a message. For the configuration file it never shows a secret. */
export type Show = (path: Path, value: unknown) => string;

/** A value as a message quotes it: text in quotes, lists and maps by their kind only. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > shownAtMost ? `${value.slice(0, shownAtMost)}…` : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map of keys';
  return String(value);
}

export const showPlain: Show = (_path, value) => showValue(value);
