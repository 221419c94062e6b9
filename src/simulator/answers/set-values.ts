import type { ValuesOfRows } from '../faults/fault.ts';
import type { Row } from '../world/row-list.ts';

/** Stands for a JSON text of its own in a body until that is written. */
const mark = '\u0001';
const marked = /"\\u0001([^"]*)"/g;

/** Rows with the values that the faults `values` give them. */
export function setValues(rows: readonly Row[], faults: readonly ValuesOfRows[]): readonly Row[] {
  return faults.reduce(
    (all, fault) =>
      all.map((row, at) => (fault.rows !== undefined && at >= fault.rows ? row : withValues(row, fault, at))),
    rows,
  );
}

/** A body with the JSON texts in the places that `setValues` has marked, whether or not they are JSON. */
export const writeRaw = (body: string): string =>
  body.replace(marked, (_all, hex: string) => Buffer.from(hex, 'hex').toString());

function withValues(row: Row, { set, raw, remove = [] }: ValuesOfRows, at: number): Row {
  const texts = Object.entries(turn(raw, at)).map(([key, text]) => [
    key,
    mark + Buffer.from(String(text)).toString('hex'),
  ]);
  const entries = new Map([...Object.entries(row), ...Object.entries(turn(set, at)), ...texts] as [
    string,
    unknown,
  ][]);
  for (const key of remove) entries.delete(key);
  return Object.fromEntries(entries);
}

function turn(values: ValuesOfRows['set'] = {}, at: number): Readonly<Record<string, unknown>> {
  return isList(values) ? (values[at % values.length] ?? {}) : values;
}

const isList = <T>(value: object | readonly T[]): value is readonly T[] => Array.isArray(value);
