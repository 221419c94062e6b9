/** Of a worker's 100 slots; the others are left to other connections and to short steps, whatever this API takes its time for. */
const slicesAtMost = 80;

/** The slices that a worker process is working through, by connection. */
export interface SliceSlots {
  /** Takes a slot, to be left again; undefined where the connection has as many as it may. */
  enter(connection: string): (() => void) | undefined;
  /** Whether somebody was turned away and has not come in since. */
  isAwaited(connection: string): boolean;
}

export function createSliceSlots(atMost = slicesAtMost): SliceSlots {
  const taken = new Map<string, number>();
  const awaited = new Set<string>();
  return {
    enter(connection) {
      const going = taken.get(connection) ?? 0;
      if (going >= atMost) {
        awaited.add(connection);
        return undefined;
      }
      awaited.delete(connection);
      taken.set(connection, going + 1);
      return () => taken.set(connection, (taken.get(connection) ?? 1) - 1);
    },
    isAwaited: (connection) => awaited.has(connection),
  };
}
