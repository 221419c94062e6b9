import { startTemporalServer } from '#workers/services/temporal-server';
import { killChild } from '../kill-child.ts';
import { onePartition } from '../temporal.ts';

/** A Temporal server that keeps its workflows in a file, to be killed (-9) and started again at the same address. */
export async function startKillableTemporal(dbFilename: string) {
  const start = (port?: number) =>
    startTemporalServer({
      ui: false,
      port,
      dbFilename,
      dynamicConfig: onePartition,
      cli: process.env.TEMPORAL_CLI,
      say: (line) => process.stderr.write(`${line}\n`),
    });
  // A port that was free a moment ago may be taken: the server then looks for another one, but not where it is told its port.
  let server = await start();
  const port = Number(server.address.split(':').at(-1));
  return {
    address: server.address,
    async kill() {
      const ours = new RegExp(`^\\S*temporal\\S* server .*--port ${port} `);
      await killChild(({ command }) => ours.test(command));
      await server.exited;
    },
    async startAgain() {
      server = await start(port);
    },
    stop: () => server.stop(),
  };
}
