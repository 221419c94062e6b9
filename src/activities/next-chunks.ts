import type { Chunk } from '#domain/chunk/chunk';
import type { RunRef } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

/** The next chunks that are neither loaded nor failed, in the period's order; the manifest is where a run's place is kept. */
export const nextChunks =
  (ports: ActivityPorts) =>
  async ({ run, limit }: { readonly run: RunRef; readonly limit: number }): Promise<Chunk[]> =>
    (await ports.warehouse(run.warehouse)).unfinishedChunks(run.runId, limit);
