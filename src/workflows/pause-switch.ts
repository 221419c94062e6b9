import {
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { type Pause, type PauseAnswer, pausedMemo } from '#domain/run/paused-intervals';
import { timeText } from '#domain/run/sentences';
import { cancelledDuringRetry, throwIfCancelled } from './failure.ts';
import { pauseSignal, pauseUpdate, resumeSignal, resumeUpdate } from './messages.ts';

/** How many past pauses are kept: they are sent with every slice's request. */
const rememberedAtMost = 20;

/** What continue-as-new carries of a run's pauses. */
export interface CarriedPauses {
  /** Since when the run is paused, ISO 8601; null where it is not. */
  readonly since: string | null;
  readonly past: readonly Pause[];
}

/**
 * Pauses and resumes a run. A pause stops the slices like continue-as-new and a cancellation do: their calls in flight end and are
 * staged, and no new call begins; the resume continues from what is staged.
 */
export class PauseSwitch {
  #since: string | null;
  #past: readonly Pause[];
  #isQuiet = false;
  readonly #onChange: () => void;

  constructor(carried: CarriedPauses | undefined, onChange: () => void) {
    this.#since = carried?.since ?? null;
    this.#past = carried?.past ?? [];
    this.#onChange = onChange;
  }

  /** `pausing` while calls in flight end. */
  get shown(): 'pausing' | 'paused' | null {
    if (this.#since === null) return null;
    return this.#isQuiet ? 'paused' : 'pausing';
  }

  /** Since when the run is paused, ISO 8601; null where it is not. */
  get since(): string | null {
    return this.#since;
  }

  /** Past pauses; undefined where there were none. */
  get past(): readonly Pause[] | undefined {
    return this.#past.length === 0 ? undefined : this.#past;
  }

  /** Undefined where the run was never paused. */
  carried(): CarriedPauses | undefined {
    return this.#since === null && this.#past.length === 0
      ? undefined
      : { since: this.#since, past: this.#past };
  }

  /** Sets the handlers of `pause` and `resume`; to be called before the workflow first waits. */
  listen(): void {
    setHandler(pauseUpdate, () => this.#pause(), {
      description: 'No new calls: those in flight end, then the run waits for resume. Takes no input.',
    });
    setHandler(resumeUpdate, () => this.#resume(), {
      description: 'A paused run continues from where it stopped. Takes no input.',
    });
    for (const [signal, act, what] of [
      [pauseSignal, () => this.#pause(), 'Pauses'],
      [resumeSignal, () => this.#resume(), 'Resumes'],
    ] as const) {
      setHandler(signal, () => void act(), {
        description: `${what} the run without an answer, as soon as a worker runs.`,
      });
    }
    // A memo is not carried over into a new history.
    if (this.#since !== null) upsertMemo({ [pausedMemo]: true });
  }

  /**
   * Runs `work`, which can be repeated because it continues from what is staged: a pause cancels it, a resume runs it again.
   * Where the history has grown long during a pause, the result is `whenLong`, if that is given.
   */
  async runPausable<T>(work: () => Promise<T>, whenLong?: T): Promise<T> {
    for (;;) {
      await this.#untilResumed(whenLong !== undefined);
      if (this.#since !== null && whenLong !== undefined) return whenLong;
      const scope = new CancellationScope();
      const working = scope.run(work);
      const pausing = scope.run(() => condition(() => this.#since !== null));
      try {
        await Promise.race([working, pausing]);
        scope.cancel();
        return await working;
      } catch (error) {
        if (!isCancellation(error) && !cancelledDuringRetry(error)) throw error;
        // A cancellation of the run ends it; a cancellation of this scope was the pause.
        await throwIfCancelled();
        if (!scope.consideredCancelled) throw error;
      } finally {
        scope.cancel();
        await Promise.allSettled([working, pausing]);
      }
    }
  }

  async #untilResumed(orLong: boolean): Promise<void> {
    if (this.#since === null) return;
    this.#isQuiet = true;
    this.#onChange();
    await condition(() => this.#since === null || (orLong && workflowInfo().continueAsNewSuggested));
  }

  #pause(): PauseAnswer {
    if (this.#since !== null)
      return {
        paused: true,
        changed: false,
        message: `The run is paused already, since ${timeText(this.#since)}.`,
      };
    this.#since = new Date().toISOString();
    this.#isQuiet = false;
    upsertMemo({ [pausedMemo]: true });
    this.#onChange();
    const message = 'Paused: no new calls are made, and those in flight end. Resume continues from there.';
    return { paused: true, changed: true, message };
  }

  #resume(): PauseAnswer {
    if (this.#since === null)
      return { paused: false, changed: false, message: 'The run is not paused: there is nothing to resume.' };
    const over = { from: this.#since, until: new Date().toISOString() };
    this.#past = [...this.#past, over].slice(-rememberedAtMost);
    this.#since = null;
    upsertMemo({ [pausedMemo]: null });
    this.#onChange();
    return { paused: false, changed: true, message: 'Resumed: the run continues from where it stopped.' };
  }
}
