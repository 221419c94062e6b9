import type { BegunChunk } from '../domain/run/run-result.ts';
import type { ChunkRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

/** Marks a chunk as being pulled, one attempt more; says what it is if it was finished before. */
export const beginChunk =
  (ports: ActivityPorts) =>
  async ({ run, chunk }: ChunkRequest): Promise<BegunChunk> =>
    (await ports.warehouse(run.warehouse)).beginChunk(run.runId, chunk);
