import { CancellationScope, condition } from '@temporalio/workflow';
import { isForQuota, type RunWait, sharedTrouble, type WaitOn } from '#domain/run/waits';

/** Who is told to wait for longer asks again meanwhile: a budget may have changed, and a wait may be lifted unheard. */
const waitsAtMostMs = 3_600_000;
/** Slices that may call within this time go on together: a short wait happens in their activity, and costs no timer. */
const togetherMs = 5_000;
/** A timer that fires later than it should by less than this is left as it is. */
const inTimeMs = 1_000;
/** Waits that are told of. */
const shownAtMost = 10;

/** What a part of the run waits for: one slice, or one step of it, through all its turns. */
export interface Waits {
  /** Does a turn of it. While one goes on, the run does not wait for quota. */
  pulling<T>(turn: () => Promise<T>): Promise<T>;
  /** Waits until the slice may go on. `isOver` ends the wait as well. */
  until(on: WaitOn, waitMs: number, isOver: () => boolean): Promise<void>;
  /** Whether it is to find out, with one call, if others may go on. */
  readonly isProbe: boolean;
  /** What it waited for is there again: the others go on as well. */
  wentOn(): void;
  /** It is pulled no more, however that came. */
  ended(): void;
}

interface Wait {
  readonly on: WaitOn;
  /** Which trouble it waits out; undefined where it only waits for a time. */
  readonly trouble: string | undefined;
  /** When it goes on by itself, in milliseconds since 1970. */
  readonly dueAt: number;
  /** When it may go on as far as is known; `dueAt` may come before. */
  readonly until: number;
  isDue: boolean;
  isProbe: boolean;
}

/** What has to come back before slices go on: one of them finds out whether it has. */
interface Trouble {
  readonly on: WaitOn;
  readonly dueAt: number;
  /** Whether one of them is finding out. */
  readonly isTried: boolean;
}

/**
 * The slices of a run that wait. Whatever their number, the run has one timer: at the time of the first that may go on.
 * Where all wait for the same to come back (an API, a warehouse), the one that has waited longest finds out.
 */
export class RunWaits {
  #going = 0;
  #parts = 0;
  #keepsTime = false;
  readonly #waits = new Set<Wait>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** When the first of them goes on, in milliseconds since 1970; null where none waits, or the run still pulls. */
  get until(): number | null {
    if (this.#going > 0 || this.#waits.size === 0) return null;
    return Math.min(...[...this.#waits].map(({ until }) => until));
  }

  /** When the last of them may go on as far as is known, in milliseconds since 1970; null where none waits. */
  get last(): number | null {
    return this.#waits.size === 0 ? null : Math.max(...[...this.#waits].map(({ until }) => until));
  }

  /** What they wait for; what may need somebody's help comes first. */
  get shown(): readonly RunWait[] {
    const troubles = [...this.#troubles].map(([trouble, { on, dueAt, isTried }]): RunWait => {
      const slices = this.#waitingFor(trouble).length + (isTried ? 1 : 0);
      return { ...on, slices, until: isoOf(dueAt), isTried };
    });
    const alone = Map.groupBy(this.#waitingFor(undefined), ({ on }) => on.on);
    const times = [...alone.values()].map((waits): RunWait => {
      const first = waits.reduce((one, other) => (other.until < one.until ? other : one));
      return { ...first.on, slices: waits.length, until: isoOf(first.until), isTried: false };
    });
    const warehouses = Map.groupBy(
      troubles.filter((wait) => wait.on === 'warehouse'),
      ({ warehouse, reason }) => JSON.stringify([warehouse, reason]),
    );
    return [
      ...[...warehouses.values()].map(asOne),
      ...troubles.filter(({ on }) => on !== 'warehouse'),
      ...times,
    ].slice(0, shownAtMost);
  }

  /** A slice that is pulled from now on. */
  slice(): Waits {
    return this.#part(sharedTrouble);
  }

  /** A step on the warehouse, such as a commit: that it works again says little of the others' pages. */
  step(): Waits {
    return this.#part(() => undefined);
  }

  #part(shared: (on: WaitOn) => string | undefined): Waits {
    this.#parts += 1;
    const name = `part ${this.#parts}`;
    /** The trouble of which it finds out whether it is over. */
    let probed: string | undefined;
    const wentOn = () => {
      if (probed !== undefined) this.#over(probed);
      probed = undefined;
    };
    const ended = () => {
      if (probed !== undefined) this.#leave(probed);
      probed = undefined;
    };
    return {
      pulling: (turn) => this.#pulling(turn),
      until: async (on, waitMs, isOver) => {
        const hasToComeBack = on.on === 'connection' || on.on === 'warehouse';
        const trouble = shared(on) ?? (hasToComeBack ? name : undefined);
        const isStill = probed !== undefined && probed === trouble;
        // Without a place, or without an answer of the budget, it has found nothing out.
        if (!isStill && (on.on === 'slot' || on.on === 'budget')) ended();
        else if (!isStill) wentOn();
        const isProbe = await this.#wait({ on, trouble, waitMs, isStill }, isOver);
        probed = isProbe ? trouble : undefined;
      },
      get isProbe() {
        return probed !== undefined;
      },
      wentOn,
      ended,
    };
  }

  async #pulling<T>(turn: () => Promise<T>): Promise<T> {
    this.#going += 1;
    this.#onChange();
    try {
      return await turn();
    } finally {
      this.#going -= 1;
    }
  }

  /** Says whether who waited is to find out for the others. `isStill`: it has, and the trouble is not over. */
  async #wait(
    asked: Pick<Wait, 'on' | 'trouble'> & { readonly waitMs: number; readonly isStill: boolean },
    isOver: () => boolean,
  ): Promise<boolean> {
    const { on, trouble, waitMs, isStill } = asked;
    const until = Date.now() + waitMs;
    const dueAt = Math.min(until, Date.now() + waitsAtMostMs);
    const wait: Wait = { on, trouble, dueAt, until, isDue: false, isProbe: false };
    if (trouble !== undefined) {
      const before = isStill ? undefined : this.#troubles.get(trouble);
      this.#troubles.set(trouble, {
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
      if (trouble !== undefined && wait.isProbe && !went) this.#leave(trouble);
      if (trouble !== undefined) this.#forgetWhereNobodyWaits(trouble);
      this.#onChange();
    }
  }

