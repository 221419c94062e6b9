import { ConfigurationError } from '../errors.ts';
import type { Overrides } from '../river/overrides.ts';
import type { Column } from './column.ts';
import { isProvenance } from './provenance.ts';

/**
 * A report's columns with a river's `overrides.columns` (key of the answer → column). A column of that name
 * takes the key as one more spelling; a key that has a column already renames it; any other key becomes a column.
 */
export function correctColumns(columns: readonly Column[], overrides: Overrides | undefined): Column[] {
  return Object.entries(overrides?.columns ?? {}).reduce(correctColumn, [...columns]);
}

function correctColumn(columns: Column[], [key, name]: [string, string]): Column[] {
  const named = columns.findIndex((column) => column.name === name);
  const spelled = columns.findIndex((column) => column.from === 'answer' && isSpelled(column, key));
  if (isProvenance(name) || (named >= 0 && columns[named]?.from !== 'answer')) {
    throw new ConfigurationError(
      `overrides.columns.${key}: the column ${name} is filled by River itself; give the key another column.`,
      { facts: { key, column: name } },
    );
  }
  if (named >= 0) {
    return columns.map((column, at) => {
      if (at === named) return withSpelling(column, key);
      return at === spelled ? withoutSpelling(column, key) : column;
    });
  }
  if (spelled >= 0) return columns.map((column, at) => (at === spelled ? { ...column, name } : column));
  return [...columns, { name, type: 'text', from: 'answer', source: key }];
}

/** Whether this key of an answer belongs to this column. */
function isSpelled(column: Column, key: string): boolean {
  return spellings(column).some((spelling) => spelling.toLowerCase() === key.toLowerCase());
}

function spellings(column: Column): string[] {
  return [column.source, ...(column.alsoSpelled ?? [])];
}

function withSpelling(column: Column, key: string): Column {
  return { ...column, source: key, alsoSpelled: spellings(column).filter((other) => other !== key) };
}

/** The column that loses its key keeps its other spellings; without any it stays, and stays empty. */
function withoutSpelling(column: Column, key: string): Column {
  const [source = '', ...alsoSpelled] = spellings(column).filter(
    (other) => other.toLowerCase() !== key.toLowerCase(),
  );
  return { ...column, source, alsoSpelled };
}
