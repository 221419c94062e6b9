/**
 * Knex over a driver that it does not know, whose statements are requests over HTTP. Knex builds the statements and owns pool and
 * transactions; a session sends them.
 */

import knex, { type Knex } from 'knex';
import type { Row } from '../dialect.ts';
import { knexOptions } from '../identifiers.ts';

/** What a statement answers. */
export interface Answer {
  readonly rows: Row[];
  /** How many rows it has changed; NaN where that is not known before the transaction ends. */
  readonly rowCount: number;
}

/** What Knex takes for a connection: one transaction at a time. */
export interface Session {
  run(sql: string, bindings: readonly unknown[]): Promise<Answer>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Where it is a connection of its own. */
  open?(): Promise<void>;
  close?(): Promise<void>;
}

interface Executed {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly method?: string;
  readonly output?: (response: Answer) => unknown;
  response?: Answer;
}

const poolMax = 10;
const nothing: Answer = { rows: [], rowCount: 0 };

/** Knex over this driver, which dialects find again by `driverUnder`; `quote` as in `knexOptions`. */
export function connectCloud<D>(
  driver: D,
  openSession: () => Session,
  quote: (name: string) => string,
): Knex {
  class CloudClient extends knex.Client {
    _driver(): D {
      return driver;
    }

    override async acquireRawConnection(): Promise<Session> {
      const session = openSession();
      await session.open?.();
      return session;
    }

    override async destroyRawConnection(session: Session): Promise<void> {
      await session.close?.();
    }

    override async validateConnection(): Promise<boolean> {
      return true;
    }

    async _query(session: Session, statement: Executed): Promise<Executed> {
      statement.response = await send(session, statement);
      return statement;
    }

    processResponse({ response = nothing, method, output }: Executed): unknown {
      if (output) return output(response);
      const { rows, rowCount } = response;
      switch (method) {
        case 'select':
          return rows;
        case 'first':
          return rows[0];
        case 'del':
        case 'update':
          return rowCount;
        default:
          return response;
      }
    }
  }
  // Knex asks the prototype, before fields are set.
  Object.assign(CloudClient.prototype, { driverName: 'cloud', dialect: 'cloud' });
  return knex({
    ...knexOptions(quote),
    client: CloudClient,
    connection: {},
    pool: { min: 0, max: poolMax },
  });
}

async function send(session: Session, { sql, bindings = [] }: Executed): Promise<Answer> {
  // Knex's own words for a transaction.
  switch (sql) {
    case 'BEGIN;':
      await session.begin();
      return nothing;
    case 'COMMIT;':
      await session.commit();
      return nothing;
    case 'ROLLBACK':
      await session.rollback();
      return nothing;
    default:
      return session.run(sql, bindings);
  }
}

/** The driver under Knex or a transaction, for what goes past Knex. */
export const driverUnder = <D>({ query }: { readonly query: Knex }): D =>
  (query.client as unknown as { readonly driver: D }).driver;

/** The session of a transaction. */
export const sessionUnder = <S extends Session>({ query }: { readonly query: Knex }): Promise<S> =>
  (query.client as unknown as { acquireConnection(): Promise<S> }).acquireConnection();
