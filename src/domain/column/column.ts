/**
 * `integer` 64-bit whole number · `double` · `text` · `boolean` · `date` YYYY-MM-DD ·
 * `timestamp` as Optimove writes it, without a zone (its zone is not documented, so it is stored verbatim).
 */
export type ColumnType = 'integer' | 'double' | 'text' | 'boolean' | 'date' | 'timestamp';

/** What a river may choose as well: `numeric`, digits without a bound. */
export const storedTypes = ['text', 'integer', 'numeric', 'double', 'boolean', 'date', 'timestamp'] as const;
export type StoredType = (typeof storedTypes)[number];

/** A column of a report's table. */
export interface Column {
  /** snake_case, as it stands in the table. */
  readonly name: string;
  readonly type: StoredType;
  /** `call`: stamped from the request; `answer`: a key of the answer; `attribute`: a customer attribute. */
  readonly from: 'call' | 'answer' | 'attribute';
  /** What the API calls it: the parameter, the answer's key, or the attribute's RealFieldName. */
  readonly source: string;
  /** Other spellings of the answer's key that have been seen; case never matters. */
  readonly alsoSpelled?: readonly string[];
  /** The word that the answer writes for "no value" in this column (report 5 has written NULL). */
  readonly nullWord?: string;
  /** A list in this column becomes one row for each item (report 13's products). */
  readonly rowPerItem?: true;
}

/** A value on its way into the warehouse. Whole numbers beyond a double's 2^53 travel as their digits. */
export type Value = string | number | boolean | null;

/** What every row carries beside its report's columns: which river, run and chunk brought it, and when. */
export const provenanceColumns = ['_river', '_run_id', '_chunk', '_loaded_at'] as const;

/** Whether a column's name is one of them. */
export function isProvenance(name: string): boolean {
  return (provenanceColumns as readonly string[]).includes(name);
}

// CWL: what lower case changes; some letters that look like capitals have no other case (𝕬).
const beforeCapital = /(?<=[\p{Ll}\p{N}])(?=\p{CWL})/gu;
const beforeLastCapital = /(?<=\p{CWL})(?=\p{CWL}\p{Ll})/gu;
const otherCharacters = /[^\p{L}\p{M}\p{N}]+/gu;
const atTheEnds = /^_|_$/g;

/**
 * A name of the API as a column: `CustomerID` → `customer_id`, `RecipientGroupID` → `recipient_group_id`.
 * Split before a capital after a lower-case letter or digit, and before the last of a run of capitals that a
 * lower-case letter follows; runs of characters other than letters and digits become one `_`, none at the ends.
 * Empty where the name has no letter and no digit.
 */
export function snakeCase(name: string): string {
  return name
    .replace(beforeCapital, '_')
    .replace(beforeLastCapital, '_')
    .toLowerCase()
    .replace(otherCharacters, '_')
    .replace(atTheEnds, '');
}

/** The name itself where it is free, else with `_2`, `_3` … */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let count = 2; ; count += 1) {
    const numbered = `${name}_${count}`;
    if (!isTaken(numbered)) return numbered;
  }
}
