import { execFile } from 'node:child_process';
import { access, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '#workers/services/free-port';
import { findTemporalCli } from '#workers/services/temporal-cli';
import { startTied } from '#workers/services/tied-process';
import { withFolder } from '../helpers/folder.ts';
import { startCommand } from '../helpers/start-command.ts';
import { withTemporal } from '../helpers/temporal.ts';
import { postgresUrl } from '../helpers/with-warehouse.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck: { readonly test: readonly [string, string, ...string[]] };
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const inRoot = (path: string) => readFile(join(root, path), 'utf8');
const { services } = parse(await inRoot('docker-compose.yml')) as { services: Record<string, Service> };

function service(name: string): Service {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}.`);
  return found;
}

/** Fills in `${NAME:-default}` as Compose does. */
function filledIn(text: string, values: Readonly<Record<string, string>> = {}): string {
  return text.replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, fallback: string) => values[name] ?? fallback,
  );
}

/** Tries a health check as a process, after `adapt` has changed what only holds inside a container. Resolves with its exit code. */
async function healthOf(
  name: string,
  run: (command: string, args: string[]) => Promise<{ code: number | null }>,
) {
  const [kind, command, ...args] = service(name).healthcheck.test;
  expect(kind).toBe('CMD');
  return (await run(command, args)).code;
}

async function exitCodeOf(command: string, args: readonly string[]): Promise<{ code: number | null }> {
  return promisify(execFile)(command, args).then(
    () => ({ code: 0 }),
    (error: { code: number | null }) => ({ code: error.code }),
  );
}

describe('docker-compose.yml', () => {
  test('what it builds from and mounts is there, and the builder is sent what the Dockerfile copies', async () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.filter((volume) => volume.startsWith('./')),
    );
    expect(mounted.length).toBeGreaterThan(0);
    for (const volume of mounted) await access(join(root, volume.split(':')[0] ?? ''));
    const copied = [...(await inRoot('Dockerfile')).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, what]) => what?.split(' ') ?? [],
    );
    expect(copied).toContain('src');
    const sent = [...(await inRoot('.dockerignore')).matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    expect(sent).toEqual(expect.arrayContaining(copied));
    for (const path of copied) await access(join(root, path));
  });

  test('the address of the warehouse is that of the Postgres service', () => {
    const url = new URL(filledIn(service('worker').environment.WAREHOUSE_URL ?? ''));
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = service('warehouse').environment;
    expect(url.hostname).toBe('warehouse');
    expect(url.username).toBe(POSTGRES_USER);
    expect(url.password).toBe(filledIn(POSTGRES_PASSWORD ?? ''));
    expect(url.pathname).toBe(`/${POSTGRES_DB}`);
  });

  test('the command of its Temporal starts one whose health check passes', () =>
    withFolder(async (folder) => {
      const { command, environment } = service('temporal');
      const cli = await findTemporalCli({ cli: process.env.TEMPORAL_CLI });
      const [port, uiPort] = [await freePort(), await freePort()];
      const args = command.map((word) => word.replace('/data/', `${folder}/`));
      const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      const ports = ['--port', String(port), '--ui-port', String(uiPort)];
      const server = startTied('env', [...variables, cli, ...args, ...ports]);
      const health = () =>
        healthOf('temporal', (program, words) => {
          expect(program).toBe('/temporal');
          return exitCodeOf(
            cli,
            words.map((word) => word.replace(':7233', `:${port}`)),
          );
        });
      try {
        await expect.poll(health, { timeout: 30_000 }).toBe(0);
      } finally {
        await server.stop();
      }
      expect(await health()).not.toBe(0);
    }));

  test('its simulator and its worker, with its environment and its rivers, run a river into Postgres', () =>
    withTemporal((temporal) =>
      withFolder(async (folder) => {
        const port = String(await freePort());
        const postgres = new URL(postgresUrl());
        const simulator = startCommand(
          service('simulator').command.map((word) => (word === '4010' ? port : word)),
          process.env,
        );
        const simulatorHealth = () =>
          healthOf('simulator', (program, words) =>
            exitCodeOf(
              program,
              words.map((word) => word.replace(':4010', `:${port}`)),
            ),
          );
        // The names of the other containers become addresses on this machine; all else stays as it is written.
        await cp(join(root, 'examples/compose'), folder, { recursive: true });
        const rivers = await readFile(join(folder, 'river.yaml'), 'utf8');
        await writeFile(
          join(folder, 'river.yaml'),
          rivers.replace('http://simulator:4010', `http://127.0.0.1:${port}`),
        );
        const variables = Object.entries(service('worker').environment).map(([name, value]) => [
          name,
          filledIn(value, { WAREHOUSE_PASSWORD: postgres.password })
            .replace('/config/', `${folder}/`)
            .replace('@warehouse:5432/warehouse', `@${postgres.host}${postgres.pathname}`)
            .replace('temporal:7233', temporal.address),
        ]);
        const env = {
          ...process.env,
          ...Object.fromEntries(variables),
          TEMPORAL_NAMESPACE: temporal.namespace,
        };
        const worker = startCommand(service('worker').command, env);
        try {
          await expect.poll(simulatorHealth, { timeout: 20_000 }).toBe(0);
          await worker.says('Working on customers-by-action');
          const health = await healthOf('worker', (program, words) => {
            expect(program).toBe('river');
            return startCommand(words, env).end;
          });
          expect(health).toBe(0);
          const run = await startCommand(['run', 'target-groups', '--wait', '--json'], env).end;
          expect(run.code, run.stderr).toBe(0);
          expect(JSON.parse(run.stdout).rows).toBeGreaterThan(0);
          worker.kill('SIGTERM');
          expect((await worker.end).code).toBe(0);
        } finally {
          worker.kill('SIGKILL');
          simulator.kill('SIGKILL');
          await Promise.all([worker.end, simulator.end]);
        }
        expect(await simulatorHealth()).not.toBe(0);
      }),
    ));
});
