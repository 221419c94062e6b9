import { z } from 'zod';
import { accepted } from './accepted.ts';

/**
 * What of a run's end is told, what matters more first: of those that fit and are asked for the first is told.
 * `recovered`: it succeeded after the river's run before it had failed. `warned`: it succeeded, with a warning about data.
 */
export const notifyEvents = ['failed', 'recovered', 'warned', 'succeeded'] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

const Url = z.string().min(1).register(accepted, { words: 'a URL' });

/** Who is told of a run's end. Its URLs are secrets, so it is no part of the river that a run stores. */
export const NotifySetting = z.strictObject({
  on: z
    .array(z.enum(notifyEvents))
    .min(1)
    .register(accepted, { words: `a list of ${notifyEvents.join(', ')}` })
    .default(['failed', 'recovered', 'warned'])
    .describe(
      'What is told. recovered: a run succeeded after the one before it had failed; warned: it succeeded, and rows were kept, fell or were deleted for want of others, stand beside their column, or may lack. Of several that fit the first of this list is told.',
    ),
  webhook: Url.optional().describe(
    `Gets the result of the run as JSON, by POST: "\${NAME}", "file:<path>" or "exec:<command>".`,
  ),
  slack: Url.optional().describe(
    `An incoming webhook of Slack, gets text: "\${NAME}", "file:<path>" or "exec:<command>".`,
  ),
});
export type NotifySetting = z.infer<typeof NotifySetting>;
