import { freePort } from '#workers/services/free-port';
import { startTemporalServer } from '#workers/services/temporal-server';
import { killChild } from '../kill-child.ts';

/** A Temporal server that keeps its workflows in a file, to be killed (-9) and started again at the same address. */
export async function startKillableTemporal(dbFilename: string) {
  const port = await freePort();
  const start = () =>
    startTemporalServer({
      ui: false,
      port,
      dbFilename,
      cli: process.env.TEMPORAL_CLI,
      say: (line) => process.stderr.write(`${line}\n`),
    });
  let server = await start();
  return {
    address: server.address,
    async kill() {
      const ours = new RegExp(`^\\S*temporal\\S* server .*--port ${port} `);
      await killChild(({ command }) => ours.test(command));
      await server.exited;
    },
    async startAgain() {
      server = await start();
    },
    stop: () => server.stop(),
  };
}
