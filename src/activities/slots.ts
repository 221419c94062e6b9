import { WarehouseUnavailableError } from '#domain/errors';

/**
 * The activities that a worker works on at a time. Temporal hands out a task without asking whom it concerns, so what
 * hangs must never hold all of them: here are far more than what all slices and steps together may take.
 */
export const activitiesAtOnce = 1_200;
/** Of these, slices at work and steps on warehouses. The rest, 200, is for whatever else there is: a budget's start, notifications. */
const [slicesAtMost, stepsAtMost] = [600, 300];
/** Slices that wait here for a moment until others have ended. */
const inLineAtMost = 100;

/** A slot, until it is left. */
type Leave = () => void;

/** Who asks for a slot. */
export interface SliceAsking {
  readonly connection: string;
  readonly warehouse: string;
  readonly run: string;
  /** How many slices keep the connection busy. */
  readonly wanted: number;
}

/** The slices that a worker process is working through. */
export interface SliceSlots {
  /** Takes a slot, maybe after some seconds; undefined where none has come free until then. */
  enter(slice: SliceAsking, signal: AbortSignal): Promise<Leave | undefined>;
  /** Whether another slice of its connection and warehouse waits for a slot, or found none and has had none since. */
  isAwaited(slice: SliceAsking): boolean;
}

/** A run has so many at work whatever the others of its connection have. */
const ofEachRun = 2;
const waitsForMs = 8_000;

/**
 * A connection has as many slices at work as keep it busy, and each of its runs two at least, so that a small run goes on
 * beside a large one; and never more than half of what the other connections leave, so that there is always something for
 * one that comes. What goes into another warehouse counts apart: that one may hang, and this one not.
 */
export function createSliceSlots({
  atMost = slicesAtMost,
  waitMs = waitsForMs,
}: {
  atMost?: number;
  waitMs?: number;
} = {}): SliceSlots {
  const shares = createShares(atMost);
  const ofRuns = new Map<string, number>();
  const line = new Set<{ readonly slice: SliceAsking; come(): boolean }>();
  const awaited = new Set<string>();

  const take = (slice: SliceAsking): Leave | undefined => {
    const group = toGroup(slice);
    const own = ofRuns.get(slice.run) ?? 0;
    if (own >= ofEachRun && shares.of(group) >= slice.wanted) return undefined;
    const leave = shares.take(group);
    if (!leave) return undefined;
    ofRuns.set(slice.run, own + 1);
    awaited.delete(group);
    return once(() => {
      leave();
      lessen(ofRuns, slice.run);
      callIn();
    });
  };
  /** Those whose run has the fewest at work come first. */
  const callIn = () => {
    const inOrder = [...line].sort((a, b) => (ofRuns.get(a.slice.run) ?? 0) - (ofRuns.get(b.slice.run) ?? 0));
    for (const waiter of inOrder) if (waiter.come()) line.delete(waiter);
  };

  return {
    async enter(slice, signal) {
      const leave = take(slice);
      if (leave || signal.aborted) return leave;
      const group = toGroup(slice);
      awaited.add(group);
      const inLine = [...line].filter((waiter) => toGroup(waiter.slice) === group).length;
      if (line.size >= inLineAtMost || inLine >= slice.wanted) return undefined;
      const { promise, resolve } = Promise.withResolvers<Leave | undefined>();
      const waiter = {
        slice,
        come() {
          const taken = take(slice);
          if (taken) resolve(taken);
          return taken !== undefined;
        },
      };
      const goAway = () => {
        line.delete(waiter);
        resolve(undefined);
      };
      line.add(waiter);
      const timer = setTimeout(goAway, waitMs);
      signal.addEventListener('abort', goAway, { once: true });
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', goAway);
      }
    },
    isAwaited: (slice) => awaited.has(toGroup(slice)),
  };
}

const toGroup = ({ connection, warehouse }: SliceAsking): string => JSON.stringify([connection, warehouse]);

/** Steps that one warehouse has under way: opening, beginning, committing and closing, each a few statements. */
const ofEachWarehouse = 50;

/** The short steps that a worker process has under way, by warehouse. */
export interface StepSlots {
  /** Takes a slot; undefined where the warehouse has as many under way as it may. */
  enter(warehouse: string): Leave | undefined;
}

export function createStepSlots(): StepSlots {
  const shares = createShares(stepsAtMost);
  return {
    enter: (warehouse) => (shares.of(warehouse) < ofEachWarehouse ? shares.take(warehouse) : undefined),
  };
}

/** Does a step in a warehouse, where that has room for one more; else the step is tried again later. */
export async function stepIn<T>(slots: StepSlots, warehouse: string, work: () => Promise<T>): Promise<T> {
  const leave = slots.enter(warehouse);
  if (!leave) {
    throw new WarehouseUnavailableError(
      `The warehouse ${warehouse} has not answered yet what is asked of it already, too much to ask for more.`,
    );
  }
  try {
    return await work();
  } finally {
    leave();
  }
}

interface Shares {
  of(group: string): number;
  /** Undefined where the group has half of what the others leave. */
  take(group: string): Leave | undefined;
}

function createShares(atMost: number): Shares {
  const taken = new Map<string, number>();
  let all = 0;
  const of = (group: string) => taken.get(group) ?? 0;
  return {
    of,
    take(group) {
      const own = of(group);
      if (own >= Math.ceil((atMost - (all - own)) / 2)) return undefined;
      taken.set(group, own + 1);
      all += 1;
      return once(() => {
        lessen(taken, group);
        all -= 1;
      });
    },
  };
}

function lessen(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}

function once(leave: Leave): Leave {
  let isLeft = false;
  return () => {
    if (isLeft) return;
    isLeft = true;
    leave();
  };
}
