/** Statements that a person runs in River's place. */

import type { Tables } from '../dialect.ts';
import type { NewColumn } from './plan-layout.ts';

/** The statement that makes a table, as a person runs it. */
export function writeCreateTable(
  { dialect, schemaName }: Pick<Tables, 'dialect' | 'schemaName'>,
  table: string,
  columns: readonly (NewColumn & { readonly isNotNull?: boolean })[],
  key: readonly string[] = [],
): string {
  const place = [...(schemaName === undefined ? [] : [schemaName]), table].map(quoted).join('.');
  const declared = columns.map(
    ({ name, type, isNotNull }) =>
      `${quoted(name)} ${dialect.typeNames[type]}${isNotNull ? ' not null' : ''}`,
  );
  const primary = key.length === 0 ? [] : [`primary key (${key.map(quoted).join(', ')})`];
  return `create table ${place} (${[...declared, ...primary].join(', ')})`;
}

/** A name as a person writes it. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
