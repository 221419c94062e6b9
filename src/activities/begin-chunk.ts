import type { BegunChunk } from '#domain/run/run-result';
import type { BeginChunkRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

/** Marks a chunk as being pulled; says what it is if it was finished before. */
export const beginChunk =
  (ports: ActivityPorts) =>
  async ({ run, chunk, anew = false }: BeginChunkRequest): Promise<BegunChunk> =>
    (await ports.warehouse(run.warehouse)).beginChunk(run.runId, chunk, anew);
