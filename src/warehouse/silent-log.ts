import type { Knex } from 'knex';

const nothing = () => {};

/** What Knex would print is thrown as well, and named better there. */
export const silentLog: Knex.Logger = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };
