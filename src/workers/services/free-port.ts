import { createServer } from 'node:net';
import { ConfigurationError } from '#domain/errors';

/** A port on `host` that nobody listened on a moment ago. Somebody may take it before you do: then ask again. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const port = await listenOnce(0, host);
  if (port === undefined) throw new Error(`No free port was found on ${host}.`);
  return port;
}

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined;
}

/** A port that somebody has asked for, what for, and the flag that gives another. */
export interface WantedPort {
  readonly port: number;
  readonly user: string;
  readonly flag: string;
}

/** Throws ConfigurationError with a sentence for each port that is taken already. */
export async function refuseTakenPorts(wanted: readonly WantedPort[], host = '127.0.0.1'): Promise<void> {
  const free = await Promise.all(wanted.map(({ port }) => isPortFree(port, host)));
  const taken = wanted.filter((_, at) => !free[at]);
  if (taken.length === 0) return;
  const sentences = taken.map(
    ({ port, user, flag }) =>
      `Port ${port} on ${host} is taken, and ${user} was to use it. Stop what uses it, or give another with ${flag}.`,
  );
  throw new ConfigurationError(sentences.join('\n'), { facts: { ports: taken.map(({ port }) => port) } });
}

function listenOnce(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}
