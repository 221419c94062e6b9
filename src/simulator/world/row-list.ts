/** A row of an answer, with the keys of the API. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows that are made on demand: counting them, or reading one page, makes no others. */
export interface RowList {
  readonly count: number;
  /** The rows from `from` to before `to`. */
  slice(from: number, to: number): Row[];
}

export function rowList(count: number, rowAt: (index: number) => Row): RowList {
  return {
    count,
    slice(from, to) {
      const rows: Row[] = [];
      for (let at = from; at < Math.min(to, count); at++) rows.push(rowAt(at));
      return rows;
    },
  };
}

export function rowsFrom<T>(items: readonly T[], makeRow: (item: T) => Row): RowList {
  return {
    count: items.length,
    slice: (from, to) => items.slice(from, to).map(makeRow),
  };
}

/** One list after the other. */
export function concatLists(lists: readonly RowList[]): RowList {
  return {
    count: lists.reduce((sum, list) => sum + list.count, 0),
    slice(from, to) {
      const rows: Row[] = [];
      let begin = 0;
      for (const list of lists) {
        const end = begin + list.count;
        if (end > from && begin < to) {
          for (const row of list.slice(Math.max(0, from - begin), to - begin)) rows.push(row);
        }
        begin = end;
      }
      return rows;
    },
  };
}

/** At most so many rows of a list. */
export function cutList(list: RowList, most: number): RowList {
  return {
    count: Math.min(list.count, most),
    slice: (from, to) => list.slice(from, Math.min(to, most)),
  };
}

/** The list with more keys at the beginning of every row. */
export function stampRows(list: RowList, stamps: Row): RowList {
  return {
    count: list.count,
    slice: (from, to) => list.slice(from, to).map((row) => ({ ...stamps, ...row })),
  };
}
