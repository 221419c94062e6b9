import { z } from 'zod';
import { accepted } from './accepted.ts';
import { Name } from './name.ts';
import { required } from './required.ts';

/** How rows may reach a table. */
export const loadModes = ['replace', 'append', 'overwrite', 'merge'] as const;
export type LoadMode = (typeof loadModes)[number];

/** Where a river's rows go. */
export const Target = z.strictObject({
  warehouse: Name.describe(`The warehouse, by its name in this file. ${required}`),
  table: Name.describe('The table that the river fills. Required.'),
  load: z
    .enum(loadModes)
    .default('replace')
    .describe(
      "How rows reach the table: replace takes the place of the chunk's days, append adds. overwrite and merge are not available yet.",
    ),
  key: z
    .array(Name)
    .min(1)
    .register(accepted, { words: 'a list of column names' })
    .optional()
    .describe("Columns to merge on, instead of the report's natural key."),
  drift: z
    .enum(['evolve', 'ignore', 'fail'])
    .default('evolve')
    .describe(
      'What becomes of fields that the report does not declare, and of values that do not fit their column: evolve adds a column for them, ignore leaves them out, fail refuses the chunk.',
    ),
  emptied: z
    .enum(['keep', 'allow'])
    .default('keep')
    .describe(
      'What becomes of rows where the API returns none any more: keep leaves the day as it was, and fails a chunk that brings no rows at all; allow deletes them. `--allow-emptied` is allow for one run.',
    ),
});
export type Target = z.infer<typeof Target>;

/** The same river, for a run that says itself whether it takes emptiness for true. */
export function withEmptied<R extends { readonly target: Target }>(
  river: R,
  allowEmptied: boolean | undefined,
): R {
  if (allowEmptied === undefined) return river;
  return { ...river, target: { ...river.target, emptied: allowEmptied ? 'allow' : 'keep' } };
}
