import type { FailChunkRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';

/** Gives a chunk up with its reason; what was staged of it goes. */
export const failChunk =
  (ports: ActivityPorts) =>
  async ({ run, chunk, error }: FailChunkRequest): Promise<null> => {
    await (await ports.warehouse(run.warehouse)).failChunk(run.runId, chunk, error);
    return null;
  };
