import { z } from 'zod';
import { accepted } from './accepted.ts';

/** What a period may be split by. */
export const chunkUnits = ['dont_split', 'daily', 'monthly', 'yearly'] as const;

/** How a period is split into chunks, which are loaded as one each. */
export const ChunkSetting = z.strictObject({
  every: z.enum(chunkUnits).default('dont_split').describe('The unit that the period is split by.'),
  size: z
    .int()
    .min(1)
    .register(accepted, { words: 'a whole number above 0' })
    .default(1)
    .describe('Units in one chunk, counted from the first day of the period.'),
});
export type ChunkSetting = z.infer<typeof ChunkSetting>;
