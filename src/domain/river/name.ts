import { z } from 'zod';
import { accepted } from './accepted.ts';

/** Of a connection, a warehouse, a table, an attribute: any text that is there. */
export const Name = z.string().min(1).register(accepted, { words: 'a name' });
