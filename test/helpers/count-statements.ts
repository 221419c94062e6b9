import knex from 'knex';
import { expect, vi } from 'vitest';

/** How many statements it takes, in all warehouses of this process. */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(knex.Client.prototype, 'query');
  await work();
  const { length } = query.mock.calls;
  query.mockRestore();
  expect(length).toBeGreaterThan(0);
  return length;
}
