import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RunReport } from '#control/run-status';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { action, type CommandContext } from '../context.ts';
import { codeForMissing, type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { inLocalTime } from '../local-time.ts';
import { sayMissing, showReport, showRuns } from '../show-run.ts';
import { cutToWidth, type Terminal, wrapToWidth } from '../terminal.ts';

/** How many runs are listed without a workflow id. */
const listed = 20;

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('Show the newest runs, or one run chunk by chunk')
    .summary('the newest runs; or one, chunk by chunk')
    .argument('[workflow id]', 'of one run; with --days the name of a river; default: the newest runs')
    .option('--days', 'show which days of a river are loaded, as a calendar')
    .addHelpText(
      'after',
      examples(
        ['List the newest runs', 'river status'],
        ['See which days of a river are loaded', 'river status customers-by-action --days'],
        ['Follow a run to its end', 'river status customers-by-action-20260131T100000Z-3f9c --watch'],
        ['Show one run chunk by chunk', 'river status customers-by-action-20260131T100000Z-3f9c'],
      ),
    )
    .option('--watch', 'show what goes on until the run has closed, or until Ctrl-C')
    .action(action(status));
}

interface Flags {
  readonly watch?: boolean;
  readonly days?: boolean;
}

async function status(
  context: CommandContext,
  workflowId: string | undefined,
  flags: Flags,
): Promise<ExitCode> {
  const { terminal } = context;
  const read = await context.configuration();
  if (flags.days) return answerDays(terminal, read, workflowId);
  if (flags.watch) return watch(context, read, workflowId);
  const { withTemporalIfThere } = await import('#control/connect-temporal');
  const { withManifests } = await import('#control/manifests');
  const { listRuns, runStatus } = await import('#control/run-status');
  const { showAddresses } = await import('../follow-run.ts');
  return withTemporalIfThere((temporal, whyNone) =>
    withManifests(read, async (manifests) => {
      if (workflowId === undefined) {
        const runs = await listRuns(temporal, manifests, listed);
        terminal.answer({ json: runs, text: showRuns(runs) });
      } else {
        const run = await runStatus(temporal, manifests, workflowId);
        const addresses = temporal ? await showAddresses(context, temporal, workflowId) : [];
        terminal.answer({ json: run, text: [showReport(run), '', ...addresses].join('\n').trimEnd() });
      }
      sayMissing(terminal, manifests.missing);
      if (whyNone) terminal.say(`${whyNone.message} ${withoutTemporal}`);
      return codeForMissing([...manifests.missing.map(({ why }) => why), ...(whyNone ? [whyNone] : [])]);
    }),
  );
}

async function answerDays(
  terminal: Terminal,
  configuration: Configuration,
  river: string | undefined,
): Promise<ExitCode> {
  if (river === undefined) {
    throw new ConfigurationError(
      `--days: name a river. The rivers are ${[...configuration.rivers.keys()].join(', ')}.`,
    );
  }
  const { coverRiver } = await import('#control/cover-river');
  const coverage = await coverRiver(configuration, river);
  const { showDays } = await import('../show-days.ts');
  terminal.answer({ json: coverage, text: showDays(coverage) });
  return exitCode.done;
}

const withoutTemporal =
  'Until then this shows the manifests alone: a run that they call running may have ended.';

const watchEveryMs = 2_000;

/** One run is followed to its end; the newest of all are shown again and again. */
async function watch(
  context: CommandContext,
  configuration: Configuration,
  workflowId: string | undefined,
): Promise<ExitCode> {
  const { terminal } = context;
  const { withTemporal } = await import('#control/connect-temporal');
  const { withManifests } = await import('#control/manifests');
  const { listRuns, runStatus } = await import('#control/run-status');
  return withTemporal(async (temporal) => {
    if (workflowId !== undefined) {
      const run = await withManifests(configuration, (manifests) =>
        runStatus(temporal, manifests, workflowId),
      );
      if (run.status === 'running') {
        const { followToEnd } = await import('../follow-run.ts');
        const { getRun } = await import('#control/start-run');
        const { river, runId, retryOf } = run;
        return followToEnd(context, temporal, {
          river,
          handle: getRun(temporal, { workflowId, runId }),
          retryOf,
          wait: true,
        });
      }
      terminal.answer({ json: run, text: showReport(run) });
      return exitCode.done;
    }
    return withManifests(configuration, (manifests) =>
      watchRuns(context, () => listRuns(temporal, manifests, listed)),
    );
  });
}

/** Draws the newest runs again and again; where that is not possible, prints each line that is new. */
async function watchRuns(
  { terminal, interrupted }: CommandContext,
  list: () => Promise<RunReport[]>,
): Promise<never> {
  let shown = new Set<string>();
  try {
    for (;;) {
      const lines = showRuns(await list())
        .split('\n')
        .map((line) => inLocalTime(line));
      const { width } = terminal;
      const table = lines.indexOf('') < 0 ? lines : lines.slice(0, lines.indexOf(''));
      const notes = lines.slice(table.length);
      if (terminal.isLive)
        terminal.draw([
          ...table.map((line) => cutToWidth(line, width)),
          ...notes.flatMap((line) => wrapToWidth(line, width)),
        ]);
      else for (const line of lines) if (!shown.has(line)) terminal.inform(line);
      shown = new Set(lines);
      await sleep(watchEveryMs, undefined, { signal: interrupted });
    }
  } finally {
    terminal.keepDrawn();
  }
}
