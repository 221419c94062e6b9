/**
 * What a page brought that a person is to hear of. It is staged with the page and summed up at the chunk's commit, so
 * that it survives a kill and no process has to keep it. Never a value of a row.
 */
export interface PageNotes {
  /** Values that did not fit their column, by the column's name. */
  readonly misfits?: Readonly<Record<string, number>>;
  /** Rows whose key stood in the page before as well. */
  readonly repeatedKeys?: number;
  /** The call has no pages and brought as many rows as an answer that was cut would have. */
  readonly mayBeCut?: true;
  /** The call was refused, and the run does without it: what it answered, as a message may quote it (`refusalNote`). */
  readonly refusal?: string;
}

/** The notes of one page, and of which call it is. */
export interface NotesOfPage {
  readonly call: string;
  readonly notes: PageNotes;
}

/** Whether there is nothing to be said of a page. */
export const isQuiet = (notes: PageNotes): boolean =>
  Object.values(notes).every((note) => note === undefined);
