import { z } from 'zod';
import { accepted } from './accepted.ts';
import { Name } from './name.ts';

const IdOrName = z
  .union([z.int().nonnegative(), z.string().min(1)])
  .register(accepted, { words: 'an id (a whole number) or a name' });
const Choice = z.array(IdOrName).min(1).register(accepted, { words: 'a list of ids or names, at least one' });

/** What a river pulls of its report; which of these a report knows, its declaration says. */
export const Filters = z.strictObject({
  actions: Choice.optional().describe('Actions, by id or name. Left out: all.'),
  targetGroups: Choice.optional().describe('Target groups, by id or name. Left out: all.'),
  executionChannels: Choice.optional().describe('Execution channels, by id or name. Left out: all.'),
  changedCustomerAttribute: z
    .union([Name, z.array(Name).min(1)])
    .register(accepted, { words: 'the name of an attribute, or a list of names' })
    .optional()
    .describe('The attributes whose changes are pulled: one name or a list. Required in report 5.'),
  lifecycleStages: Choice.optional().describe(
    'Lifecycle stages, by id or name. Left out: all. Not together with customerAttribute.',
  ),
  customerAttribute: z
    .strictObject({
      name: Name.describe('The attribute.'),
      value: z
        .union([z.string(), z.number()])
        .register(accepted, { words: 'text or a number' })
        .describe('Its value.'),
    })
    .optional()
    .describe('Customers with this value of this attribute, instead of lifecycleStages (report 6).'),
  events: Choice.optional().describe(
    'Codes, or names: sent, delivered, opened, clicked, unsubscribed, dropped, spam_report, bounced. Required in report 14.',
  ),
  activityEvents: Choice.optional().describe('Sent as they are written. Required in report 15.'),
  customerAttributes: z
    .array(Name)
    .min(1)
    .max(10)
    .register(accepted, { words: 'a list of 1 to 10 attribute names' })
    .optional()
    .describe('Attributes of the customers, a column each; at most 10. Left out: none.'),
});
export type Filters = z.infer<typeof Filters>;
