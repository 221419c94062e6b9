import type { Knex } from 'knex';

/** A process that stands still for longer than this with a transaction open holds up others for nothing. */
const idleAtMost = '10min';

/**
 * What the manifest's reading relies on, and time: a role's limits are meant for people's queries, a commit takes as long as its
 * chunk. All of it for this transaction alone. Without a `select`, which would fix what the transaction sees.
 */
const settings = [
  `datestyle to 'ISO, YMD'`,
  `timezone to 'UTC'`,
  'standard_conforming_strings to on',
  'statement_timeout to 0',
  'lock_timeout to 0',
  `idle_in_transaction_session_timeout to '${idleAtMost}'`,
];

/** The first server that limits whole transactions. */
const limitsTransactions = 17;

export async function beginTransaction(transaction: Knex.Transaction): Promise<void> {
  const { version } = transaction.client as { readonly version?: string };
  const isNew = Number.parseInt(version ?? '', 10) >= limitsTransactions;
  const all = isNew ? [...settings, 'transaction_timeout to 0'] : settings;
  await transaction.raw(all.map((setting) => `set local ${setting}`).join('; '));
}
