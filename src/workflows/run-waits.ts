import { CancellationScope, condition } from '@temporalio/workflow';
import { waitSentence } from '#domain/run/sentences';
import { isForQuota, type RunWait, sharedOutage, type WaitOn } from '#domain/run/waits';
import { summaryText } from './visibility.ts';

/** A longer wait is interrupted to ask again: the budget may have changed, and the signal of a lift may be lost. */
const waitsAtMostMs = 3_600_000;
/** Slices that may call within this time continue together: their activities wait the rest, without another timer. */
const togetherMs = 5_000;
/** A timer is not replaced where it fires late by less than this. */
const inTimeMs = 1_000;
/** How many waits are shown. */
const shownAtMost = 10;

/** The waits of one part of the run: a slice through all its activities, or a step. */
export interface Waits {
  /** Runs an activity of it. While any of them runs, the run as a whole does not count as waiting for quota. */
  pulling<T>(activity: () => Promise<T>): Promise<T>;
  /** Waits until the slice may continue. `isOver` ends the wait as well. */
  until(on: WaitOn, waitMs: number, isOver: () => boolean): Promise<void>;
  /** Whether it probes for the others: it makes one call and finds out whether they may continue. */
  readonly isProbe: boolean;
  /** What it waited for works again: the others continue as well. */
  recovered(): void;
  /** It is no longer pulled, for whatever reason. */
  ended(): void;
}

interface Wait {
  readonly on: WaitOn;
  /** The outage that it waits for; undefined where it only waits for a time. */
  readonly outage: string | undefined;
  /** When its wait ends at the latest, in milliseconds since 1970. */
  readonly dueAt: number;
  /** When it may continue, as far as is known; `dueAt` may be earlier. */
  readonly until: number;
  isDue: boolean;
  isProbe: boolean;
}

/** An API or a warehouse that has to work again before slices continue: one of them probes it. */
interface Outage {
  readonly on: WaitOn;
  readonly dueAt: number;
  /** Whether a probe is under way. */
  readonly isTried: boolean;
}

/**
 * The waiting slices of a run. However many they are, the run has one timer, at the earliest time at which one may continue.
 * Where several wait for the same API or warehouse to work again, the one that has waited longest probes it.
 */
