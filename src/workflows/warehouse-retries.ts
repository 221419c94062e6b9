import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { Held, Patience } from '#activities/contract';
import { mergeIntervals, msOutside, type Pause, toIntervals } from '#domain/run/pause';
import { givenUpSentence, type WaitOnWarehouse } from '#domain/run/warehouse-trouble';
import type { Waits } from './run-waits.ts';

/** What of a run waits for its warehouse: the slices and small steps, which need the same, or the commit of one chunk. */
type Part = 'steps' | `commit ${string}`;

/** Since when a part fails for the same reason; what continue-as-new carries of it. */
export type CarriedRetries = Readonly<Record<string, WaitOnWarehouse>>;

/** How long after one try the next one comes. */
const triesAfterMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];
/** What it is where nobody says otherwise. */
const usualPatience: Patience = { giveUpAfter: '6h', ms: 6 * 3_600_000 };

/**
 * What a run waits for while its warehouse takes nothing, and for how long already: a failure for the same reason that lasts for
 * `giveUpAfter`, pauses aside, is given up.
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

  /** Undefined where there is nothing to carry. */
  carried(): CarriedRetries | undefined {
    return this.#since.size === 0 ? undefined : Object.fromEntries(this.#since);
  }

  /** It was stored. */
  over(part: Part = 'steps'): void {
    if (this.#since.delete(part)) this.#onChange();
  }

  /** It was not: says since when. Throws where that has lasted too long. */
  noted(on: WaitOnWarehouse, { giveUpAfter, ms } = usualPatience, part: Part = 'steps'): WaitOnWarehouse {
    const before = this.#since.get(part);
    // Who begins while it is away for long already waits as long as others did.
    const begunAt = workflowInfo().startTime.toISOString();
    const own = on.since < begunAt ? { ...on, since: begunAt } : on;
    const wait = before?.reason === on.reason ? before : own;
    this.#since.set(part, wait);
    this.#onChange();
    // A process may know it for longer than the run is there: a retry after the repair is not given up for what was before.
    const from = Math.max(Date.parse(wait.since), workflowInfo().startTime.getTime());
    const seen = { from, until: Date.now() };
    if (msOutside(seen, mergeIntervals(toIntervals(this.#pauses()))) < ms) return wait;
    const what = part === 'steps' ? 'writing into' : 'loading into';
    const { workflowId } = workflowInfo();
    throw ApplicationFailure.create({
      type: part === 'steps' ? 'WarehouseGivenUpError' : 'WarehouseUnavailableError',
      message: givenUpSentence(wait, { what, giveUpAfter, workflowId }),
      nonRetryable: true,
    });
  }

  /** Does `work`, again and again on a timer while the warehouse takes nothing. */
  async through<T>(
    work: () => Promise<T | Held>,
    waits: Waits,
    patience: Patience | undefined,
    part: Part = 'steps',
  ): Promise<T> {
    try {
      for (let tries = 0; ; tries += 1) {
        const outcome = await work();
        if (!isHeld(outcome)) {
          // A small step that works says little of a page.
          if (part !== 'steps' || tries > 0) this.over(part);
          waits.wentOn();
          return outcome;
        }
        const on = this.noted(outcome.on, outcome.patience ?? patience, part);
        const waitMs = triesAfterMs[Math.min(tries, triesAfterMs.length - 1)] ?? 0;
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
