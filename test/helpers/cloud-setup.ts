import type { TestProject } from 'vitest/node';
import { attempt, type Provided } from './global-setup.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `url` is that of the gateway, `emulator` that behind it. */
    cloud: Provided<{ url: string; emulator: string }>;
  }
}

const targets = {
  bigquery: async () => ({
    start: (await import('./bigquery.ts')).startBigQuery,
    ...(await import('./bigquery-gateway.ts')),
  }),
  snowflake: async () => ({
    start: (await import('./snowflake.ts')).startSnowflake,
    ...(await import('./snowflake-gateway.ts')),
  }),
};

/** Starts the emulated warehouse of a project, one for all of its test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const target = project.config.env.RIVER_TEST_TARGET as keyof typeof targets;
  const cloud = await attempt(async () => {
    const { start, openGateway } = await targets[target]();
    const emulator = await start();
    const gateway = await openGateway(emulator.url);
    const stop = async () => {
      await gateway.close();
      await emulator.stop();
    };
    return { value: { url: gateway.url, emulator: emulator.url }, stop };
  });
  project.provide('cloud', cloud.value);
  return () => cloud.stop();
}
