import type { Calendar } from './calendar.ts';
import type { Campaigns } from './campaigns.ts';
import type { Population } from './customers.ts';
import type { CustomersWhere } from './customers-where.ts';
import type { DayPlans } from './day-plan.ts';
import type { Definitions } from './definitions.ts';
import type { Random } from './random.ts';
import type { WorldSize } from './size.ts';

/** What every answer is made from. */
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
