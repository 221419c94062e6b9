import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { openWarehouse, type WarehouseOptions } from '#warehouse/open-warehouse';
import { sameSetting } from './same-setting.ts';

export interface WarehousesInUse {
  /** The warehouse of that name. Work that has begun goes on with what its setting becomes meanwhile. */
  get(name: string): Promise<OpenWarehouse>;
  close(): Promise<void>;
}

export interface WarehousesInUseOptions extends WarehouseOptions {
  /** Hears, once a warehouse, that its manifest is another version's. */
  readonly onOtherVersion?: (name: string, error: OtherVersionError) => void;
}

/** Who hangs does not keep a worker from ending. */
const closesWithinMs = 5_000;

interface InUse {
  readonly setting: WarehouseSetting;
  readonly warehouse: OpenWarehouse;
  /** Calls under way. */
  calls: number;
  isReplaced: boolean;
}

/**
 * The warehouses of this process. One whose setting says something else than before is opened anew, and the one before
 * is closed once nothing is under way in it; every other change of the file leaves it as it is, with its connections.
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

  /** Follows the setting of that name from call to call, and counts what is under way. */
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
    // An object of its own, as the warehouse is: others spread it to change a method.
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

/** Counted from the first item to the last. */
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
