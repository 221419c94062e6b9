/** What a database is like, as far as it need not be asked: its names, types and limits. What it does is in `dialect.ts`. */

import type { ColumnType } from '#domain/column/column';
import type { NumberDigits } from '#domain/column/read-number';
import type { WarehouseSetting } from '#domain/river/configuration';

/** What River makes a column as: `numeric` digits without a bound, `instant` an instant that River itself writes. */
export type MadeType = ColumnType | 'numeric' | 'instant';

/** How people's own SQL, such as dbt's, writes what River has made. */
export interface SqlWords {
  /** What stands around a name. */
  readonly quote: string;
  /** The type of texts. */
  readonly text: string;
  /** A name as it stands between quotes; left out: as it is. */
  spell?(name: string): string;
  /** The setting of the connection that names the database, or project, in which schemas are looked for. */
  readonly databaseKey?: string;
}

export interface DialectFacts {
  readonly client: WarehouseSetting['client'];
  /** The longest name in bytes, where there is a limit. */
  readonly nameBytes: number | undefined;
  /** Characters that no column's name has (global); left out: NUL alone. */
  readonly unfitInNames?: RegExp;
  /** Names that it gives to columns of its own in every table. */
  readonly ownColumns: readonly string[];
  /** What it lets no column of others begin with; each begins with `_`. */
  readonly ownPrefix?: RegExp;
  /** Whether `ID` and `id` are one column. */
  readonly foldsCase: boolean;
  /** Whether tables differ by case where columns do not. */
  readonly tablesKeepCase?: boolean;
  /** How columns of a target are declared. */
  readonly typeNames: Readonly<Record<MadeType, string>>;
  /** The same of a column for numbers of more than the usual digits; left out where one has no bound, or no other. */
  readonly declareNumeric?: (digits: NumberDigits) => string;
  readonly sqlWords: SqlWords;
  /** How many columns a table can have. */
  readonly columnsAtMost: number;
  /** How the manifest's instants, days and documents are declared. */
  readonly manifestTypes: { readonly instant: string; readonly day: string; readonly json: string };
  /** Whether a transaction sets what reading needs. It lasts no longer, so that a pooler of transactions may stand between. */
  readonly readsInTransaction: boolean;
  /** Whether what a transaction writes reaches the disk with its end and not before. */
  readonly writesAtCommit: boolean;
}
