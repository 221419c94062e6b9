import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { loadConfiguration } from '#config/load-configuration';
import { withTemporal } from '#control/connect-temporal';
import { type Manifests, withManifests } from '#control/manifests';
import { runStatus } from '#control/run-status';
import { startRun } from '#control/start-run';
import { watchRun } from '#control/watch-run';
import { eachDay } from '#domain/period/date-range';
import { demoActions, demoRiver, simulatorKey, writeLocalConfiguration } from '#workers/local-configuration';
import type { LocalServices } from '#workers/local-services';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { createProgressView, showChunks, showResult } from '../show-run.ts';
import { webUiPort } from '../show-services.ts';
import { table } from '../terminal.ts';
import { riverCommand } from '../this-package.ts';

/** How many of the loaded rows are shown. */
const rowsShown = 5;

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'Run one river from nothing: start Temporal, the simulator and a worker, run the river, stop them',
    )
    .action(action(demo));
}

/** Everything is real except Optimove. Each demo has a folder of its own, so that two demos do not meet. */
async function demo(context: CommandContext): Promise<ExitCode> {
  const { terminal, environment } = context;
  const folder = await mkdtemp(join(tmpdir(), 'river-demo-'));
  let file = '';
  terminal.say('Starting a Temporal server, a simulated Optimove and a worker …');
  // Loaded here, because Temporal's worker takes long to load and other commands do not need it.
  const { startLocalServices } = await import('#workers/local-services');
  const services = await startLocalServices({
    temporal: { ui: true, cli: environment.temporalCli },
    simulator: { port: 0, auth: { apiKey: simulatorKey } },
    env: environment.variables,
    configuration: async (simulator) => {
      file = await writeLocalConfiguration(folder, `${simulator.url}/current`);
      return file;
    },
    say: (line) => terminal.say(line),
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  try {
    terminal.say(`Temporal's Web UI, while this runs: ${services.temporal.uiUrl}`);
    return await runRiver(context, services, file);
  } finally {
    await services.stop();
  }
}

async function runRiver(
  { terminal, environment, interrupted }: CommandContext,
  services: LocalServices,
  file: string,
): Promise<ExitCode> {
  const configuration = await loadConfiguration({ file, env: environment.variables });
  return withTemporal(async (temporal) => {
    const handle = await startRun(temporal, { river: demoRiver, input: { river: demoRiver } });
    terminal.say(`Started ${demoRiver}: run ${handle.workflowId}`);
    const end = await watchRun(temporal, handle, createProgressView(terminal), interrupted);
    return await withManifests(configuration, async (manifests) => {
      const run = await runStatus(temporal, manifests, handle.workflowId);
      const expected = rowsExpected(services);
      const complete = end.end === 'succeeded' && run.rows === expected;
      terminal.answer({
        json: { ...run, rowsExpected: expected },
        text: [
          showResult(run),
          '',
          showChunks(run.chunkStates),
          '',
          await firstRows(manifests),
          '',
          `${run.rows} rows loaded; the simulator made ${expected}: ${complete ? 'every row is there, once' : 'THEY DIFFER'}.`,
          '',
          `Warehouse      ${join(dirname(file), 'warehouse.db')} (tables customers_by_action, river_runs, river_chunks, river_days, river_forgotten_days, river_calls, river_targets, river_columns)`,
          `Configuration  ${file}`,
          `Next           ${riverCommand} dev: the same, kept running, with Temporal's Web UI at http://127.0.0.1:${webUiPort}; README.md: a first river of your own`,
        ].join('\n'),
      });
      return complete ? exitCode.done : exitCode.failed;
    });
  }, services.temporal);
}

/** The simulator's own count, computed without a call. */
const rowsExpected = ({ simulator }: LocalServices): number =>
  simulator.world.rowCount('customers-by-action', {
    days: [...eachDay({ start: '2026-01-01', end: '2026-01-08' })],
    actions: [...demoActions],
  });

async function firstRows(manifests: Manifests): Promise<string> {
  const rows = await manifests.firstRows('local', 'customers_by_action', rowsShown);
  const columns = Object.keys(rows[0] ?? {});
  return table(
    columns,
    rows.map((row) => columns.map((column) => (row[column] === null ? null : String(row[column])))),
  );
}
