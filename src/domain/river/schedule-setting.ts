import { z } from 'zod';
import { accepted } from './accepted.ts';
import { Duration } from './duration.ts';

/** When a river runs by itself: a schedule of Temporal's. */
export const ScheduleSetting = z.strictObject({
  cron: z
    .string()
    .register(accepted, { words: 'a cron line such as "0 6 * * *"' })
    .describe('Required. Minute, hour, day of the month, month, day of the week.'),
  timezone: z.string().optional().describe('IANA time zone of the cron line. Left out: UTC.'),
  jitter: Duration.optional().describe('Each start is put off by a random part of this.'),
  overlap: z
    .enum(['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all'])
    .optional()
    .describe('What happens while an earlier run is open. Left out: buffer_all.'),
  catchupWindow: Duration.optional().describe('How long a missed start is made up for. Left out: 7d.'),
});
export type ScheduleSetting = z.infer<typeof ScheduleSetting>;
