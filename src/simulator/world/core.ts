import { type Calendar, createCalendar, type UnfinishedDays } from './calendar.ts';
import { type Campaigns, createCampaigns } from './campaigns.ts';
import { createDayPlans, type DayPlans } from './day-plan.ts';
import { type Definitions, defaultSize, makeDefinitions, type WorldSize } from './definitions.ts';
import {
  type CustomersWhere,
  createCustomersWhere,
  createPopulation,
  defaultAttributes,
  type Population,
} from './population.ts';
import { createRandom, type Random } from './random.ts';

/** The made-up tenant: every answer follows from it. */
export interface Core {
  readonly random: Random;
  readonly size: WorldSize;
  readonly definitions: Definitions;
  /** RealFieldNames, in the order of GetCustomerAttributeList. */
  readonly attributes: readonly string[];
  readonly population: Population;
  readonly customersWhere: CustomersWhere;
  readonly calendar: Calendar;
  readonly plans: DayPlans;
  readonly campaigns: Campaigns;
  /** The last day whose data is complete. */
  readonly lastDataUpdate: string;
}

export interface WorldOptions {
  readonly seed: string | number;
  readonly size?: Partial<WorldSize>;
  /** RealFieldNames. */
  readonly attributes?: readonly string[];
  /** Nothing happened before this day. */
  readonly firstDay: string;
  /** What GetLastDataUpdate answers. */
  readonly lastDataUpdate: string;
  readonly unfinishedDays: UnfinishedDays;
}

/** Everything follows from the options, nothing from the clock or from earlier calls. */
export function createCore(options: WorldOptions): Core {
  const size = raiseCustomers({ ...defaultSize, ...options.size });
  const random = createRandom(options.seed);
  const definitions = makeDefinitions(size);
  const population = createPopulation(random, size.customers, size.stages);
  const calendar = createCalendar(options.firstDay, options.lastDataUpdate, options.unfinishedDays);
  const plans = createDayPlans(random, size, definitions, population, calendar);
  return {
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
}

/** A recipient group is a tenth of all customers, and must be large enough for the most rows of a call. */
function raiseCustomers(size: WorldSize): WorldSize {
  const least = Math.max(size.customers, size.rowsPerCall[1] * 10, 10);
  return { ...size, customers: Math.ceil(least / 10) * 10 };
}
