import { createServer } from 'node:net';
import { ConfigurationError } from '#domain/errors';

/** A port on `host` that was free a moment ago. Another program may take it before you do: then ask again. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const port = await listenOnce(0, host);
  if (port === undefined) throw new Error(`No free port was found on ${host}.`);
  return port;
}

async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined;
}

/** A port that a person has chosen, its user, and the flag that sets another. */
export interface WantedPort {
  readonly port: number;
  readonly user: string;
  readonly flag: string;
}

/** Throws ConfigurationError with a sentence for each port that is in use. */
export async function refuseTakenPorts(wanted: readonly WantedPort[], host = '127.0.0.1'): Promise<void> {
  const free = await Promise.all(wanted.map(({ port }) => isPortFree(port, host)));
  const taken = wanted.filter((_, at) => !free[at]);
  if (taken.length === 0) return;
  const sentences = taken.map(
    ({ port, user, flag }) =>
      `Port ${port} on ${host} is already in use, and ${user} needs it. Stop the program that uses it, or choose another port with ${flag}.`,
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
