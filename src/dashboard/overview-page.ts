import { html } from 'hono/html';
import { findReport } from '#domain/catalogue/index';
import { addDays, type DateRange } from '#domain/period/date-range';
import type { Connection } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import { type CoveredDay, coverageText } from '#domain/run/coverage';
import { timeText } from '#domain/run/sentences';
import { burnDownChart, callCharts, callDays, strip } from './charts.ts';
import type { Facts } from './facts.ts';
import { type Page, riverPath, runPath, type Site, withQuery } from './layout.ts';
import {
  badge,
  describeRefused,
  describeRuns,
  describeUnopened,
  type RunLine,
  runCards,
} from './run-lines.ts';
import { counted, fromNow, type Html, many, shortSeconds } from './words.ts';

/** How many days a river's line shows, and how many rivers a page. */
const daysShown = 70;
const riversShown = 50;
const underWayShown = 30;

/** What needs a person, what runs, each river's last weeks, each connection's budget. */
export async function overviewPage(facts: Facts, site: Site): Promise<Page> {
  const { configuration, now } = facts;
  const rivers = [...configuration.rivers.values()];
  const asked = readQuery(site.here);
  const found = rivers.filter(({ name, report }) => matches([name, report], asked.search));
  const shown = found.slice(asked.from, asked.from + riversShown);
  const today = now.toISOString().slice(0, 10);
  const between = { start: addDays(today, 1 - daysShown), end: today };
  const [newest, coverage, running, openIds, refused, calls, budgets] = await Promise.all([
    facts.newestRuns(rivers),
    facts.coverage(shown, between),
    facts.runs({ limit: underWayShown, status: 'running' }),
    facts.openRuns(),
    facts.refusedRuns(),
    facts.callsByDay(callDays),
    Promise.all(
      [...configuration.connections.values()].map(async (connection) => ({
        connection,
        ...(await facts.budget(connection)),
      })),
    ),
  ]);
  const inManifests = new Set(running.map(({ result }) => result.workflowId));
  const unopened = await Promise.all(
    (openIds ?? [])
      .filter((id) => !inManifests.has(id))
      .slice(0, underWayShown)
      .map((id) => facts.live(id)),
  );
  const underWay = [
    ...unopened.flatMap((live) => (live?.view ? [describeUnopened(live)] : [])),
    ...(await describeRuns(facts, running)),
  ].filter(({ status }) => status === 'running' || status === 'paused');
  const lastRuns = new Map<string, RunLine>(
    (await describeRuns(facts, [...newest.values()])).map((run) => [run.result.river, run]),
  );
  const runsById = new Map(running.map(({ result }) => [result.runId, result.workflowId]));
  const broken = findBroken(lastRuns, refused.map(describeRefused));
  return {
    title: 'Overview',
    body: [
      html`<h1 class="unseen">Overview</h1>`,
      broken.length === 0
        ? ''
        : section('Needs a look', html`${runCards(facts, site, broken)}`, many(broken.length, 'run')),
      section(
        'Under way',
        underWay.length === 0
          ? html`<p>${openIds === undefined ? 'Which runs are under way is not known.' : 'No run is under way.'}</p>`
          : runCards(facts, site, underWay),
        underWay.length === 0 ? '' : many(underWay.length, 'run'),
      ),
      section(
        'Rivers',
        html`${searchForm(asked.search, rivers.length)}${riverTable(facts, shown, coverage, lastRuns, between)}${paging(site, asked.from, found.length)}`,
        many(rivers.length, 'river'),
      ),
      section(
        'Calls that are free',
        html`<div class="connections">${budgets.map((each) => connectionCard(each, runsById, now))}</div>`,
        '',
      ),
      section(
        'Calls and rows',
        html`${callCharts(calls, 'rows')}<p class="quiet">As far as requests are kept; days are those of UTC.</p>`,
        `the last ${callDays} days`,
      ),
    ],
  };
}

export const section = (title: string, body: Html, note: string): Html =>
  html`<section><h2>${title} <span class="quiet">${note}</span></h2>${body}</section>`;

function readQuery(here: URL): { readonly search: string; readonly from: number } {
  const from = Number(here.searchParams.get('from') ?? 0);
  return {
    search: (here.searchParams.get('q') ?? '').trim(),
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
  };
}

const matches = (texts: readonly string[], search: string): boolean =>
  texts.some((text) => text.toLowerCase().includes(search.toLowerCase()));

/** The newest run of a river counts: what an older one has not loaded, a later one has, or says itself. */
function findBroken(lastRuns: ReadonlyMap<string, RunLine>, refused: readonly RunLine[]): RunLine[] {
  const isNewest = ({ result }: RunLine) => {
    const last = lastRuns.get(result.river)?.result.startedAt ?? '';
    return Date.parse(result.startedAt ?? '') > (last === '' ? 0 : Date.parse(last));
  };
  const newestRefused = new Map<string, RunLine>();
  for (const run of refused.filter(isNewest)) {
    const key = run.result.river || run.result.workflowId;
    if (!newestRefused.has(key)) newestRefused.set(key, run);
  }
  const broken = [...lastRuns.values()].filter(
    ({ status, repair, result }) =>
      (status === 'failed' || repair !== null) && !newestRefused.has(result.river),
  );
  return [...newestRefused.values(), ...broken].sort((one, other) =>
    (other.result.startedAt ?? '').localeCompare(one.result.startedAt ?? ''),
  );
}

