import type { RollingLimit, WindowCount } from './rolling-limit.ts';

/** One call as the simulator saw it. */
export interface CallRecord {
  /** 1 for the first call since the start; a reset does not restart it. */
  readonly sequence: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** The documented path if there is one, else the path of the call. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Null while in flight; `reset` if the connection was reset; `aborted` if the caller disconnected. */
  readonly status: number | 'reset' | 'aborted' | null;
  readonly rows: number;
}

export interface Stats {
  readonly calls: number;
  /** Answered with 429. */
  readonly refused: number;
  readonly rows: number;
  readonly inFlight: number;
  readonly mostInFlight: number;
  readonly byEndpoint: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly windows: readonly WindowCount[];
}

export interface StatsKeeper {
  arrive(path: string, known: boolean, parameters: Readonly<Record<string, string>>): RecordedCall;
  stats(nowMs: number): Stats;
  /** The calls after a sequence number, oldest first. */
  callsAfter(sequence: number): readonly CallRecord[];
  /** Sets the counts to zero; calls in flight and the windows of the limit are kept. */
  reset(nowMs: number): void;
}

interface RecordedCall {
  readonly sequence: number;
  /** Records the answer; only the first one counts. */
  answered(status: number | 'reset' | 'aborted', rows: number): void;
  /** The connection is finished with it. */
  left(): void;
}

/** So many calls are kept for `callsAfter`; the counts include all. */
const mostKept = 100_000;

export function createStats(limit: RollingLimit): StatsKeeper {
  let sequence = 0;
  let inFlight = 0;
  let counts = emptyCounts();
  let kept: Mutable<CallRecord>[] = [];

  return {
    arrive(path, known, parameters) {
      const record: Mutable<CallRecord> = {
        sequence: ++sequence,
        at: new Date().toISOString(),
        path,
        parameters,
        status: null,
        rows: 0,
      };
      const mine = counts;
      kept.push(record);
      if (kept.length > mostKept * 1.1) kept = kept.slice(-mostKept);
      inFlight += 1;
      mine.calls += 1;
      mine.mostInFlight = Math.max(mine.mostInFlight, inFlight);
      increase(mine.byEndpoint, known ? path : 'unknown');
      return {
        sequence: record.sequence,
        answered(status, rows) {
          if (record.status !== null) return;
          record.status = status;
          record.rows = rows;
          mine.rows += rows;
          if (status === 429) mine.refused += 1;
          increase(mine.byStatus, String(status));
        },
        left() {
          inFlight -= 1;
        },
      };
    },

    stats: (nowMs) => ({
      calls: counts.calls,
      refused: counts.refused,
      rows: counts.rows,
      inFlight,
      mostInFlight: counts.mostInFlight,
      byEndpoint: Object.fromEntries(counts.byEndpoint),
      byStatus: Object.fromEntries(counts.byStatus),
      windows: limit.counts(nowMs),
    }),

    callsAfter(after) {
      const first = kept[0]?.sequence ?? 0;
      return kept.slice(Math.max(0, after + 1 - first)).map((record) => ({ ...record }));
    },

    reset(nowMs) {
      counts = emptyCounts();
      counts.mostInFlight = inFlight;
      kept = [];
      limit.resetMost(nowMs);
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function emptyCounts() {
  return {
    calls: 0,
    refused: 0,
    rows: 0,
    mostInFlight: 0,
    byEndpoint: new Map<string, number>(),
    byStatus: new Map<string, number>(),
  };
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
