/**
 * `integer` 64-bit whole number · `double` · `text` · `boolean` · `date` YYYY-MM-DD ·
 * `timestamp` as Optimove writes it, without a zone (its zone is not documented, so it is stored verbatim).
 */
export type ColumnType = 'integer' | 'double' | 'text' | 'boolean' | 'date' | 'timestamp';

/** A column of a report's table. */
export interface Column {
  /** snake_case, as it stands in the table. */
  readonly name: string;
  readonly type: ColumnType;
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
