import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { CloseRunRequest, Held, OpenedRun } from '#activities/contract';
import type { WaitLifted } from '#domain/budget/back-off';
import { expectedSeconds } from '#domain/budget/least-time';
import type { WindowUse } from '#domain/budget/window';
import { buildUnclosedResult } from '#domain/run/build-result';
import type { RunProgress } from '#domain/run/progress';
import type { RunResult, RunStatus } from '#domain/run/run-result';
import { endSentence, runSentence } from '#domain/run/sentences';
import type { SliceCount } from '#domain/run/staged-page';
import { sharedOutage } from '#domain/run/waits';
import type { WaitOnWarehouse } from '#domain/run/warehouse-trouble';
import { type CarriedPauses, PauseSwitch } from './pause-switch.ts';
import { RecentChunks } from './recent-chunks.ts';
import { RunWaits } from './run-waits.ts';
import { aboutRun, endDetails, isRegistered, riverFailedChunks, runDetails } from './visibility.ts';
import { type CarriedRetries, WarehouseRetries } from './warehouse-retries.ts';

/** A run's wait for complete data; carried over continue-as-new. Times in milliseconds since 1970. */
interface WaitForData {
  /** When the run stops waiting. */
  readonly until: number;
  /** How often GetLastDataUpdate was called. */
  readonly asks: number;
  /** When it is called again. */
  readonly nextAt: number;
}

/** What a run carries over continue-as-new; the manifest knows which chunks are loaded. */
export interface Carried {
  readonly opened: OpenedRun;
  readonly loaded: number;
  readonly failed: number;
  readonly rows: number;
  readonly calls: number;
  readonly plannedCalls: number | null;
  /** Only while the run waits for complete data. */
  readonly waitForData?: WaitForData;
  /** Left out where the run was never paused. */
  readonly pauses?: CarriedPauses | undefined;
  /** Only while its warehouse cannot be written to. */
  readonly warehouseRetries?: CarriedRetries | undefined;
}

