import { html } from 'hono/html';
import type { RunStatus } from '#domain/run/run-result';
import type { Facts } from './facts.ts';
import { type Page, type Site, withQuery } from './layout.ts';
import { describeRefused, describeRuns, type RunLine, runTable } from './run-lines.ts';
import type { Html } from './words.ts';

const runsShown = 25;

const states: readonly (readonly [status: RunStatus, word: string])[] = [
  ['running', 'under way'],
  ['failed', 'failed'],
  ['succeeded', 'succeeded'],
  ['cancelled', 'cancelled'],
  ['terminated', 'terminated'],
];

/** All runs, the newest first, some at a time. */
export async function runsPage(facts: Facts, site: Site): Promise<Page> {
  const { here } = site;
  const river = here.searchParams.get('river') || undefined;
  const status = states.find(([each]) => each === here.searchParams.get('state'))?.[0];
  const after = readAfter(here);
  const wanted = { limit: runsShown + 1, river, status, after };
  const isFirst = after === undefined && (status === undefined || status === 'failed');
  const [listed, refused] = await Promise.all([facts.runs(wanted), isFirst ? facts.refusedRuns() : []]);
  const shown = listed.slice(0, runsShown);
  const oldest = listed.length > runsShown ? shown.at(-1)?.result : undefined;
  const own = refused.filter(
    ({ result }) =>
      (river === undefined || result.river === river) &&
      (oldest?.startedAt ?? '') <= (result.startedAt ?? ''),
  );
  const runs = [...own.map(describeRefused), ...(await describeRuns(facts, shown))].sort(newestFirst);
  const older =
    oldest === undefined
      ? ''
      : html`<a href="${withQuery(here, { after: `${oldest.startedAt} ${oldest.runId}` })}">older →</a>`;
  const newest =
    after === undefined ? '' : html`<a href="${withQuery(here, { after: null })}">← the newest</a>`;
  return {
    title: river === undefined ? 'Runs' : `Runs of ${river}`,
    body: [
      html`<h1>${river === undefined ? 'Runs' : html`Runs of ${river}`}</h1>`,
      filters(facts, river, status),
      runTable(facts, site, runs, river === undefined),
      html`<nav class="paging" aria-label="More runs">${newest} ${older}</nav>`,
    ],
  };
}

function filters(facts: Facts, river: string | undefined, status: RunStatus | undefined): Html {
  const option = (value: string, text: string, chosen: boolean) =>
    html`<option value="${value}"${chosen ? html` selected` : ''}>${text}</option>`;
  const rivers = [...facts.configuration.rivers.keys()].map((name) => option(name, name, name === river));
  return html`<form class="search" method="get" action="/runs"><label>River <select name="river">${option('', 'all', river === undefined)}${rivers}</select></label> <label>State <select name="state">${option('', 'all', status === undefined)}${states.map(([each, word]) => option(each, word, each === status))}</select></label> <button>Show</button></form>`;
}

function readAfter(here: URL): { readonly startedAt: string; readonly runId: string } | undefined {
  const [startedAt = '', runId = ''] = (here.searchParams.get('after') ?? '').split(' ');
  return Number.isNaN(Date.parse(startedAt))
    ? undefined
    : { startedAt: new Date(startedAt).toISOString(), runId };
}

const newestFirst = (one: RunLine, other: RunLine): number =>
  (other.result.startedAt ?? '').localeCompare(one.result.startedAt ?? '');
