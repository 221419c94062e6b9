import { html } from 'hono/html';
import type { BurnDown } from '#domain/budget/budget-view';
import type { CallsOfDay } from '#domain/call/call-history';
import { addDays, type DateRange, type Day, dayCount } from '#domain/period/date-range';
import { type CoveredDay, coverageText, type DayState, groupDays } from '#domain/run/coverage';
import { counted, type Html, shortSeconds } from './words.ts';

/*
 * Pictures as SVG, without a script. Each is one image with a sentence for those who do not see it, and states differ in shape as
 * well as in colour. Colours stand in `style.ts`; the patterns that `fill` names, once in each page.
 */

/** To stand once in each page that has pictures. */
export const patterns = html`<svg class="patterns" aria-hidden="true" width="0" height="0"><defs>
<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" class="hatch-back"/><rect width="2" height="4" class="hatch-line"/></pattern>
<pattern id="hatch-day" width="0.5" height="0.5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="0.5" height="0.5" class="hatch-back"/><rect width="0.25" height="0.5" class="hatch-line"/></pattern>
</defs></svg>`;

/** How a state fills its place of a row of days: where it begins, and how high it is; of 10. */
const stripShapes: Readonly<Record<DayState, readonly [top: number, height: number]>> = {
  loaded: [0, 10],
  provisional: [0, 10],
  emptied: [3, 4],
  failed: [0, 10],
  pending: [5, 5],
  missing: [7, 3],
  forgotten: [8.5, 1.5],
};

/** The days between two days in one line, neighbouring ones of the same state as one piece. */
export function strip(days: readonly CoveredDay[], between: DateRange): Html {
  const width = dayCount(between);
  const pieces = groupDays(days).map(({ start, days: many, state }) => {
    const [y, height] = stripShapes[state];
    const fill = state === 'provisional' ? html` fill="url(#hatch)"` : '';
    return html`<rect class="${state}" x="${dayCount({ start: between.start, end: start }) - 1}" y="${y}" width="${many}" height="${height}"${fill}/>`;
  });
  return html`<svg class="strip" role="img" aria-label="${between.start} to ${between.end}: ${coverageText(days)}" viewBox="0 0 ${width} 10" preserveAspectRatio="none"><rect class="track" width="${width}" height="10"/>${pieces}</svg>`;
}

/** A month as a calendar page, a small square a day; weeks begin on Monday. */
export function monthGrid(month: string, days: ReadonlyMap<Day, CoveredDay>): Html {
  const all = daysOfMonth(month);
  const before = weekday(`${month}-01`);
  const squares = all.map((day, at) => {
    const place = before + at;
    const state = days.get(day)?.state;
    const [x, y] = [place % 7, Math.floor(place / 7)];
    const fill = state === 'provisional' ? html` fill="url(#hatch-day)"` : '';
    return html`<rect class="${state ?? 'unknown'}" x="${x + 0.06}" y="${y + 0.06}" width="0.88" height="0.88" rx="0.16"${fill}/>${mark(state, x, y)}`;
  });
  return html`<svg class="month" aria-hidden="true" viewBox="0 0 7 6">${squares}</svg>`;
}

/** What tells a state from the others without colours. */
function mark(state: DayState | undefined, x: number, y: number): Html | string {
  if (state === 'failed') return html`<path class="mark" d="M${x + 0.3} ${y + 0.3}l.4 .4m0 -.4l-.4 .4"/>`;
  if (state === 'emptied') return html`<path class="mark" d="M${x + 0.28} ${y + 0.5}h.44"/>`;
  if (state === 'pending') return html`<circle class="dot" cx="${x + 0.5}" cy="${y + 0.5}" r=".14"/>`;
  return '';
}

/** The days of a month, `YYYY-MM`. */
export function daysOfMonth(month: string): Day[] {
  const first = `${month}-01`;
  const days: Day[] = [];
  for (let day = first; day.startsWith(month); day = addDays(day, 1)) days.push(day);
  return days;
}

/** 0 is Monday. */
export const weekday = (day: Day): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** A bar for each day, with its highest value at the top. `what`: what is counted, in the plural. */
export function bars(days: readonly { readonly day: Day; readonly value: number }[], what: string): Html {
  const highest = Math.max(0, ...days.map(({ value }) => value));
  const total = days.reduce((sum, { value }) => sum + value, 0);
  const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
  const height = 40;
  const gap = days.length > 60 ? 0.1 : 0.2;
  const path = days
    .map(({ value }, at) => {
      const high = highest === 0 ? 0 : (value / highest) * height;
      return high === 0
        ? ''
        : `M${at + gap / 2} ${height}v-${Math.max(0.6, high).toFixed(2)}h${1 - gap}V${height}z`;
    })
    .join('');
  return html`<figure class="bars"><figcaption><b>${what[0]?.toUpperCase()}${what.slice(1)} a day</b> <span>${counted(total)} in all, ${counted(highest)} at most</span></figcaption>
<svg role="img" aria-label="${what} a day from ${first} to ${last}: ${counted(total)} in all, ${counted(highest)} on the highest day" viewBox="0 0 ${days.length} ${height}" preserveAspectRatio="none"><path d="${path}"/></svg>
<div class="axis" aria-hidden="true"><span>${first}</span><span>${last}</span></div></figure>`;
}

/** For so many days calls and rows are counted. */
export const callDays = 30;

/** Calls and rows a day, side by side. */
export const callCharts = (calls: readonly CallsOfDay[], rows: string): Html =>
  html`<div class="charts">${bars(
    calls.map(({ day, calls: value }) => ({ day, value })),
    'calls',
  )}${bars(
    calls.map(({ day, rows: value }) => ({ day, value })),
    rows,
  )}</div>`;

/** A window's free calls: how they were used up, and how they come back if no more are sent. */
export function burnDownChart({ calls, perSeconds, free, points }: BurnDown): Html {
  const [width, height] = [120, 40];
  const perMs = perSeconds * 1000;
  const x = (inMs: number) => (((inMs + perMs) / (2 * perMs)) * width).toFixed(2);
  const y = (value: number) => (height - (value / calls) * height).toFixed(2);
  const line = (some: BurnDown['points']) =>
    some.map(({ inMs, free: value }, at) => `${at === 0 ? 'M' : 'L'}${x(inMs)} ${y(value)}`).join('');
  const past = points.filter(({ inMs }) => inMs <= 0);
  const ahead = points.filter(({ inMs }) => inMs >= 0);
  const long = shortSeconds(perSeconds);
  return html`<svg class="burn-down" role="img" aria-label="${counted(free)} of ${counted(calls)} calls are free in the window of ${long}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">
<path class="area" d="${line(past)}L${x(0)} ${height}L0 ${height}z"/><path class="line" d="${line(past)}"/><path class="ahead" d="${line(ahead)}"/><path class="now" d="M${x(0)} 0V${height}"/></svg>
<div class="axis" aria-hidden="true"><span>${long} ago</span><span>now</span><span>in ${long}</span></div>`;
}
