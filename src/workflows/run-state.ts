import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { OpenedRun } from '../activities/contract.ts';
import type { WaitLifted } from '../domain/budget/back-off.ts';
import { expectedSeconds } from '../domain/budget/least-time.ts';
import type { WindowUse } from '../domain/budget/window.ts';
import type { RunProgress } from '../domain/run/progress.ts';
import type { SliceCount } from '../domain/run/staged-page.ts';
import { ChunksInView } from './chunks-in-view.ts';
import { detailsOf } from './details.ts';
import { type CarriedPauses, PauseSwitch } from './pause-switch.ts';
import { QuotaWaits } from './quota-waits.ts';
import { registered, riverFailedChunks } from './search-attributes.ts';

/** How a run waits for its data, in milliseconds since 1970; carried over continue-as-new. */
interface WaitForData {
  /** When the wait is over. */
  readonly until: number;
  /** How often it was asked for. */
  readonly asks: number;
  /** When it is asked for again. */
  readonly nextAt: number;
}

/** What a run carries over continue-as-new; where it stands in the period lies in the manifest. */
export interface Carried {
  readonly opened: OpenedRun;
  readonly loaded: number;
  readonly failed: number;
  readonly rows: number;
  readonly calls: number;
  readonly plannedCalls: number | null;
  /** Only while it waits for its data. */
  readonly waitForData?: WaitForData;
  /** Left out where the run never was paused. */
  readonly pauses?: CarriedPauses | undefined;
}

/** What the workflow knows of its run: counts, open chunks, what it waits for; shown wherever a person looks. */
export class RunState {
  readonly pauses: PauseSwitch;
  #opened: OpenedRun | undefined;
  #counts = { loaded: 0, failed: 0, rows: 0, calls: 0 };
  #plannedCalls: number | null = null;
  readonly #chunks = new ChunksInView();
  #proof: Promise<unknown> | undefined;
  readonly #quota = new QuotaWaits();
  #windows: readonly WindowUse[] = [];
  #waitForData: WaitForData | undefined;
  #lifted: string | undefined;

  constructor(carried: Carried | undefined) {
    this.pauses = new PauseSwitch(carried?.pauses, () => this.#pauseChanged());
    if (!carried) return;
    const { opened, plannedCalls, waitForData, pauses: _, ...counts } = carried;
    this.#waitForData = waitForData;
    this.#opened = opened;
    this.#plannedCalls = plannedCalls;
    this.#counts = counts;
  }

  /** Several chunks may find at once that nothing but 404 came; one call tells all of them why. */
  async proveOnce(prove: () => Promise<unknown>): Promise<void> {
    this.#proof ??= prove();
    await this.#proof;
  }

  carried(opened: OpenedRun): Carried {
    const waits = this.#waitForData ? { waitForData: this.#waitForData } : {};
    const pauses = this.pauses.carried();
    return { opened, plannedCalls: this.#plannedCalls, ...this.#counts, ...waits, pauses };
  }

  runOpened(opened: OpenedRun): void {
    this.#opened = opened;
    this.#show();
  }

  /** When a person last ended its connection's wait by hand, as far as the run has heard; ISO 8601. */
  get lifted(): string | undefined {
    return this.#lifted;
  }

  /** Whatever waits for quota asks again. Runs of every connection hear of it, and a person may send anything. */
  waitLifted(lift: Partial<WaitLifted> | undefined): void {
    const { connection, at } = lift ?? {};
    if (connection !== undefined && connection !== this.#opened?.run.connection) return;
    this.#lifted = typeof at === 'string' ? at : new Date().toISOString();
  }

  /** How it waits for its data; undefined where it does not. */
  get waitForData(): WaitForData | undefined {
    return this.#waitForData;
  }

  dataAwaited(wait: WaitForData): void {
    this.#waitForData = wait;
    this.#show();
  }

  /** It is known now what is pulled. */
  dataSettled(opened: OpenedRun): void {
    this.#waitForData = undefined;
    this.runOpened(opened);
  }

  callsPlanned(calls: number | null): void {
    this.#plannedCalls = calls;
    this.#show();
  }

  chunkBegun(chunk: string, attempts: number): void {
    const slices = this.#opened?.slices;
    this.#chunks.begun(chunk, attempts, (slices?.list.length ?? 0) + (slices?.data.length ?? 0));
    this.#show();
  }

  slicePulled(chunk: string | null, count: SliceCount, windows: readonly WindowUse[]): void {
    this.#windows = windows;
    if (chunk !== null) this.#chunks.slicePulled(chunk, count);
    this.#show();
  }

  /** Pulls a slice: while one does, the run does not wait for quota. */
  async pulling<T>(pull: () => Promise<T>): Promise<T> {
    try {
      return await this.#quota.pulling(pull);
    } finally {
      this.#show();
    }
  }

  /** A slice waits for quota, as long as `sleep` does. */
  async waiting(waitMs: number, windows: readonly WindowUse[], sleep: () => Promise<void>): Promise<void> {
    this.#windows = windows;
    const waited = this.#quota.waiting(Date.now() + waitMs, sleep);
    this.#show();
    await waited;
  }

  chunkLoaded(chunk: string, { rows, calls }: { readonly rows: number; readonly calls: number }): void {
    this.#counts.loaded += 1;
    this.#counts.rows += rows;
    this.#counts.calls += calls;
    this.#chunks.finished(chunk, { state: 'loaded', rows, calls });
    this.#show();
  }

  chunkFailed(chunk: string, error: string): void {
    this.#counts.failed += 1;
    this.#chunks.finished(chunk, { state: 'failed', error });
    this.#show();
    if (this.#opened && registered(this.#opened, riverFailedChunks.name)) {
      upsertSearchAttributes([{ key: riverFailedChunks, value: this.#counts.failed }]);
    }
  }

  progress(): RunProgress {
    const { rows, calls } = this.#chunks.underWay;
    const waitingUntil = this.#quota.until;
    return {
      river: this.#opened?.run.river ?? '',
      state: this.#opened ? (this.pauses.shown ?? 'pulling') : 'opening',
      chunks: { total: this.#opened?.chunks ?? 0, loaded: this.#counts.loaded, failed: this.#counts.failed },
      rows: this.#counts.rows + rows,
      calls: this.#counts.calls + calls,
      plannedCalls: this.#plannedCalls,
      waitingUntil: waitingUntil === null ? null : new Date(waitingUntil).toISOString(),
      ...(this.#waitForData && {
        waitingForDataUntil: new Date(this.#waitForData.until).toISOString(),
      }),
      expectedEnd: this.#expectedEnd(),
      windows: this.#windows,
      recent: this.#chunks.all,
    };
  }

  #expectedEnd(): string | null {
    if (this.#plannedCalls === null || this.#windows.length === 0 || this.pauses.shown) return null;
    const made = this.#counts.calls + this.#chunks.underWay.calls;
    const seconds = expectedSeconds(Math.max(0, this.#plannedCalls - made), this.#windows);
    return new Date(Math.max(Date.now() + seconds * 1000, this.#quota.until ?? 0)).toISOString();
  }

  #pauseChanged(): void {
    // What a pause stopped is not to be taken for an answer.
    this.#proof = undefined;
    this.#show();
  }

  #show(): void {
    setCurrentDetails(detailsOf(this.progress()));
  }
}