  /** What was waited for is there again. */
  #over(trouble: string): void {
    this.#troubles.delete(trouble);
    for (const wait of this.#waitingFor(trouble)) wait.isDue = true;
    this.#onChange();
  }

  /** Who was finding out does so no more: the next one takes its place. */
  #leave(trouble: string): void {
    const before = this.#troubles.get(trouble);
    if (before) this.#troubles.set(trouble, { ...before, isTried: false, dueAt: Date.now() });
    this.#forgetWhereNobodyWaits(trouble);
    this.#keepTime();
    this.#onChange();
  }

  #forgetWhereNobodyWaits(trouble: string): void {
    const isTried = this.#troubles.get(trouble)?.isTried === true;
    if (!isTried && this.#waitingFor(trouble).length === 0) this.#troubles.delete(trouble);
  }

  #waitingFor(trouble: string | undefined): Wait[] {
    return [...this.#waits].filter((wait) => wait.trouble === trouble && !wait.isDue);
  }

  /** The run's one timer: set while somebody waits for a time, and anew where an earlier one is needed. */
  #keepTime(): void {
    if (this.#keepsTime) return;
    this.#keepsTime = true;
    // It is no slice's: one that is stopped does not take the time of the others along.
    void CancellationScope.nonCancellable(async () => {
      for (let next = this.#next(); next; next = this.#next()) {
        const { dueAt, on } = next;
        const isOfNoUse = () => (this.#next()?.dueAt ?? Number.NEGATIVE_INFINITY) < dueAt - inTimeMs;
        const ms = dueAt - Date.now();
        if (ms <= 0 || !(await condition(isOfNoUse, ms, { summary: summaryOf(on) }))) this.#release();
      }
      this.#keepsTime = false;
    });
  }

  /** The first time at which somebody may go on; undefined where nobody waits for a time. */
  #next(): { readonly dueAt: number; readonly on: WaitOn } | undefined {
    const troubles = [...this.#troubles].flatMap(([trouble, { on, dueAt, isTried }]) =>
      isTried || this.#waitingFor(trouble).length === 0 ? [] : [{ on, dueAt }],
    );
    const all = [...troubles, ...this.#waitingFor(undefined)];
    return all.length === 0 ? undefined : all.reduce((one, other) => (other.dueAt < one.dueAt ? other : one));
  }

  #release(): void {
    const now = Date.now();
    for (const wait of this.#waitingFor(undefined)) {
      if (wait.dueAt <= now + (isForQuota(wait.on) ? togetherMs : 0)) wait.isDue = true;
    }
    for (const [trouble, { on, dueAt, isTried }] of this.#troubles) {
      const [longest] = this.#waitingFor(trouble);
      if (isTried || dueAt > now || !longest) continue;
      longest.isDue = true;
      longest.isProbe = true;
      this.#troubles.set(trouble, { on, dueAt, isTried: true });
    }
  }
}

type WarehouseWait = Extract<RunWait, { readonly on: 'warehouse' }>;

/** Slices and steps that wait for the same warehouse, for the same reason. */
const asOne = (waits: readonly WarehouseWait[]): WarehouseWait => ({
  ...(waits[0] as WarehouseWait),
  since: earliest(waits.map(({ since }) => since)),
  until: earliest(waits.map(({ until }) => until)),
  slices: waits.reduce((all, { slices }) => all + slices, 0),
  isTried: waits.some(({ isTried }) => isTried),
});

const earliest = (instants: readonly string[]): string => [...instants].sort()[0] ?? '';

const isoOf = (at: number): string => new Date(at).toISOString();

function summaryOf(on: WaitOn): string {
  switch (on.on) {
    case 'connection':
      return 'Waiting for Optimove to answer';
    case 'warehouse':
      return `Waiting for the warehouse ${on.warehouse}`;
    case 'slot':
      return 'Waiting for a free place';
    case 'budget':
      return 'Waiting for the call budget to answer';
    default:
      return 'Waiting for quota';
  }
}
