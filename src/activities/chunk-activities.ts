/** The steps of a chunk that are a statement or two: what is next, that it is pulled, that it has failed. */

import type { Chunk } from '#domain/chunk/chunk';
import type { BegunChunk } from '#domain/run/run-result';
import type { BeginChunkRequest, FailChunkRequest, RunRef } from './contract.ts';
import type { ChunkMarking, Warehouses } from './warehouse-ports.ts';

/** The next chunks that are neither loaded nor failed, in the period's order; the manifest is where a run's place is kept. */
export const nextChunks =
  (ports: Warehouses<ChunkMarking>) =>
  async ({ run, limit }: { readonly run: RunRef; readonly limit: number }): Promise<Chunk[]> =>
    (await ports.warehouse(run.warehouse)).readUnfinishedChunks(run.runId, limit);

/** Marks a chunk as being pulled; says what it is if it was finished before. */
export const beginChunk =
  (ports: Warehouses<ChunkMarking>) =>
  async ({ run, chunk, anew = false }: BeginChunkRequest): Promise<BegunChunk> =>
    (await ports.warehouse(run.warehouse)).markPulling(run.runId, chunk, anew);

/** Gives a chunk up with its reason; what was staged of it goes. */
export const failChunk =
  (ports: Warehouses<ChunkMarking>) =>
  async ({ run, chunk, error }: FailChunkRequest): Promise<null> => {
    await (await ports.warehouse(run.warehouse)).markFailed(run.runId, chunk, error);
    return null;
  };
