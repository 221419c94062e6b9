import { html } from 'hono/html';
import type { LiveRun, RefusedRun } from '#control/live-reader';
import type { ListedRun } from '#control/manifest-readers';
import { buildUnopenedResult } from '#domain/run/build-result';
import type { RunProgress } from '#domain/run/progress';
import type { RunResult, RunStatus } from '#domain/run/run-result';
import { endSentence, repairCommand } from '#domain/run/sentences';
import { runPage } from '#domain/run/web-ui';
import type { Facts } from './facts.ts';
import { riverPath, runPath, type Site } from './layout.ts';
import { counted, fromNow, type Html, instant, lasting } from './words.ts';

/** A run as the pages show it: the manifest's numbers, and what is known of it now. */
export interface RunLine {
  readonly result: RunResult;
  readonly status: RunStatus | 'paused';
  /** What it does and waits for, or how it has ended. */
  readonly sentence: string;
  /** Why it has failed. */
  readonly error: string | null;
  /** The command that loads what is not loaded. */
  readonly repair: string | null;
  /** What it reports itself, while it is under way and a worker answers. */
  readonly progress: RunProgress | undefined;
}

/** How many runs under way are asked what they do. */
const askedAtMost = 30;

/** Runs of manifests, with what those under way do now. */
export async function describeRuns(facts: Facts, listed: readonly ListedRun[]): Promise<RunLine[]> {
  const underWay = listed.filter(({ result }) => result.status === 'running').slice(0, askedAtMost);
  const live = new Map<string, LiveRun | undefined>();
  await Promise.all(
    underWay.map(async ({ result: { workflowId } }) => live.set(workflowId, await facts.live(workflowId))),
  );
  return listed.map(({ result }) => describeRun(result, live.get(result.workflowId)));
}

/** A run by its manifest and, where it is known, by what Temporal has of it. */
export function describeRun(result: RunResult, live: LiveRun | undefined): RunLine {
  const own = live?.execution.firstRunId === result.runId ? live : undefined;
  const status = result.status === 'running' && own ? own.execution.status : result.status;
  const settled = { ...result, status };
  const error = result.failedChunks[0]?.error ?? null;
  if (status !== 'running') {
    const ended = {
      sentence: endSentence(settled),
      error,
      repair: repairCommand(settled),
      progress: undefined,
    };
    return { result: settled, status, ...ended };
  }
  return {
    result: settled,
    status: own?.execution.paused ? 'paused' : 'running',
    sentence: own?.view?.sentence ?? 'Under way, as its manifest says; what it does now is not known.',
    error,
    repair: null,
    progress: own?.view?.progress,
  };
}

/** A run that is in no manifest, because it failed before it was opened. */
export const describeRefused = ({ result, error }: RefusedRun): RunLine => ({
  result,
  status: 'failed',
  sentence: endSentence(result),
  error,
  repair: error.startsWith('ConfigurationError: input') ? null : repairCommand(result),
  progress: undefined,
});

/** A run under way that is in no manifest yet. */
export function describeUnopened({ execution, view }: LiveRun): RunLine {
  const { river, workflowId, firstRunId: runId, startedAt, finishedAt, status, paused } = execution;
  return {
    result: buildUnopenedResult({ river, workflowId, runId, status, startedAt, finishedAt }),
    status: paused ? 'paused' : status,
    sentence: view?.sentence ?? `It has ${status}.`,
    error: null,
    repair: null,
    progress: view?.progress,
  };
}

const statusWords: Readonly<Record<RunLine['status'], string>> = {
  running: 'under way',
  paused: 'paused',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  terminated: 'terminated',
};

export const badge = (status: RunLine['status']): Html =>
  html`<span class="badge ${status}">${statusWords[status]}</span>`;

/** The link to every step of a run, where the Web UI's address is known. */
export function stepsLink(facts: Facts, { webUi }: Site, workflowId: string, text = 'Web UI'): Html | string {
  const { namespace } = facts;
  if (webUi === undefined || namespace === null) return '';
  return html`<a class="steps" rel="noreferrer" href="${runPage(webUi, { namespace }, workflowId)}">${text}<span class="unseen"> of ${workflowId}</span></a>`;
}

