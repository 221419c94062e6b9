import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration, WarehouseSetting } from '../domain/river/configuration.ts';
import { openWarehouse, type WarehouseOptions } from '../warehouse/open-warehouse.ts';
import type { OpenWarehouse } from '../warehouse/warehouse.ts';

export interface WarehousesInUse {
  /** The warehouse of that name, opened once. */
  get(name: string): Promise<OpenWarehouse>;
  close(): Promise<void>;
}

/** The warehouses of this process. One is opened anew when its part of the configuration changes. */
export function warehousesInUse(
  current: () => Promise<Configuration>,
  options: WarehouseOptions = {},
): WarehousesInUse {
  const inUse = new Map<
    string,
    { readonly setting: WarehouseSetting; readonly opened: Promise<OpenWarehouse> }
  >();
  const replaced: Promise<OpenWarehouse>[] = [];
  return {
    async get(name) {
      const { warehouses, file } = await current();
      const setting = warehouses.get(name);
      if (!setting)
        throw new ConfigurationError(
          `${file} has no warehouse ${name}; it has ${[...warehouses.keys()].join(', ')}.`,
        );
      const before = inUse.get(name);
      if (before?.setting === setting) return before.opened;
      if (before) replaced.push(before.opened);
      const opened = openWarehouse(setting, options);
      inUse.set(name, { setting, opened });
      // One that could not be opened is tried again by the next who asks.
      opened.catch(() => inUse.delete(name));
      return opened;
    },
    async close() {
      const all = [...replaced, ...[...inUse.values()].map(({ opened }) => opened)];
      await Promise.allSettled(all.map(async (opened) => (await opened).close()));
    },
  };
}
