import { html } from 'hono/html';
import { findReport } from '#domain/catalogue/index';
import type { DateRange, Day } from '#domain/period/date-range';
import type { River } from '#domain/river/river';
import { type CoveredDay, coverageText, dayStateWords, groupDays } from '#domain/run/coverage';
import { runCommand } from '#domain/verify/repair-command';
import { bars, callCharts, callDays, daysOfMonth, monthGrid, weekday } from './charts.ts';
import type { Facts } from './facts.ts';
import { type Page, runPath, type Site, withQuery } from './layout.ts';
import { legend, section } from './overview-page.ts';
import { describeRuns, repairLine, runTable } from './run-lines.ts';
import { counted, type Html, many } from './words.ts';

const runsShown = 10;
const groupsShown = 60;

/** A river's days as a calendar, a year or a month at a time, its rows and calls a day, and its newest runs. */
export async function riverPage(facts: Facts, site: Site, river: River): Promise<Page> {
  const chosen = readChosen(site.here, facts.now);
  const year = chosen.slice(0, 4);
  const between = chosen.length === 7 ? monthRange(chosen) : { start: `${year}-01-01`, end: `${year}-12-31` };
  const [coverage, runs, calls] = await Promise.all([
    facts.coverage([river], between),
    facts.runs({ limit: runsShown, river: river.name }),
    facts.callsByDay(callDays, river),
  ]);
  const days = coverage.get(river.name);
  const report = findReport(river.report);
  const calendar = chosen.length === 7 ? monthCalendar : yearCalendar;
  return {
    title: river.name,
    body: [
      html`<h1>${river.name}</h1><p class="quiet">${report?.title ?? river.report}, from ${river.connection} into ${river.target.table} of ${river.target.warehouse} (${river.target.load})</p>`,
      report?.time === 'none'
        ? section('Days', html`<p>This report has no days: each run loads the whole.</p>`, '')
        : html`<section><h2>${chosen.length === 7 ? monthName(chosen) : year} <span class="quiet">${days ? coverageText(days) : 'not known'}</span></h2>${steps(site, chosen)}${legend}${days ? calendar(site, river, chosen, days) : html`<p>Its days are not known, because its warehouse could not be read.</p>`}</section>`,
      section('Runs', runTable(facts, site, await describeRuns(facts, runs), false), 'the newest'),
      html`<p><a href="/runs?river=${encodeURIComponent(river.name)}">All runs of ${river.name}</a></p>`,
      section('Calls and rows', callCharts(calls, 'rows answered'), `the last ${callDays} days`),
    ],
  };
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const monthName = (month: string): string => `${months[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;

/** A month `YYYY-MM`, or a year; this year unless the query names another. */
function readChosen(here: URL, now: Date): string {
  const asked = here.searchParams.get('days') ?? '';
  return /^[1-9]\d{3}(-(0[1-9]|1[0-2]))?$/.test(asked) ? asked : now.toISOString().slice(0, 4);
}

function monthRange(month: string): DateRange {
  const days = daysOfMonth(month);
  return { start: days[0] ?? '', end: days.at(-1) ?? '' };
}

/** Links to what lies before and after, and from a month to its year. */
function steps({ here }: Site, chosen: string): Html {
  const move = (by: number): string => {
    const [year = 0, month] = chosen.split('-').map(Number);
    if (month === undefined) return String(year + by).padStart(4, '0');
    const at = year * 12 + month - 1 + by;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  };
  const link = (to: string, text: string) => html`<a href="${withQuery(here, { days: to })}">${text}</a>`;
  const name = (each: string) => (each.length === 7 ? monthName(each) : each);
  const year = chosen.length === 7 ? link(chosen.slice(0, 4), `all of ${chosen.slice(0, 4)}`) : '';
  return html`<nav class="paging" aria-label="Other days">${link(move(-1), `← ${name(move(-1))}`)} ${year} ${link(move(1), `${name(move(1))} →`)}</nav>`;
}

function yearCalendar({ here }: Site, river: River, year: string, days: readonly CoveredDay[]): Html {
  const byDay = new Map(days.map((each) => [each.day, each]));
  const all = months.map((name, at) => {
    const month = `${year}-${String(at + 1).padStart(2, '0')}`;
    const own = days.filter(({ day }) => day.startsWith(month));
    const rows = own.reduce((sum, each) => sum + (each.rows ?? 0), 0);
    return html`<a class="month-link" href="${withQuery(here, { days: month })}" aria-label="${name} ${year}: ${coverageText(own)}, ${many(rows, 'row')}"><b>${name}</b>${monthGrid(month, byDay)}<span class="quiet">${own.length === 0 ? html`&nbsp;` : many(rows, 'row')}</span></a>`;
  });
  const values = daysOfYear(year).map((day) => ({ day, value: byDay.get(day)?.rows ?? 0 }));
  return html`<div class="year">${all}</div>${bars(values, 'rows')}${groupTable(river, days)}`;
}

const daysOfYear = (year: string): Day[] =>
  months.flatMap((_, at) => daysOfMonth(`${year}-${String(at + 1).padStart(2, '0')}`));

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function monthCalendar(_site: Site, river: River, month: string, days: readonly CoveredDay[]): Html {
  const byDay = new Map(days.map((each) => [each.day, each]));
  const cells = daysOfMonth(month).map((day, at) => {
    const known = byDay.get(day);
    const place = at === 0 ? html` data-weekday="${weekday(day)}"` : '';
    const name = weekdays[weekday(day)];
    const words = known ? (dayStateWords[known.state].split(':')[0] ?? '').replace('loaded, ', '') : '';
    const rows = known?.rows == null ? '' : html`<b>${many(known.rows, 'row')}</b>`;
    const run = known?.workflowId ? html` <a href="${runPath(known.workflowId)}">its run</a>` : '';
    return html`<li class="day ${known?.state ?? 'unknown'}"${place}><span class="date"><span class="unseen">${name} </span>${Number(day.slice(8))}</span>${rows}<span>${words}${run}</span></li>`;
  });
  return html`<div class="weekdays" aria-hidden="true">${weekdays.map((each) => html`<span>${each}</span>`)}</div><ol class="days">${cells}</ol>${groupTable(river, days)}`;
}

/** The same in words, neighbouring days together, with what loads days that are not. */
function groupTable(river: River, days: readonly CoveredDay[]): Html | string {
  const groups = groupDays(days);
  if (groups.length === 0) return '';
  const errors = new Map(days.map(({ day, error }) => [day, error]));
  const rows = groups.slice(0, groupsShown).map(({ start, end, state, days: many, rows }) => {
    const error = errors.get(start);
    const isLost = state === 'failed' || state === 'missing';
    return html`<tr><td data-label="Days" class="nowrap">${start === end ? start : `${start} to ${end}`}</td><td data-label="State">${dayStateWords[state]}${error ? html`<p class="error">${error}</p>` : ''}${isLost ? repairLine(runCommand(river.name, { start, end }, false)) : ''}</td><td data-label="Count" class="number">${counted(many)}</td><td data-label="Rows" class="number">${state === 'failed' || state === 'missing' || state === 'pending' || state === 'forgotten' ? '–' : counted(rows)}</td></tr>`;
  });
  const more = groups.length - groupsShown;
  return html`<details${groups.some(({ state }) => state === 'failed' || state === 'missing') ? html` open` : ''}><summary>In words</summary><div class="wide"><table><thead><tr><th>Days</th><th>State</th><th class="number">Count</th><th class="number">Rows</th></tr></thead><tbody>${rows}</tbody></table></div>${more > 0 ? html`<p class="quiet">and ${many(more, 'more line')}</p>` : ''}</details>`;
}
