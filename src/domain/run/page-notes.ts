import type { Call } from '../call/call.ts';
import { howToAskForLess } from '../call/paging.ts';
import type { Warning } from './run-result.ts';

/**
 * What a person should know of a page. It is staged with the page and summed up at the chunk's commit, so that it survives a
 * killed process. It never contains a value of a row.
 */
export interface PageNotes {
  /** Values that did not fit their column, by the column's name. */
  readonly misfits?: Readonly<Record<string, number>>;
  /** Values with a character that no database holds, by the name of their column or field: U+FFFD stands in its place. */
  readonly replaced?: Readonly<Record<string, number>>;
  /** Rows whose key stood in the page before as well. */
  readonly repeatedKeys?: number;
  /** The call has no pages and brought as many rows as an answer that was cut would have. */
  readonly mayBeCut?: true;
  /** A row of a list that calls are pruned by bears an id that is no whole number: nothing was left out because of it. */
  readonly unreadIds?: true;
  /** The call was refused, and the run does without it: what it answered, as a message may quote it (`refusalNote`). */
  readonly refusal?: string;
  /**
   * Calls of the connection that were taken for whole before this page showed that its server cuts pages: of this
   * process, and perhaps of other runs.
   */
  readonly takenForWhole?: number;
}

/** The notes of one page, and of which call it is. */
export interface NotesOfPage {
  readonly call: string;
  readonly notes: PageNotes;
}

/** Whether a page has no notes. */
export const isQuiet = (notes: PageNotes): boolean =>
  Object.values(notes).every((note) => note === undefined);

/** Sums up the notes of pages, without keeping all of them. */
export interface NoteSums {
  add(page: NotesOfPage, kind: Call['kind']): void;
  /** One for each kind of note, with the first few of its calls. */
  warnings(): Omit<Warning, 'start' | 'end'>[];
}

const namedAtMost = 3;

export function createNoteSums(connection: string): NoteSums {
  const repeating = createCalls();
  const cut = createCalls();
  const unread = createCalls();
  let less: string | undefined;
  let repeatedRows = 0;
  let takenForWhole = 0;
  return {
    add({ call, notes }, kind) {
      if (notes.repeatedKeys) repeating.add(call);
      if (notes.mayBeCut) {
        cut.add(call);
        less ??= howToAskForLess(call, kind);
      }
      if (notes.unreadIds) unread.add(call);
      repeatedRows += notes.repeatedKeys ?? 0;
      takenForWhole += notes.takenForWhole ?? 0;
    },
    warnings() {
      const messages: string[] = [];
      if (repeatedRows > 0) {
        messages.push(
          `Rows may be missing: the keys of ${repeatedRows} rows stand on two neighbouring pages, so the order of the API's rows changes between pages. ` +
            `Set pageSize of connection ${connection} above the number of rows of one call, and load this chunk again. ${repeating.named()}`,
        );
      }
      if (cut.count > 0) {
        messages.push(
          `Answers may be cut: a call without pages brought a round number of rows, and no others with $skip. ` +
            `${less ?? 'Ask Optimove how many rows this call answers at most'}. ${cut.named()}`,
        );
      }
      if (unread.count > 0) {
        messages.push(
          'prune left out fewer calls: a list of what ran contains ids that are no whole numbers, so every call that they may mean was made. ' +
            unread.named(),
        );
      }
      if (takenForWhole > 0) {
        messages.push(
          `The server of connection ${connection} cuts pages, as was seen first in this chunk. ${takenForWhole} calls before ` +
            'were taken for whole because of their size; rows may be missing. Load again what was loaded since the worker started.',
        );
      }
      return messages.map((message) => ({ message, about: 'data' }));
    },
  };
}

/** Calls that something is said of: the first few by their names, each once where its pages follow each other. */
function createCalls() {
  const named: string[] = [];
  let last: string | undefined;
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(call: string) {
      if (call === last) return;
      last = call;
      count += 1;
      if (named.length < namedAtMost) named.push(call);
    },
    named(): string {
      const more = count > named.length ? ` and ${count - named.length} more` : '';
      return `${count === 1 ? 'Call' : 'Calls'}: ${named.join(', ')}${more}.`;
    },
  };
}
