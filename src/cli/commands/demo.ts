import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { Manifests } from '#control/manifests';
import { eachDay } from '#domain/period/date-range';
import { demoActions, demoRiver, simulatorKey, writeLocalConfiguration } from '#workers/local-configuration';
import type { LocalServices } from '#workers/local-services';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { createLiveView } from '../live-view.ts';
import { showChunks, showResult } from '../show-run.ts';
import { webUiPort } from '../show-services.ts';
import { cutToWidth, table } from '../terminal.ts';
import { riverCommand } from '../this-package.ts';

/** How many of the loaded rows are shown. */
const rowsShown = 5;

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'Run one river from nothing: start Temporal, the simulator and a worker, run the river, stop them',
    )
    .summary('a river from nothing, in half a minute')
    .addHelpText(
      'after',
      examples(
        ['See one run from start to end', 'river demo'],
        ['Read its result in a program', 'river demo --json'],
      ),
    )
    .action(action(demo));
}

/**
 * Everything is real except Optimove. Each demo has a folder of its own, so that two demos do not meet. One that does not come to
 * its end leaves nothing: no folder, and nobody is asked whether its run goes on, because the run's Temporal ends with it.
 */
async function demo(context: CommandContext): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const folder = await mkdtemp(join(tmpdir(), 'river-demo-'));
  const sayInterrupted = () => terminal.say('Interrupted: the demo stops, and nothing of it is kept.');
  interrupted.addEventListener('abort', sayInterrupted);
  try {
    return await demonstrate(context, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    interrupted.removeEventListener('abort', sayInterrupted);
  }
}

async function demonstrate(context: CommandContext, folder: string): Promise<ExitCode> {
  const { terminal, environment, interrupted } = context;
  let file = '';
  terminal.inform('Starting a Temporal server, a simulated Optimove and a worker …');
  const { startLocalServices } = await import('#workers/local-services');
  const services = await startLocalServices({
    temporal: { ui: true, cli: environment.temporalCli },
    simulator: { port: 0, auth: { apiKey: simulatorKey } },
    env: environment.variables,
    signal: interrupted,
    configuration: async (simulator) => {
      file = await writeLocalConfiguration(folder, `${simulator.url}/current`);
      return file;
    },
    say: (line) => terminal.inform(line),
  });
  try {
    terminal.inform(`Temporal's Web UI, while this runs: ${services.temporal.uiUrl}`);
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
  const { loadConfiguration } = await import('#config/load-configuration');
  const { withTemporal } = await import('#control/connect-temporal');
  const { withManifests } = await import('#control/manifests');
  const { runStatus } = await import('#control/run-status');
  const { startRun } = await import('#control/start-run');
  const { watchRun } = await import('#control/watch-run');
  const configuration = await loadConfiguration({ file, env: environment.variables });
  return withTemporal(async (temporal) => {
    const handle = await startRun(temporal, { river: demoRiver, input: { river: demoRiver } });
    terminal.inform(`Started ${demoRiver}: run ${handle.workflowId}`);
    const watched = { river: demoRiver, workflowId: handle.workflowId };
    const view = createLiveView(terminal, () => watched);
    const end = await watchRun(temporal, handle, view, interrupted);
    return await withManifests(configuration, async (manifests) => {
      const run = await runStatus(temporal, manifests, handle.workflowId);
      const expected = rowsExpected(services);
      const complete = end.end === 'succeeded' && run.rows === expected;
      terminal.answer({
        json: { ...run, rowsExpected: expected },
        text: [
          showResult(run),
          '',
          showChunks(run.chunkStates, run.status),
          '',
          await firstRows(manifests),
          '',
          `${run.rows} rows loaded; the simulator made ${expected}: ${complete ? 'every row is there, once' : 'THEY DIFFER'}.`,
          '',
          `Warehouse      ${join(dirname(file), 'warehouse.db')} (tables customers_by_action, river_runs, river_chunks, river_days, river_forgotten_days, river_calls, river_targets, river_columns)`,
          `Configuration  ${file}`,
          `Next           ${riverCommand} init: a first river of your own`,
          `               ${riverCommand} dev: this demo, kept running, with a dashboard and Temporal's Web UI at http://127.0.0.1:${webUiPort}`,
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
  const lines = table(
    columns,
    rows.map((row) => columns.map((column) => (row[column] === null ? null : String(row[column])))),
  ).split('\n');
  // On a terminal each row stays one line, so that columns stay below each other.
  const width = process.stdout.isTTY ? process.stdout.columns : 0;
  return (width > 0 ? lines.map((line) => cutToWidth(line, width)) : lines).join('\n');
}