/** The command that repairs a run; empty where none does. */
export const repairLine = (repair: string | null): Html | string =>
  repair === null ? '' : html`<p class="repair">Repair it: <code>${repair}</code></p>`;

/** Runs as a list of cards, each with its sentence. */
export const runCards = (facts: Facts, site: Site, runs: readonly RunLine[]): Html =>
  html`<ul class="cards">${runs.map((run) => runCard(facts, site, run))}</ul>`;

function runCard(
  facts: Facts,
  site: Site,
  { result, status, sentence, error, repair, progress }: RunLine,
): Html {
  const { river, workflowId, startedAt } = result;
  return html`<li class="card ${status}"><div class="card-head">${badge(status)} ${riverLink(river)} <a class="quiet" href="${runPath(workflowId)}">${workflowId}</a> <span class="quiet">began ${fromNow(startedAt, facts.now)}</span> ${stepsLink(facts, site, workflowId)}</div>
${progress && progress.chunks.total > 0 ? progressBar(progress.chunks) : ''}<p>${sentence}</p>${error === null ? '' : html`<p class="error">${error}</p>`}${repairLine(repair)}</li>`;
}

export const riverLink = (river: string): Html | string =>
  river === '' ? '' : html`<a class="river" href="${riverPath(river)}">${river}</a>`;

/** How far the chunks of a run are. */
export function progressBar({
  total,
  loaded,
  failed,
}: {
  readonly total: number;
  readonly loaded: number;
  readonly failed: number;
}): Html {
  return html`<svg class="progress" role="img" aria-label="${counted(loaded)} of ${counted(total)} chunks loaded, ${counted(failed)} failed" viewBox="0 0 ${Math.max(1, total)} 1" preserveAspectRatio="none"><rect class="track" width="${Math.max(1, total)}" height="1"/><rect class="loaded" width="${loaded}" height="1"/><rect class="failed" x="${loaded}" width="${failed}" height="1"/></svg>`;
}

/** Runs as a table, the newest first. */
export function runTable(facts: Facts, site: Site, runs: readonly RunLine[], withRiver: boolean): Html {
  if (runs.length === 0) return html`<p>No runs.</p>`;
  const rows = runs.map(({ result, status, sentence, error, repair }) => {
    const { river, workflowId, period, chunks, rows, calls, startedAt, finishedAt } = result;
    const standsOut = status !== 'succeeded';
    return html`<tr><td data-label="State">${badge(status)}</td>${withRiver ? html`<td data-label="River">${riverLink(river)}</td>` : ''}<td data-label="Run"><a href="${runPath(workflowId)}">${workflowId}</a>${standsOut ? html`<p>${sentence}${error === null ? '' : html` <span class="error">${error}</span>`}</p>${repairLine(repair)}` : ''}</td><td data-label="Period" class="nowrap">${period ? html`${period.start} to <br>${period.end}` : '–'}</td><td data-label="Chunks" class="number">${chunks ? `${counted(chunks.loaded)} of ${counted(chunks.total)}` : '–'}</td><td data-label="Rows" class="number">${rows === null ? '–' : counted(rows)}</td><td data-label="Calls" class="number">${calls === null ? '–' : counted(calls)}</td><td data-label="Began" class="nowrap"><time title="${instant(startedAt)}">${fromNow(startedAt, facts.now)}</time></td><td data-label="Took" class="nowrap">${lasting(startedAt, finishedAt)}</td><td class="links">${stepsLink(facts, site, workflowId)}</td></tr>`;
  });
  return html`<div class="wide"><table class="runs"><thead><tr><th>State</th>${withRiver ? html`<th>River</th>` : ''}<th>Run</th><th>Period</th><th class="number">Chunks</th><th class="number">Rows</th><th class="number">Calls</th><th>Began</th><th>Took</th><th><span class="unseen">Steps</span></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
