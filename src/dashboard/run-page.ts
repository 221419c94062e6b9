import { html } from 'hono/html';
import type { ListedRun } from '#control/manifest-readers';
import type { ChunkStatus, RunResult, Warning } from '#domain/run/run-result';
import {
  countsText,
  errorSentence,
  groupByError,
  retriedSentence,
  waitSentence,
} from '#domain/run/sentences';
import type { Facts } from './facts.ts';
import { type Page, runPath, type Site, withQuery } from './layout.ts';
import { section } from './overview-page.ts';
import {
  badge,
  describeRefused,
  describeRun,
  describeUnopened,
  progressBar,
  type RunLine,
  repairLine,
  riverLink,
  stepsLink,
} from './run-lines.ts';
import { counted, fromNow, type Html, instant, lasting, many } from './words.ts';

const chunksShown = 100;

/** One run: its state in words, what it waits for, what repairs it, and its chunks. Undefined where no source has it. */
export async function runPageOf(facts: Facts, site: Site, workflowId: string): Promise<Page | undefined> {
  const [known, live] = await Promise.all([facts.run(workflowId), facts.live(workflowId)]);
  if (!known) {
    const refused = (await facts.refusedRuns()).find(({ result }) => result.workflowId === workflowId);
    const line = refused ? describeRefused(refused) : live ? describeUnopened(live) : undefined;
    return line && { title: `Run ${workflowId}`, body: [head(facts, site, line)] };
  }
  const line = describeRun(known.result, live);
  const { retries, result } = known;
  const errors = groupByError(result.failedChunks);
  return {
    title: `Run ${workflowId}`,
    body: [
      head(facts, site, line),
      errors.length === 0
        ? ''
        : section(
            'Not loaded',
            html`<ul>${errors.map((each) => html`<li class="error">${errorSentence(each)}</li>`)}</ul>`,
            '',
          ),
      retries.length === 0 ? '' : html`<p>${retriedSentence(retries, result.chunks)}</p>`,
      result.warnings.length === 0 ? '' : section('Warnings', warningList(result.warnings), ''),
      await chunkSection(facts, site, known),
    ],
  };
}

function head(facts: Facts, site: Site, line: RunLine): Html {
  const { result, status, sentence, repair, progress, error } = line;
  const { river, workflowId, retryOf, period, startedAt, finishedAt, chunks } = result;
  const waits = progress?.waits.map((wait) => waitSentence(wait)) ?? [];
  const others = waits.filter((each) => !sentence.includes(each));
  const isUnopened = chunks === null && error !== null;
  return html`<h1>${riverLink(river)} <span class="quiet">${workflowId}</span></h1>
<p class="state">${badge(status)} ${sentence}</p>
${isUnopened ? html`<p class="error">${error}</p>` : ''}${repairLine(repair)}
${others.length === 0 ? '' : html`<ul>${others.map((each) => html`<li>${each}</li>`)}</ul>`}
${chunks === null || chunks.total === 0 ? '' : progressBar(progress ? progress.chunks : chunks)}
<dl class="facts">${fact('Period', period ? `${period.start} to ${period.end}` : '–')}${fact('Began', `${instant(startedAt)} (${fromNow(startedAt, facts.now)})`)}${finishedAt === null ? fact('Ends', expectedEnd(line, facts.now)) : fact('Ended', `${instant(finishedAt)}, after ${lasting(startedAt, finishedAt)}`)}${fact('Loaded', countsText(progress ? { ...result, rows: progress.rows, calls: progress.calls } : result))}${retryOf === null ? '' : fact('Retries', html`<a href="${runPath(retryOf)}">${retryOf}</a>`)}</dl>
<p>${stepsLink(facts, site, workflowId, 'every step, in the Web UI')}</p>`;
}

const fact = (name: string, value: Html | string): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function expectedEnd({ progress, status }: RunLine, now: Date): string {
  if (status !== 'running' && status !== 'paused') return 'not known';
  const at = progress?.expectedEnd ?? null;
  return at === null ? 'cannot be known now' : `not before ${instant(at)} (${fromNow(at, now)})`;
}

const warningList = (warnings: readonly Warning[]): Html =>
  html`<ul>${warnings.map(({ start, end, message }) => html`<li>${start === null ? '' : html`<b>${start === end ? start : `${start} to ${end}`}</b>: `}${message}</li>`)}</ul>`;

async function chunkSection(facts: Facts, site: Site, run: ListedRun): Promise<Html> {
  const { here } = site;
  const asked = Number(here.searchParams.get('from') ?? 0);
  const from = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
  const onlyUnloaded = here.searchParams.get('chunks') === 'unloaded';
  const part = { from, limit: chunksShown + 1, onlyUnloaded };
  const chunks = await facts.chunks(run, part);
  const link = (to: number, text: string) =>
    html`<a href="${withQuery(here, { from: to === 0 ? null : String(to) })}">${text}</a>`;
  const paging = html`<nav class="paging" aria-label="More chunks">${from === 0 ? '' : link(Math.max(0, from - chunksShown), '← before')} ${chunks.length > chunksShown ? link(from + chunksShown, 'after →') : ''}</nav>`;
  const { total, loaded } = countsOf(run.result);
  const other =
    loaded === 0 || loaded === total
      ? ''
      : html`<p>${
          onlyUnloaded
            ? html`<a href="${withQuery(here, { chunks: null, from: null })}">Show all chunks</a>`
            : html`<a href="${withQuery(here, { chunks: 'unloaded', from: null })}">Show only those that are not loaded</a>`
        }</p>`;
  return section(
    'Chunks',
    html`${other}${chunkTable(chunks.slice(0, chunksShown), run.result.status === 'running')}${paging}`,
    many(total, 'chunk'),
  );
}

const countsOf = ({ chunks }: RunResult) => ({ total: chunks?.total ?? 0, loaded: chunks?.loaded ?? 0 });

const chunkWords: Readonly<Record<ChunkStatus['state'], string>> = {
  waiting: 'waiting',
  pulling: 'being pulled',
  loaded: 'loaded',
  failed: 'failed',
  skipped: 'skipped: another run has loaded it',
};

/** In a run that has ended nothing waits any more. */
function chunkTable(chunks: readonly ChunkStatus[], isUnderWay: boolean): Html {
  if (chunks.length === 0) return html`<p>None.</p>`;
  const rows = chunks.map(
    ({ start, end, state, rows, calls, attempts, error }) =>
      html`<tr><td data-label="Days" class="nowrap">${start === null ? 'whole' : start === end ? start : `${start} to ${end}`}</td><td data-label="State"><span class="badge ${state}">${state === 'waiting' && !isUnderWay ? 'not loaded' : chunkWords[state]}</span>${error === null ? '' : html`<p class="error">${error}</p>`}</td><td data-label="Rows" class="number">${counted(rows)}</td><td data-label="Calls" class="number">${counted(calls)}</td><td data-label="Attempts" class="number">${counted(attempts)}</td></tr>`,
  );
  return html`<div class="wide"><table><thead><tr><th>Days</th><th>State</th><th class="number">Rows</th><th class="number">Calls</th><th class="number">Attempts</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
