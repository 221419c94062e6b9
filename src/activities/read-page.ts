/**
 * A page on its way from an answer to its staging. A large answer is handed over some rows at a time, and these are fitted, hashed and
 * packed before the next are read: what is held of a page is then its bytes and its packed rows, never all of its values. Where rows
 * have something else than the river's columns only all of them tell what it is: there they are held as they are.
 */

import type { AnswerRow } from '#domain/call/call';
import { HashList, hashKeys, type SortedHashes, sortedHashes } from '#domain/call/fingerprint';
import type { Value } from '#domain/column/column';
import type { RowFitter } from '#domain/column/fit-rows';
import type { PackedPart, PackRows, StagedPage } from '#domain/run/staged-page';

/** What is read from a page's rows. */
export interface PageRows {
  /** Rows of the answer. */
  readonly received: number;
  /** Rows to be staged. */
  readonly count: number;
  readonly fitted: Pick<StagedPage, 'columns' | 'types' | 'extras' | 'rows' | 'misfits' | 'packed'>;
  /** The rows, each as a number. */
  hashRows(): SortedHashes;
  /** Their keys, each as a number. */
  hashKeys(): SortedHashes;
}

/** How a page's rows are read. */
export interface PageReading {
  readonly fitter: RowFitter;
  /** The columns that tell the rows apart; left out where nothing does. */
  readonly key?: readonly string[] | undefined;
  /** Left out: rows are held as they are. */
  readonly pack?: PackRows | undefined;
}

export class PageReader {
  readonly #fitter: RowFitter;
  readonly #pack: PackRows | undefined;
  readonly #key: readonly string[];
  readonly #parts: PackedPart[] = [];
  /** Of the rows that were given by the fitter, and of their keys. */
  readonly #rowHashes = new HashList();
  readonly #keyHashes = new HashList();
  #fitted = 0;
  readonly #plain: (readonly Value[])[] = [];
  #received = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor({ fitter, key = [], pack }: PageReading) {
    this.#fitter = fitter;
    this.#key = key;
    this.#pack = pack;
  }

  /** Some of the answer's rows. What fails here fails in `finish`: it says nothing of the answer, which is read to its end. */
  take(rows: readonly AnswerRow[]): void {
    this.#received += rows.length;
    if (this.#failure) return;
    try {
      this.#keep(this.#fitter.add(rows) ?? []);
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** The rest of the answer's rows: all of them, or none. */
  finish(rows: readonly AnswerRow[]): PageRows {
    if (this.#received === 0) return this.#finishWhole(rows);
    this.take(rows);
    if (this.#failure) throw this.#failure.error;
    const { columns, types, hasKept } = this.#fitter;
    const hashed = { hashRows: () => this.#rowHashes.sorted(), hashKeys: () => this.#keyHashes.sorted() };
    const received = this.#received;
    if (this.#parts.length > 0 && this.#plain.length === 0 && !hasKept()) {
      const fitted = { columns, types, extras: [], rows: [], misfits: {}, packed: this.#parts };
      return { received, count: this.#fitted, fitted, ...hashed };
    }
    const given = [...this.#parts.flatMap((part) => part.unpack()), ...this.#plain];
    const fitted = this.#fitter.finish(given);
    const rest = { columns: fitted.columns, rows: fitted.rows.slice(given.length) };
    this.#hash(rest.columns, rest.rows);
    return { received, count: fitted.rows.length, fitted, ...hashed };
  }

  /** Most calls have few rows: what is not asked of them is not found out. */
  #finishWhole(rows: readonly AnswerRow[]): PageRows {
    if (this.#failure) throw this.#failure.error;
    const fitted = this.#fitter.finish(this.#fitter.add(rows) ?? []);
    return {
      received: rows.length,
      count: fitted.rows.length,
      fitted,
      hashRows: () => sortedHashes(fitted, fitted.columns),
      hashKeys: () => sortedHashes(fitted, this.#key),
    };
  }

  #keep(rows: readonly (readonly Value[])[]): void {
    if (rows.length === 0) return;
    const { columns, types } = this.#fitter;
    this.#fitted += rows.length;
    this.#hash(columns, rows);
    const part = this.#plain.length === 0 ? this.#pack?.(columns, types, rows) : undefined;
    const [first] = this.#parts;
    // A page is staged in one form.
    if (part && (!first || typeof first.form === typeof part.form)) this.#parts.push(part);
    else for (const row of rows) this.#plain.push(row);
  }

  #hash(columns: readonly string[], rows: readonly (readonly Value[])[]): void {
    this.#rowHashes.add(hashKeys({ columns, rows }, columns));
    if (this.#key.length > 0) this.#keyHashes.add(hashKeys({ columns, rows }, this.#key));
  }
}
