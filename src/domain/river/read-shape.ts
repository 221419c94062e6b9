import type { z } from 'zod';
import { acceptedKeyWords, acceptedWords, knownKeys, mapAt, schemaAt } from './accepted.ts';
import { didYouMean } from './closest.ts';
import {
  isMap,
  type Path,
  type Problem,
  removable,
  type Show,
  showValue,
  valueAt,
  without,
} from './problem.ts';

/** An input as a schema reads it: its problems in our words, or its value. */
export interface Reading<T> {
  readonly problems: readonly Problem[];
  /** Undefined unless the input is right. */
  readonly value: T | undefined;
}

/** Checks an input against a schema and reports every problem in our words. */
export function readShape<T>(schema: z.ZodType<T>, input: unknown, show: Show): Reading<T> {
  const result = schema.safeParse(input);
  if (result.success) return { problems: [], value: result.data };
  return {
    problems: result.error.issues.flatMap((issue) => describeIssue(schema, input, issue, show)),
    value: undefined,
  };
}

/** The input without what is wrong, read by a schema that requires nothing: so that one fault does not hide another. */
export function readSound<T>(schema: z.ZodType<T>, input: unknown): T | undefined {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const sound = result.error.issues
    .flatMap(culprits)
    .map((path) => removable(input, path))
    .reduce(without, input);
  return sound === undefined ? undefined : readSound(schema, sound);
}

function culprits(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path as Path;
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

/** Where a map came and one of several shapes is a map: what is wrong in it, rather than that none of them fits. */
function issuesOfMap(
  schema: z.ZodType,
  input: unknown,
  { path, errors }: z.core.$ZodIssueInvalidUnion,
): z.core.$ZodIssue[] {
  const union = schemaAt(schema, path as Path);
  const map = union && mapAt(union, []);
  if (!map || !isMap(valueAt(input, path as Path))) return [];
  const at = (union._zod as z.core.$ZodUnion['_zod']).def.options.indexOf(map);
  return (errors[at] ?? []).map((each) => ({ ...each, path: [...path, ...each.path] }));
}

function describeIssue(schema: z.ZodType, input: unknown, issue: z.core.$ZodIssue, show: Show): Problem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key${didYouMean(key, known) || ','} expected one of ${known.join(', ')}`,
      about: 'key',
    }));
  }
  if (issue.code === 'invalid_key') {
    const words = acceptedKeyWords(schema, path.slice(0, -1));
    return [{ path, message: `expected ${words}, got ${showValue(path.at(-1))}`, about: 'key' }];
  }
  const nested = issue.code === 'invalid_union' ? issuesOfMap(schema, input, issue) : [];
  if (nested.length > 0) return nested.flatMap((each) => describeIssue(schema, input, each, show));
  const at = schemaAt(schema, path);
  const words = at ? acceptedWords(at) : 'something else';
  const value = valueAt(input, path);
  if (value === undefined) return [{ path, message: `missing, expected ${words}`, missing: true }];
  return [{ path, message: `expected ${words}, got ${show(path, value)}` }];
}