export class RunWaits {
  #pullingNow = 0;
  #parts = 0;
  #keepsTime = false;
  readonly #waits = new Set<Wait>();
  readonly #outages = new Map<string, Outage>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** When the first of them may continue, in milliseconds since 1970; null where none waits, or the run still pulls. */
  get until(): number | null {
    if (this.#pullingNow > 0 || this.#waits.size === 0) return null;
    return Math.min(...[...this.#waits].map(({ until }) => until));
  }

  /** When the last of them may continue, as far as is known, in milliseconds since 1970; null where none waits. */
  get last(): number | null {
    return this.#waits.size === 0 ? null : Math.max(...[...this.#waits].map(({ until }) => until));
  }

  /** What they wait for; what may need a person comes first. */
  get shown(): readonly RunWait[] {
    const outages = [...this.#outages].map(([outage, { on, dueAt, isTried }]): RunWait => {
      const slices = this.#waitingFor(outage).length + (isTried ? 1 : 0);
      return { ...on, slices, until: toIso(dueAt), isTried };
    });
    const alone = Map.groupBy(this.#waitingFor(undefined), ({ on }) => on.on);
    const times = [...alone.values()].map((waits): RunWait => {
      const first = waits.reduce((one, other) => (other.until < one.until ? other : one));
      return { ...first.on, slices: waits.length, until: toIso(first.until), isTried: false };
    });
    const warehouses = Map.groupBy(
      outages.filter((wait) => wait.on === 'warehouse'),
      ({ warehouse, reason }) => JSON.stringify([warehouse, reason]),
    );
    return [
      ...[...warehouses.values()].map(mergeWaits),
      ...outages.filter(({ on }) => on !== 'warehouse'),
      ...times,
    ].slice(0, shownAtMost);
  }

  /** The waits of a slice. */
  slice(): Waits {
    return this.#part(sharedOutage);
  }

  /** The waits of a step on the warehouse, such as a commit: its success does not show that pages can be staged. */
  step(): Waits {
    return this.#part(() => undefined);
  }

  #part(shared: (on: WaitOn) => string | undefined): Waits {
    this.#parts += 1;
    const name = `part ${this.#parts}`;
    /** The outage that it probes. */
    let probed: string | undefined;
    const recovered = () => {
      if (probed !== undefined) this.#over(probed);
      probed = undefined;
    };
    const ended = () => {
      if (probed !== undefined) this.#leave(probed);
      probed = undefined;
    };
    return {
      pulling: (activity) => this.#pulling(activity),
      until: async (on, waitMs, isOver) => {
        const hasToComeBack = on.on === 'connection' || on.on === 'warehouse';
        const outage = shared(on) ?? (hasToComeBack ? name : undefined);
        const isStill = probed !== undefined && probed === outage;
        // Without a slot, or without an answer of the budget, the probe has found nothing out.
        if (!isStill && (on.on === 'slot' || on.on === 'budget')) ended();
        else if (!isStill) recovered();
        const isProbe = await this.#wait({ on, outage, waitMs, isStill }, isOver);
        probed = isProbe ? outage : undefined;
      },
      get isProbe() {
        return probed !== undefined;
      },
      recovered,
      ended,
    };
  }

  async #pulling<T>(activity: () => Promise<T>): Promise<T> {
    this.#pullingNow += 1;
    this.#onChange();
    try {
      return await activity();
    } finally {
      this.#pullingNow -= 1;
    }
  }

  /** Waits; returns whether the waiting part shall probe for the others. `isStill`: it has probed, and the outage goes on. */
  async #wait(
    asked: Pick<Wait, 'on' | 'outage'> & { readonly waitMs: number; readonly isStill: boolean },
    isOver: () => boolean,
  ): Promise<boolean> {
    const { on, outage, waitMs, isStill } = asked;
    const until = Date.now() + waitMs;
    const dueAt = Math.min(until, Date.now() + waitsAtMostMs);
    const wait: Wait = { on, outage, dueAt, until, isDue: false, isProbe: false };
    if (outage !== undefined) {
      const before = isStill ? undefined : this.#outages.get(outage);
      this.#outages.set(outage, {
        on,
        dueAt: Math.min(dueAt, before?.dueAt ?? dueAt),
        isTried: before?.isTried ?? false,
      });
    }
    this.#waits.add(wait);
    this.#onChange();
    this.#keepTime();
    let went = false;
    try {
      await condition(() => wait.isDue || isOver());
      went = true;
      return wait.isProbe;
    } finally {
      this.#waits.delete(wait);
      if (outage !== undefined && wait.isProbe && !went) this.#leave(outage);
      if (outage !== undefined) this.#forgetUnlessAwaited(outage);
      this.#onChange();
    }
  }

  /** The outage is over: all that wait for it continue. */
  #over(outage: string): void {
    this.#outages.delete(outage);
    for (const wait of this.#waitingFor(outage)) wait.isDue = true;
    this.#onChange();
  }

  /** The probing part stops: the next one takes over. */
  #leave(outage: string): void {
    const before = this.#outages.get(outage);
    if (before) this.#outages.set(outage, { ...before, isTried: false, dueAt: Date.now() });
    this.#forgetUnlessAwaited(outage);
    this.#keepTime();
    this.#onChange();
  }

  #forgetUnlessAwaited(outage: string): void {
    const isTried = this.#outages.get(outage)?.isTried === true;
    if (!isTried && this.#waitingFor(outage).length === 0) this.#outages.delete(outage);
  }

  #waitingFor(outage: string | undefined): Wait[] {
    return [...this.#waits].filter((wait) => wait.outage === outage && !wait.isDue);
  }

  /** The run's one timer: runs while a part waits for a time, and is replaced where an earlier time is needed. */
  #keepTime(): void {
    if (this.#keepsTime) return;
    this.#keepsTime = true;
    // The timer belongs to no slice: a slice that is cancelled must not cancel it for the others.
    void CancellationScope.nonCancellable(async () => {
      for (let next = this.#next(); next; next = this.#next()) {
        const { dueAt, on } = next;
        const isTooLate = () => (this.#next()?.dueAt ?? Number.NEGATIVE_INFINITY) < dueAt - inTimeMs;
        const ms = dueAt - Date.now();
        if (ms <= 0 || !(await condition(isTooLate, ms, { summary: timerSummary(on, dueAt) })))
          this.#release();
      }
      this.#keepsTime = false;
    });
  }

  /** The earliest time at which a part may continue; undefined where none waits for a time. */
  #next(): { readonly dueAt: number; readonly on: WaitOn } | undefined {
    const outages = [...this.#outages].flatMap(([outage, { on, dueAt, isTried }]) =>
      isTried || this.#waitingFor(outage).length === 0 ? [] : [{ on, dueAt }],
    );
    const all = [...outages, ...this.#waitingFor(undefined)];
    return all.length === 0 ? undefined : all.reduce((one, other) => (other.dueAt < one.dueAt ? other : one));
  }

  #release(): void {
    const now = Date.now();
    for (const wait of this.#waitingFor(undefined)) {
      if (wait.dueAt <= now + (isForQuota(wait.on) ? togetherMs : 0)) wait.isDue = true;
    }
    for (const [outage, { on, dueAt, isTried }] of this.#outages) {
      const [longest] = this.#waitingFor(outage);
      if (isTried || dueAt > now || !longest) continue;
      longest.isDue = true;
      longest.isProbe = true;
      this.#outages.set(outage, { on, dueAt, isTried: true });
    }
  }
}

type WarehouseWait = Extract<RunWait, { readonly on: 'warehouse' }>;

/** Slices and steps that wait for the same warehouse, for the same reason. */
const mergeWaits = (waits: readonly WarehouseWait[]): WarehouseWait => ({
  ...(waits[0] as WarehouseWait),
  since: earliest(waits.map(({ since }) => since)),
  until: earliest(waits.map(({ until }) => until)),
  slices: waits.reduce((all, { slices }) => all + slices, 0),
  isTried: waits.some(({ isTried }) => isTried),
});

const earliest = (instants: readonly string[]): string => [...instants].sort()[0] ?? '';

const toIso = (at: number): string => new Date(at).toISOString();

/** What a timer waits for, and until when, as the details say it. */
const timerSummary = (on: WaitOn, dueAt: number): string =>
  summaryText(waitSentence({ ...on, slices: 1, until: toIso(dueAt), isTried: false }));
