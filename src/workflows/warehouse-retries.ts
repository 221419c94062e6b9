import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { Held, Patience } from '#activities/contract';
import { mergeIntervals, msOutside, type Pause, toIntervals } from '#domain/run/paused-intervals';
import { givenUpSentence, type WaitOnWarehouse } from '#domain/run/warehouse-trouble';
import type { Waits } from './run-waits.ts';

/** What a run retries on its warehouse: its slices and small steps together, or the commit of one chunk. */
type Part = 'steps' | `commit ${string}`;

/** Since when each part has failed for the same reason; carried over continue-as-new. */
export type CarriedRetries = Readonly<Record<string, WaitOnWarehouse>>;

/** The waits between tries. */
const waitsMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];
/** Before the run is opened, and its river's `giveUpAfter` is known. */
const defaultPatience: Patience = { giveUpAfter: '6h', ms: 6 * 3_600_000 };

/**
 * A run's retries while its warehouse cannot be written to. The run gives up after a failure for the same reason has lasted for
 * `giveUpAfter`; pauses do not count.
 */
export class WarehouseRetries {
  readonly #since: Map<string, WaitOnWarehouse>;
  readonly #pauses: () => readonly Pause[];
  readonly #onChange: () => void;

  constructor(
    carried: CarriedRetries | undefined,
    { pauses, onChange }: { readonly pauses: () => readonly Pause[]; readonly onChange: () => void },
  ) {
    this.#since = new Map(Object.entries(carried ?? {}));
    this.#pauses = pauses;
    this.#onChange = onChange;
  }

  /** Undefined where nothing fails. */
  carried(): CarriedRetries | undefined {
    return this.#since.size === 0 ? undefined : Object.fromEntries(this.#since);
  }

  /** The warehouse has taken a write. */
  succeeded(part: Part = 'steps'): void {
    if (this.#since.delete(part)) this.#onChange();
  }

  /** The warehouse has not taken a write: returns since when. Throws where that has lasted too long. */
  failed(on: WaitOnWarehouse, { giveUpAfter, ms } = defaultPatience, part: Part = 'steps'): WaitOnWarehouse {
    const before = this.#since.get(part);
    // A run that begins while the warehouse has been failing for long still waits for the whole `giveUpAfter`.
    const begunAt = workflowInfo().startTime.toISOString();
    const own = on.since < begunAt ? { ...on, since: begunAt } : on;
    const wait = before?.reason === on.reason ? before : own;
    this.#since.set(part, wait);
    this.#onChange();
    // A process may know of a failure from before the run began: a retry after the repair is not given up because of it.
    const from = Math.max(Date.parse(wait.since), workflowInfo().startTime.getTime());
    const failing = { from, until: Date.now() };
    if (msOutside(failing, mergeIntervals(toIntervals(this.#pauses()))) < ms) return wait;
    const what = part === 'steps' ? 'writing into' : 'loading into';
    const { workflowId } = workflowInfo();
    throw ApplicationFailure.create({
      type: part === 'steps' ? 'WarehouseGivenUpError' : 'WarehouseUnavailableError',
      message: givenUpSentence(wait, { what, giveUpAfter, workflowId }),
      nonRetryable: true,
    });
  }

  /** Does `work`, and repeats it on a timer while the warehouse cannot be written to. */
  async retryUntilStored<T>(
    work: () => Promise<T | Held>,
    waits: Waits,
    patience: Patience | undefined,
    part: Part = 'steps',
  ): Promise<T> {
    try {
      for (let tries = 0; ; tries += 1) {
        const outcome = await work();
        if (!isHeld(outcome)) {
          // A small step may succeed at its first try while pages still fail.
          if (part !== 'steps' || tries > 0) this.succeeded(part);
          waits.recovered();
          return outcome;
        }
        const on = this.failed(outcome.on, outcome.patience ?? patience, part);
        const waitMs = waitsMs[Math.min(tries, waitsMs.length - 1)] ?? 0;
        await waits.until(on, waitMs, () => false);
      }
    } finally {
      waits.ended();
    }
  }
}

export function isHeld<T>(outcome: T | Held): outcome is Held {
  return (
    typeof outcome === 'object' && outcome !== null && 'outcome' in outcome && outcome.outcome === 'held'
  );
}
