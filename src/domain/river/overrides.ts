import { z } from 'zod';
import { accepted } from './accepted.ts';
import { Name } from './name.ts';

/** Corrections of a report, for what is not publicly documented or differs between tenants. */
export const Overrides = z.strictObject({
  endpoint: Name.optional().describe("Path below the base URL, instead of the report's."),
  parameters: z
    .record(z.string(), Name.nullable().register(accepted, { words: 'the name to send, or null' }))
    .optional()
    .describe('Our parameter: the name to send; null: not sent.'),
  pages: z
    .boolean()
    .optional()
    .describe('Whether it is asked page by page, with $top and $skip, instead of what the report declares.'),
  columns: z.record(z.string(), Name).optional().describe('A key of the answer: the column it goes to.'),
});
export type Overrides = z.infer<typeof Overrides>;
