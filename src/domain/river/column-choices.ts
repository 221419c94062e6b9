import { z } from 'zod';
import { storedTypes } from '../column/column.ts';
import { accepted, Name } from './accepted.ts';

const OtherColumn = z.strictObject({
  rename: Name.optional().describe('The name that the column has in the table.'),
  type: z
    .enum(storedTypes)
    .optional()
    .describe(
      'The type of the column, instead of the declared one. A table that is there keeps the type that it has. Not together with hash.',
    ),
  hash: z
    .string()
    .min(1)
    .register(accepted, { words: `the salt: "\${NAME}", "file:<path>" or "exec:<command>"` })
    .optional()
    .describe(
      `The salt: "\${NAME}", "file:<path>" or "exec:<command>". The column is text and holds HMAC-SHA-256, in hex, of the text that it would hold without; null stays null.`,
    ),
});

/** What a river says of one column. */
const Choice = z
  .union([z.literal('omit'), OtherColumn])
  .register(accepted, { words: 'omit, or a map with rename, type or hash' });

/** `columns:` of a river, by column name. */
export const ColumnChoicesSetting = z.record(Name, Choice);
