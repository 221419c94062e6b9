import { type Core, createCore, type WorldOptions } from './core.ts';
import { expectedRows, type Slug } from './expected/expected-rows.ts';
import type { Wanted } from './expected/loops.ts';
import type { Row } from './row-list.ts';

/** The made-up tenant, with the rows that a complete pull of each report must bring. */
export interface World extends Core {
  /** The rows of a complete pull, with the parameters of their calls stamped onto them. */
  rows(report: Slug, wanted?: Wanted): Row[];
  /** Their number, computed without making them. */
  rowCount(report: Slug, wanted?: Wanted): number;
}

export function createWorld(options: WorldOptions): World {
  const core = createCore(options);
  return {
    ...core,
    rows(report, wanted = {}) {
      const list = expectedRows[report](core, wanted);
      return list.slice(0, list.count);
    },
    rowCount: (report, wanted = {}) => expectedRows[report](core, wanted).count,
  };
}
