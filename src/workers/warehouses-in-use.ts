import { setTimeout as sleep } from 'node:timers/promises';
import { sameSetting } from '#config/build-configuration';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { type OpenWarehouse, openWarehouse, type WarehouseOptions } from '#warehouse/open-warehouse';

export interface WarehousesInUse {
  /** The warehouse of that name. Running work continues with its new setting if that changes. */
  get(name: string): Promise<OpenWarehouse>;
  close(): Promise<void>;
}

export interface WarehousesInUseOptions extends WarehouseOptions {
  /** Called once for a warehouse whose manifest was written by another version. */
  readonly onOtherVersion?: (name: string, error: OtherVersionError) => void;
}

/** A warehouse that does not answer must not keep a worker from ending. */
const closesWithinMs = 5_000;

interface InUse {
  readonly setting: WarehouseSetting;
  readonly warehouse: OpenWarehouse;
  /** Calls in progress. */
  calls: number;
  isReplaced: boolean;
}

/**
 * The warehouses of this process. When a setting changes, the warehouse is opened again, and the old one is closed after
 * its last call. Every other change of the file leaves the warehouse and its connections as they are.
 */
export function warehousesInUse(
  current: () => Promise<Configuration>,
  { onOtherVersion = () => {}, ...options }: WarehousesInUseOptions = {},
): WarehousesInUse {
  const inUse = new Map<string, InUse>();
  const closing = new Set<Promise<void>>();
  const told = new Set<string>();
  const facades = new Map<string, OpenWarehouse>();

  const closeIfUnused = (used: InUse) => {
    if (!used.isReplaced || used.calls > 0) return;
    const closed = used.warehouse.close().catch(() => {});
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  };

  const counted = async <T>(used: InUse, work: () => Promise<T>): Promise<T> => {
    used.calls += 1;
    try {
      return await work();
    } finally {
      used.calls -= 1;
      closeIfUnused(used);
    }
  };

  /** Takes the current setting at each call, and counts calls in progress. */
  const following = (name: string, first: InUse): OpenWarehouse => {
    const follow =
      (method: keyof OpenWarehouse) =>
      (...args: unknown[]) => {
        const used = inUse.get(name) ?? first;
        const called = used.warehouse[method] as (
          ...args: unknown[]
        ) => Promise<unknown> | AsyncIterable<unknown>;
        const result = called(...args);
        if (Symbol.asyncIterator in result) return iterated(result, (work) => counted(used, work));
        return counted(used, () => result).catch((error: unknown) => {
          if (error instanceof OtherVersionError && !told.has(name)) {
            told.add(name);
            onOtherVersion(name, error);
          }
          throw error;
        });
      };
    // A plain object like the warehouse itself: others spread it to replace a method.
    const methods = Object.keys(first.warehouse) as (keyof OpenWarehouse)[];
    return Object.fromEntries(methods.map((method) => [method, follow(method)])) as unknown as OpenWarehouse;
  };

  return {
    async get(name) {
      const { warehouses, file } = await current();
      const setting = warehouses.get(name);
      if (!setting)
        throw new ConfigurationError(
          `${file} has no warehouse ${name}; it has ${[...warehouses.keys()].join(', ')}.`,
        );
      const before = inUse.get(name);
      if (!before || !sameSetting(before.setting, setting)) {
        const warehouse = await openWarehouse(setting, options);
        const now = inUse.get(name);
        const used = { setting, warehouse, calls: 0, isReplaced: false };
        inUse.set(name, used);
        if (!facades.has(name)) facades.set(name, following(name, used));
        if (now) {
          now.isReplaced = true;
          closeIfUnused(now);
        }
      }
      return facades.get(name) as OpenWarehouse;
    },
    async close() {
      for (const used of inUse.values()) {
        used.isReplaced = true;
        used.calls = 0;
        closeIfUnused(used);
      }
      const timer = new AbortController();
      const isTime = sleep(closesWithinMs, undefined, { signal: timer.signal }).catch(() => {});
      await Promise.race([Promise.all(closing), isTime]);
      timer.abort();
    },
  };
}

/** Counts as one call from the first item to the last. */
async function* iterated<T>(
  items: AsyncIterable<T>,
  counted: (work: () => Promise<void>) => Promise<void>,
): AsyncGenerator<T> {
  const over = Promise.withResolvers<void>();
  void counted(() => over.promise);
  try {
    yield* items;
  } finally {
    over.resolve();
  }
}