/** What the workflow knows of its run (counts, open chunks, waits), and what `progress`, details and search attributes show of it. */
export class RunState {
  readonly pauses: PauseSwitch;
  readonly warehouseRetries: WarehouseRetries;
  #opened: OpenedRun | undefined;
  #counts = { loaded: 0, failed: 0, rows: 0, calls: 0 };
  #plannedCalls: number | null = null;
  readonly #chunks = new RecentChunks();
  #baseUrlProbe: Promise<unknown> | undefined;
  /** What its slices and steps wait for. */
  readonly waits = new RunWaits(() => this.#show());
  #windows: readonly WindowUse[] = [];
  #waitForData: WaitForData | undefined;
  #lifted: string | undefined;
  /** The value of the search attribute RiverFailedChunks. */
  #markedFailures = 0;
  #isClosing = false;
  #isOverwriting = false;
  #end: { readonly status: RunStatus; readonly sentence: string } | undefined;

  constructor(carried: Carried | undefined) {
    this.pauses = new PauseSwitch(carried?.pauses, () => this.#pauseChanged());
    this.warehouseRetries = new WarehouseRetries(carried?.warehouseRetries, {
      pauses: () => this.pauses.past ?? [],
      onChange: () => this.#show(),
    });
    if (!carried) return;
    const { opened, plannedCalls, waitForData, pauses: _, warehouseRetries: __, ...counts } = carried;
    this.#waitForData = waitForData;
    this.#opened = opened;
    this.#plannedCalls = plannedCalls;
    this.#counts = counts;
  }

  /** Several chunks may find at once that only 404 was answered; one call finds out for all of them whether the base URL is right. */
  async probeBaseUrlOnce(probe: () => Promise<unknown>): Promise<void> {
    this.#baseUrlProbe ??= probe();
    await this.#baseUrlProbe;
  }

  carried(opened: OpenedRun): Carried {
    const waits = this.#waitForData ? { waitForData: this.#waitForData } : {};
    const pauses = this.pauses.carried();
    const warehouseRetries = this.warehouseRetries.carried();
    return {
      opened,
      plannedCalls: this.#plannedCalls,
      ...this.#counts,
      ...waits,
      pauses,
      ...(warehouseRetries && { warehouseRetries }),
    };
  }

  /** Does a step on the warehouse, and repeats it while the warehouse cannot be written to. `commit`: the chunk, where the step is its commit. */
  stored<T>(step: () => Promise<T | Held>, commit?: string): Promise<T> {
    return this.warehouseRetries.retryUntilStored(
      step,
      this.waits.step(),
      this.#opened?.patience,
      commit === undefined ? 'steps' : `commit ${commit}`,
    );
  }

  runOpened(opened: OpenedRun): void {
    this.#opened = opened;
    this.#show();
  }

  /** When a person last ended a back-off of its connection by hand, if the run was told; ISO 8601. */
  get lifted(): string | undefined {
    return this.#lifted;
  }

  /** Slices that wait for quota ask again. The signal goes to runs of every connection, and a person may send any input. */
  waitLifted(lift: Partial<WaitLifted> | undefined): void {
    const { connection, at } = lift ?? {};
    if (connection !== undefined && connection !== this.#opened?.run.connection) return;
    this.#lifted = typeof at === 'string' ? at : new Date().toISOString();
  }

  /** Undefined where the run does not wait for complete data. */
  get waitForData(): WaitForData | undefined {
    return this.#waitForData;
  }

  dataAwaited(wait: WaitForData): void {
    this.#waitForData = wait;
    this.#show();
  }

  /** It is decided which days are pulled. */
  freshnessResolved(opened: OpenedRun): void {
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

  /** The budget's windows, as a waiting slice was told. */
  windowsSeen(windows: readonly WindowUse[]): void {
    this.#windows = windows;
  }

  /** A slice could not write to its warehouse: returns since when. Throws where that has lasted too long. */
  warehouseFailed(on: WaitOnWarehouse): WaitOnWarehouse {
    return this.warehouseRetries.failed(on, this.#opened?.patience);
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
    this.#markFailedChunks(this.#counts.failed);
  }

  #markFailedChunks(value: number): void {
    if (
      this.#markedFailures === value ||
      !this.#opened ||
      !isRegistered(this.#opened, riverFailedChunks.name)
    )
      return;
    this.#markedFailures = value;
    upsertSearchAttributes([{ key: riverFailedChunks, value }]);
  }

  #stateNow(): RunProgress['state'] {
    if (this.#end) return 'ended';
    if (this.#isClosing) return 'closing';
    if (!this.#opened) return 'opening';
    return this.pauses.shown ?? (this.#isOverwriting ? 'overwriting' : 'pulling');
  }

  /** All chunks are loaded, and replace the content of the table. */
  overwriting(): void {
    this.#isOverwriting = true;
    this.#show();
  }

  /** No more slices are pulled. */
  closing(): void {
    this.#isClosing = true;
    this.#show();
  }

  /** The run has ended: from now on its details, progress and search attributes show how. */
  ended(result: RunResult, error: string | null): void {
    this.#end = { status: result.status, sentence: endSentence(result, error) };
    if (result.chunks) {
      const { loaded, failed } = result.chunks;
      this.#counts = { loaded, failed, rows: result.rows ?? 0, calls: result.calls ?? 0 };
      if (failed > 0) this.#markFailedChunks(failed);
    }
    this.#chunks.closed(result.status === 'failed' ? { state: 'failed', error } : { state: 'waiting' });
    setCurrentDetails(endDetails(result, this.progress(), error, this.#about()));
  }

  /** The run's result without the manifest; `unclosed`: why the run could not be closed there. */
  buildResult({ run, status, error, finishedAt }: CloseRunRequest, unclosed?: string): RunResult {
    const { chunks: total = 0, period = null } = this.#opened ?? {};
    const startedAt = workflowInfo().startTime.toISOString();
    const counts = { total, ...this.#counts };
    const known = { ...run, status, error, startedAt, finishedAt, period };
    return buildUnclosedResult({ ...known, counts, recent: this.#chunks.all }, unclosed);
  }

  progress(): RunProgress {
    const { rows, calls } = this.#chunks.underWay;
    const { since } = this.pauses;
    const known = {
      state: this.#stateNow(),
      ...(since !== null && !this.#isClosing && { pausedSince: since }),
      waits: this.waits.shown,
      waitingUntil: this.#isClosing ? null : toIso(this.waits.until),
      ...(this.#waitForData &&
        !this.#isClosing && { waitingForDataUntil: new Date(this.#waitForData.until).toISOString() }),
      expectedEnd: this.#expectedEnd(),
      recent: this.#chunks.all,
    };
    const { workflowId } = workflowInfo();
    return {
      river: this.#opened?.run.river ?? '',
      sentence: this.#end?.sentence ?? runSentence({ ...known, workflowId }),
      ...known,
      ...(this.#end && { status: this.#end.status }),
      chunks: { total: this.#opened?.chunks ?? 0, loaded: this.#counts.loaded, failed: this.#counts.failed },
      rows: this.#counts.rows + rows,
      calls: this.#counts.calls + calls,
      plannedCalls: this.#plannedCalls,
      windows: this.#windows,
    };
  }

  #expectedEnd(): string | null {
    if (this.#plannedCalls === null || this.#windows.length === 0 || this.pauses.shown) return null;
    // When an outage ends cannot be known.
    if (this.#isClosing || this.waits.shown.some((wait) => sharedOutage(wait))) return null;
    const made = this.#counts.calls + this.#chunks.underWay.calls;
    const seconds = expectedSeconds(Math.max(0, this.#plannedCalls - made), this.#windows);
    return new Date(Math.max(Date.now() + seconds * 1000, this.waits.last ?? 0)).toISOString();
  }

  #pauseChanged(): void {
    // A probe that a pause has cancelled has no result.
    this.#baseUrlProbe = undefined;
    this.#show();
  }

  #about(): string {
    return this.#opened ? aboutRun(this.#opened) : '';
  }

  #show(): void {
    if (this.#end) return;
    setCurrentDetails(runDetails(this.progress(), this.#about()));
  }
}

const toIso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
