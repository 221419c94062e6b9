/** How large a page is. */
export interface PageSize {
  readonly rows: number;
  /** Of the body, unpacked; 0 where it is not known. */
  readonly bytes: number;
}

/** The most rows and the most bytes of some pages, and how many they are. */
export interface Sizes extends PageSize {
  readonly pages: number;
}

/** What a process knows of the pages of one report. */
export interface KnownPages {
  /** Rows have followed a short page of the connection: its server cuts pages. */
  readonly rowsFollow: boolean;
  /** Short pages that an empty one has followed. */
  readonly ended: Sizes;
  /** Short pages after which the next request is under way. */
  readonly asking: Sizes;
  /** How many pages were taken for the last because they are no larger than those that ended. */
  readonly takenForLast: number;
}

/** What followed a page; `unknown` where the call was stopped or failed before that was answered. */
export type Followed = 'rows' | 'nothing' | 'unknown';

/**
 * What a process has seen of the pages of one connection: a few numbers for each report that it pulls. Nothing of it is
 * kept when the process ends; the next one finds it out again.
 */
export interface SeenPages {
  known(endpoint: string): KnownPages;
  /** Whether rows have followed a short page of any report. */
  rowsFollow(): boolean;
  /** After a short page of this size one more request is sent; call the function once, with what followed. */
  askOn(endpoint: string, size: PageSize): (followed: Followed) => void;
  /** A page is taken for the last because it is no larger than others that were. */
  takeForLast(endpoint: string): void;
  /** So many calls are finished without a proof that nothing follows their last page, and are not asked any more. */
  leaveInDoubt(calls: number): void;
  /** How many were left in doubt, for a warning: returned once, after rows have followed a short page. */
  doubts(): number;
  /** The warning could not be stored: the next page gives it. */
  doubtsUntold(): void;
  /** Resolves when it is next found out what follows a page of this report. Rejects with the signal's reason. */
  settled(endpoint: string, signal: AbortSignal): Promise<void>;
}

const none: Sizes = { pages: 0, rows: 0, bytes: 0 };

export function createSeenPages(): SeenPages {
  const reports = new Map<string, Report>();
  let leftInDoubt = 0;
  let rowsFollow = false;
  let told = false;

  const findOrAdd = (endpoint: string): Report => {
    const known = reports.get(endpoint) ?? {
      ended: none,
      takenForLast: 0,
      asking: new Set(),
      waiting: new Set(),
    };
    reports.set(endpoint, known);
    return known;
  };

  return {
    rowsFollow: () => rowsFollow,
    known(endpoint) {
      const { ended, asking, takenForLast } = findOrAdd(endpoint);
      return { rowsFollow, ended, takenForLast, asking: [...asking].reduce(withPage, none) };
    },
    askOn(endpoint, size) {
      const report = findOrAdd(endpoint);
      // An object of its own, whatever its numbers: two pages of one size are two pages.
      const page = { ...size };
      report.asking.add(page);
      return (followed) => {
        if (!report.asking.delete(page)) return;
        if (followed === 'rows') rowsFollow = true;
        if (followed === 'nothing') report.ended = withPage(report.ended, page);
        for (const wake of report.waiting) wake();
        report.waiting.clear();
      };
    },
    takeForLast(endpoint) {
      findOrAdd(endpoint).takenForLast += 1;
    },
    leaveInDoubt(calls) {
      leftInDoubt += calls;
    },
    doubts() {
      if (!rowsFollow || told) return 0;
      told = true;
      return leftInDoubt;
    },
    doubtsUntold() {
      told = false;
    },
    settled(endpoint, signal) {
      const { waiting } = findOrAdd(endpoint);
      return new Promise((resolve, reject) => {
        const stop = () => {
          waiting.delete(wake);
          reject(signal.reason);
        };
        const wake = () => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        waiting.add(wake);
      });
    },
  };
}

/** Pages of as many rows differ in their bytes by less. */
const bytesVary = 1.05;

/** Whether a page is no larger than the largest of others, in rows and about so in bytes: either may be what is capped. */
export function isWithin(size: PageSize, largest: PageSize): boolean {
  return size.rows <= largest.rows && size.bytes <= largest.bytes * bytesVary;
}

interface Report {
  ended: Sizes;
  takenForLast: number;
  readonly asking: Set<PageSize>;
  readonly waiting: Set<() => void>;
}

function withPage(sizes: Sizes, page: PageSize): Sizes {
  return {
    pages: sizes.pages + 1,
    rows: Math.max(sizes.rows, page.rows),
    bytes: Math.max(sizes.bytes, page.bytes),
  };
}
