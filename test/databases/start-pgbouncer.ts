import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#workers/services/free-port';
import { startTied, type TiedProcess } from '#workers/services/tied-process';
import { installPackage } from '../helpers/install-package.ts';
import { killChild } from '../helpers/kill-child.ts';

/** A pooler of transactions before a Postgres. */
export interface Pooler {
  /** The way through it to a database that this URL names. */
  through(url: string): string;
  /** `kill -9`, and a new one on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Fewer connections to the server than River asks for. */
const serverConnections = 4;

export async function startPgbouncer(url: string): Promise<Pooler> {
  const program = (await find()) ?? (await install());
  const { hostname, port, username, password } = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'river-pgbouncer-'));
  const listen = await freePort();
  const users = join(folder, 'users.txt');
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 200
`,
  );
  // As root it hands itself to another user, who has to read them.
  await chmod(folder, 0o755);
  const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const start = () => startListening(program, [...asUser, settings], listen);
  let running = await start();
  return {
    through: (of) => of.replace(`:${port}`, `:${listen}`),
    async restart() {
      await killChild(({ command }) => command.startsWith(program));
      await running.exited;
      running = await start();
    },
    async stop() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startListening(program: string, args: readonly string[], port: number): Promise<TiedProcess> {
  const started = startTied(program, args);
  let ended = false;
  void started.exited.then(() => {
    ended = true;
  });
  while (!(await listens(port))) {
    if (ended) throw new Error(`pgbouncer has ended: ${started.lastLines().join('\n')}`);
    await sleep(20);
  }
  return started;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.destroy());
    socket.once('close', (failed) => resolve(!failed));
    socket.once('error', () => {});
  });

async function find(): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    const program = join(folder, 'pgbouncer');
    if (
      await access(program).then(
        () => true,
        () => false,
      )
    )
      return program;
  }
  return undefined;
}

async function install(): Promise<string> {
  try {
    await installPackage('pgbouncer');
  } catch (error) {
    throw new Error('pgbouncer was not found. Install it (Debian: apt-get install pgbouncer).', {
      cause: error,
    });
  }
  const program = await find();
  if (program === undefined) throw new Error('pgbouncer was installed, and is not to be found.');
  return program;
}
