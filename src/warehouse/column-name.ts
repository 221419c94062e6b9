import { createHash } from 'node:crypto';
import type { TableColumn } from '#domain/column/table-type';
import type { DialectFacts } from './dialect-facts.ts';

const hashLetters = 8;

/** Where values stand that do not fit a column, unless that name is taken. */
export const besideName = (column: string): string => `${column}__text`;

/** What a database says about names. */
export type NameRules = Pick<
  DialectFacts,
  'nameBytes' | 'foldsCase' | 'ownColumns' | 'ownPrefix' | 'unfitInNames'
>;

/**
 * A column's name as the database can have it: no longer than it allows (Postgres would cut it, and two long
 * names could become one), without NUL and what it refuses besides, and none of those that it gives to columns of its own. What is changed
 * bears a hash of the whole name, always the same.
 */
export function columnNameIn(rules: NameRules, name: string): string {
  const { nameBytes = Number.POSITIVE_INFINITY, ownColumns, unfitInNames = /\0/g } = rules;
  const fitting = name.toWellFormed().replace(unfitInNames, '_') || 'column';
  const clean = rules.ownPrefix?.test(fitting) ? fitting.replace(/^_+/, '') : fitting;
  const fits = Buffer.byteLength(clean) <= nameBytes;
  const own = ownColumns.includes(sameName(rules, clean));
  if (fits && clean === name && !own) return name;
  const hash = `_${shortHash(name, hashLetters)}`;
  return cut(clean, nameBytes - hash.length) + hash;
}

/** Equal for two names of one column. */
export function sameName({ foldsCase }: Pick<NameRules, 'foldsCase'>, name: string): string {
  return foldsCase ? name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : name;
}

/** Equal for two names of one table. */
export const sameTable = (
  { foldsCase, tablesKeepCase = false }: Pick<DialectFacts, 'foldsCase' | 'tablesKeepCase'>,
  name: string,
): string => sameName({ foldsCase: foldsCase && !tablesKeepCase }, name);

/** Finds a table's columns by name, as the database compares names. */
export function columnFinder(
  dialect: Pick<DialectFacts, 'foldsCase'>,
  columns: readonly TableColumn[],
): (name: string) => TableColumn | undefined {
  const byName = new Map(columns.map((column) => [sameName(dialect, column.name), column]));
  return (name) => byName.get(sameName(dialect, name));
}

/** A few letters that stand for a text, always the same ones. */
export function shortHash(text: string, letters = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, letters);
}

/** As many whole characters as fit into so many bytes. */
function cut(text: string, bytes: number): string {
  let left = bytes;
  let kept = '';
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}