const searchForm = (search: string, all: number): Html | string =>
  all <= 10
    ? ''
    : html`<form class="search" method="get" action="/" role="search"><label>Find a river or report <input type="search" name="q" value="${search}"></label> <button>Find</button></form>`;

function paging(site: Site, from: number, all: number): Html | string {
  if (all <= riversShown && from === 0) return '';
  const link = (to: number, text: string) =>
    to < 0 || to >= all
      ? ''
      : html`<a href="${withQuery(site.here, { from: to === 0 ? null : String(to) })}">${text}</a>`;
  return html`<nav class="paging" aria-label="More rivers">${link(from - riversShown, '← before')} <span>${counted(Math.min(from + 1, all))} to ${counted(Math.min(from + riversShown, all))} of ${counted(all)}</span> ${link(from + riversShown, 'after →')}</nav>`;
}

function riverTable(
  facts: Facts,
  rivers: readonly River[],
  coverage: ReadonlyMap<string, readonly CoveredDay[]>,
  lastRuns: ReadonlyMap<string, RunLine>,
  between: DateRange,
): Html {
  if (rivers.length === 0) return html`<p>No river is called so.</p>`;
  const rows = rivers.map((river) => {
    const days = coverage.get(river.name);
    const report = findReport(river.report);
    const last = lastRuns.get(river.name);
    const upTo = days?.findLast(({ rows }) => rows !== null)?.day;
    return html`<tr><td data-label="River"><a class="river" href="${riverPath(river.name)}">${river.name}</a><br><span class="quiet">${report?.title ?? river.report}</span></td><td class="coverage" data-label="Days">${days === undefined ? html`<span class="quiet">not known</span>` : picture(river, days, between)}</td><td data-label="Loaded to" class="nowrap">${upTo ?? '–'}</td><td data-label="Last run">${last ? html`<a class="plain" href="${runPath(last.result.workflowId)}">${badge(last.status)}</a> <span class="quiet nowrap">${fromNow(last.result.startedAt, facts.now)}</span>` : html`<span class="quiet">none yet</span>`}</td></tr>`;
  });
  return html`${legend}<div class="wide"><table class="rivers"><thead><tr><th>River</th><th>${between.start} to ${between.end}</th><th>Loaded to</th><th>Last run</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function picture(river: River, days: readonly CoveredDay[], between: DateRange): Html {
  if (days.length > 0) return html`${strip(days, between)}<span class="quiet">${coverageText(days)}</span>`;
  const hasDays = findReport(river.report)?.time !== 'none';
  return html`<span class="quiet">${hasDays ? 'nothing loaded in these days' : 'has no days: each run replaces the whole'}</span>`;
}

const swatches = [
  ['loaded', 'loaded'],
  ['provisional', 'provisional'],
  ['emptied', 'emptied'],
  ['failed', 'failed'],
  ['pending', 'not loaded yet'],
  ['missing', 'missing'],
  ['forgotten', 'forgotten'],
] as const;

/** What the colours mean. */
export const legend = html`<ul class="legend" aria-label="What the colours mean">${swatches.map(
  ([state, word]) =>
    html`<li><svg aria-hidden="true" viewBox="0 0 1 1"><rect class="${state}" width="1" height="1" rx=".2"${state === 'provisional' ? html` fill="url(#hatch-day)"` : ''}/></svg> ${word}</li>`,
)}</ul>`;

type ToldBudget = { readonly connection: Connection } & Awaited<ReturnType<Facts['budget']>>;

function connectionCard(
  { connection, value: view, trouble }: ToldBudget,
  runsById: ReadonlyMap<string, string>,
  now: Date,
): Html {
  const told = trouble === undefined ? '' : html`<p class="error">${trouble}</p>`;
  if (!view) return html`<article class="card"><h3>${connection.name}</h3>${told}</article>`;
  const calls = view.waiting.reduce((sum, each) => sum + each.calls, 0);
  const held = [
    ...(view.outageSince === null ? [] : [`Optimove has not answered since ${timeText(view.outageSince)}.`]),
    ...(view.throttledUntil === null
      ? []
      : [`The API takes no calls until ${timeText(view.throttledUntil)}.`]),
  ];
  const waiting = view.waiting.map(({ run, calls: own, until }) => {
    const workflowId = runsById.get(run);
    const name = workflowId ? html`<a href="${runPath(workflowId)}">${workflowId}</a>` : html`run ${run}`;
    return html`<li>${many(own, 'call')} of ${name}${until === null ? '' : `, next ${fromNow(new Date(until).toISOString(), now)}`}</li>`;
  });
  return html`<article class="card"><h3>${connection.name}</h3>${told}${held.map((each) => html`<p class="error">${each}</p>`)}
<div class="windows">${view.windows.map(
    (window) =>
      html`<div><p><b>${counted(window.free)}</b> of ${counted(window.calls)} calls are free in the window of ${shortSeconds(window.perSeconds)}</p>${burnDownChart(window)}</div>`,
  )}</div>
<p>${calls === 0 ? 'No call waits.' : `${many(calls, 'call')} wait${calls === 1 ? 's' : ''} for room:`}</p>${waiting.length === 0 ? '' : html`<ul>${waiting}</ul>`}</article>`;
}
