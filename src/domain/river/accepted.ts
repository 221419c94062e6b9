import { z } from 'zod';
import { durationMs, durationPattern } from '../duration.ts';

/** What a schema accepts, in the words of a message: `expected <words>, got …`. */
export const accepted = z.registry<{ words: string }>();

/** The words for a schema: its own, or those of its kind. */
export function acceptedWords(schema: z.core.$ZodType): string {
  const own = accepted.get(schema)?.words;
  if (own !== undefined) return own;
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  switch (def.type) {
    case 'enum':
      return `one of ${Object.values(def.entries).join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'array':
      return 'a list';
    case 'object':
      return `a map with ${Object.keys(def.shape).join(', ')}`;
    case 'record':
      return 'a map of names';
    default:
      return 'something else';
  }
}

/** The schema of the value at a path, without what only wraps it (optional, default, nullable). */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  if (def.type === 'optional' || def.type === 'default' || def.type === 'nullable') {
    return accepted.get(schema) && path.length === 0 ? schema : schemaAt(def.innerType, path);
  }
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  if (def.type === 'object') {
    const part = def.shape[String(step)];
    return part && schemaAt(part, rest);
  }
  if (def.type === 'array') return schemaAt(def.element, rest);
  if (def.type === 'record') return schemaAt(def.valueType, rest);
  if (def.type === 'union') {
    return def.options.map((option) => schemaAt(option, path)).find((found) => found !== undefined);
  }
  return undefined;
}

/** The schema of a map of known keys at a path, also where it is one of several shapes. */
export function mapAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodObject | undefined {
  const found = schemaAt(schema, path);
  const def = found && (found._zod as z.core.$ZodTypes['_zod']).def;
  if (def?.type === 'object') return found as z.core.$ZodObject;
  return def?.type === 'union'
    ? def.options.map((option) => mapAt(option, [])).find((option) => option !== undefined)
    : undefined;
}

/** The keys that a schema knows at a path; empty where any key is taken. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const def = mapAt(schema, path)?._zod.def;
  return def ? Object.keys(def.shape) : [];
}

/** The words for the names that a map takes. */
export function acceptedKeyWords(schema: z.core.$ZodType, path: readonly PropertyKey[]): string {
  const found = schemaAt(schema, path);
  const def = found && (found._zod as z.core.$ZodTypes['_zod']).def;
  return def?.type === 'record' ? acceptedWords(def.keyType) : 'another name';
}

/** The name of a connection, a warehouse, a table, an attribute: any text that is not empty. */
export const Name = z.string().min(1).register(accepted, { words: 'a name' });

/** For what a whole river requires; the JSON Schema of editors describes a part, which can require nothing. */
export const required = 'Required, here or under `defaults:`.';

const longestMs = durationMs('366d');

/** A duration that stays text, so that the manifest shows it as it was written. */
export const Duration = z
  .string()
  .regex(durationPattern, { abort: true })
  .refine((text) => durationMs(text) <= longestMs)
  .register(accepted, { words: 'a duration such as 15s, 10m, 6h or 2d' });
