import type { TestProject } from 'vitest/node';

/** A service for the whole run, or the sentence that says why it is missing: each test that needs it then fails with it. */
export type Provided<T> = T | { readonly missing: string };

declare module 'vitest' {
  interface ProvidedContext {
    temporal: Provided<{ address: string; uiUrl: string }>;
    postgres: Provided<{ url: string }>;
  }
}

interface Service<T> {
  readonly value: T;
  stop(): Promise<void>;
}

/** Starts one Temporal server and one Postgres for all test files. Their ends: `test/helpers/temporal.ts`, `postgres.ts`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [temporal, postgres] = await Promise.all([attempt(temporalServer), attempt(postgresServer)]);
  project.provide('temporal', temporal.value);
  project.provide('postgres', postgres.value);
  return async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
  };
}

async function attempt<T>(start: () => Promise<Service<T>>): Promise<Service<Provided<T>>> {
  try {
    return await start();
  } catch (error) {
    return {
      value: { missing: error instanceof Error ? error.message : String(error) },
      stop: async () => {},
    };
  }
}

async function temporalServer(): Promise<Service<{ address: string; uiUrl: string }>> {
  const { startTemporalServer } = await import('#workers/services/temporal-server');
  const server = await startTemporalServer({
    ui: true,
    // Each test has a namespace, and the server a worker in each, for schedules alone: hundreds of them keep half a core busy.
    dynamicConfig: { 'worker.perNamespaceWorkerCount': '0' },
    cli: process.env.TEMPORAL_CLI,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  return { value: { address: server.address, uiUrl: server.uiUrl ?? '' }, stop: () => server.stop() };
}

async function postgresServer(): Promise<Service<{ url: string }>> {
  const { startPostgres } = await import('./postgres.ts');
  const server = await startPostgres();
  return { value: { url: server.url }, stop: () => server.stop() };
}
