import { defaultAttributes } from './attributes.ts';
import { createCalendar, type UnfinishedDays } from './calendar.ts';
import { createCampaigns } from './campaigns.ts';
import type { Core } from './core.ts';
import { createPopulation } from './customers.ts';
import { createCustomersWhere } from './customers-where.ts';
import { createDayPlans } from './day-plan.ts';
import { makeDefinitions } from './definitions.ts';
import { expectedRows, type Slug } from './expected/expected-rows.ts';
import type { Wanted } from './expected/wanted.ts';
import { createRandom } from './random.ts';
import type { Row } from './row-list.ts';
import { defaultSize, type WorldSize } from './size.ts';

export interface WorldOptions {
  readonly seed: string | number;
  readonly size?: Partial<WorldSize>;
  /** RealFieldNames. */
  readonly attributes?: readonly string[];
  /** Nothing happened before it. */
  readonly firstDay: string;
  /** What GetLastDataUpdate answers. */
  readonly lastDataUpdate: string;
  readonly unfinishedDays: UnfinishedDays;
}

/** A made-up tenant: everything follows from the options, nothing from the clock or from earlier questions. */
export interface World extends Core {
  /** The rows that a complete pull brings, with what was asked stamped onto them. */
  rows(report: Slug, wanted?: Wanted): Row[];
  /** Their number, without making them. */
  rowCount(report: Slug, wanted?: Wanted): number;
}

export function createWorld(options: WorldOptions): World {
  const size = settle({ ...defaultSize, ...options.size });
  const random = createRandom(options.seed);
  const definitions = makeDefinitions(size);
  const population = createPopulation(random, size.customers, size.stages);
  const calendar = createCalendar(options.firstDay, options.lastDataUpdate, options.unfinishedDays);
  const plans = createDayPlans(random, size, definitions, population, calendar);
  const core: Core = {
    random,
    size,
    definitions,
    attributes: options.attributes ?? defaultAttributes,
    population,
    customersWhere: createCustomersWhere(population),
    calendar,
    plans,
    campaigns: createCampaigns(random, size, definitions, population, plans, calendar),
    lastDataUpdate: options.lastDataUpdate,
  };
  return {
    ...core,
    rows(report, wanted = {}) {
      const list = expectedRows[report](core, wanted);
      return list.slice(0, list.count);
    },
    rowCount: (report, wanted = {}) => expectedRows[report](core, wanted).count,
  };
}

/** A recipient group holds a tenth of all customers, and must hold the most rows of a call. */
function settle(size: WorldSize): WorldSize {
  const least = Math.max(size.customers, size.rowsPerCall[1] * 10, 10);
  return { ...size, customers: Math.ceil(least / 10) * 10 };
}
