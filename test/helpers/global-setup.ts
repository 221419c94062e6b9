import type { TestProject } from 'vitest/node';

/** A service for the whole run, or the sentence that says why it is missing: each test that needs it then fails with it. */
export type Provided<T> = T | { readonly missing: string };

declare module 'vitest' {
  interface ProvidedContext {
    postgres: Provided<{ url: string }>;
  }
}

interface Service<T> {
  readonly value: T;
  stop(): Promise<void>;
}

/**
 * Starts one Postgres for all test files (its end: `test/helpers/with-warehouse.ts`), and fetches the Temporal server where
 * it is nowhere yet: each test process starts its own (`test/helpers/temporal.ts`).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres] = await Promise.all([attempt(postgresServer), fetchTemporalServer()]);
  project.provide('postgres', postgres.value);
  return () => postgres.stop();
}

/** What fails to start is missing. */
export async function attempt<T>(start: () => Promise<Service<T>>): Promise<Service<Provided<T>>> {
  try {
    return await start();
  } catch (error) {
    return {
      value: { missing: error instanceof Error ? error.message : String(error) },
      stop: async () => {},
    };
  }
}

async function postgresServer(): Promise<Service<{ url: string }>> {
  const { startPostgres } = await import('./postgres.ts');
  const server = await startPostgres();
  return { value: { url: server.url }, stop: () => server.stop() };
}

/** What keeps it away is told by each test that needs it. */
async function fetchTemporalServer(): Promise<void> {
  const { findTemporalCli } = await import('#workers/services/temporal-cli');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await findTemporalCli({ cli: process.env.TEMPORAL_CLI, say }).catch(() => {});
}
