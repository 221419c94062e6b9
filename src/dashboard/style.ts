/** The style of all pages: one sheet, for dark and light, wide and narrow. States bear the same names as in `DayState` and `RunLine`. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #fbfbf9; --card: #ffffff; --text: #1c2126; --quiet: #5c6670; --line: #dfe3e6; --track: #eceff1; --accent: #0b5cad;
  --loaded: #2b8a5c; --provisional: #2b8a5c; --provisional-back: #bfe3d0; --emptied: #b07400; --failed: #c92a2a; --pending: #2f74c0; --missing: #c92a2a; --forgotten: #8b949c; --on-state: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14181c; --card: #1c2227; --text: #e6e9ec; --quiet: #9aa5af; --line: #323a41; --track: #2a3138; --accent: #7cb8f5;
    --loaded: #3fae78; --provisional: #3fae78; --provisional-back: #1f4a36; --emptied: #d9a13b; --failed: #f06a6a; --pending: #6aa9ec; --missing: #f06a6a; --forgotten: #75808a; --on-state: #14181c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; }
a { color: var(--accent); text-underline-offset: 2px; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999em; background: var(--card); padding: .5em 1em; z-index: 1; }
.skip:focus { left: 1em; top: 1em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.patterns { position: absolute; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1.5rem; padding-top: 1rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
header nav a { color: var(--quiet); text-decoration: none; padding: .25rem 0; }
header nav a[aria-current] { color: var(--text); border-bottom: 2px solid var(--accent); }
header nav a:hover { color: var(--text); }
header .brand { font-weight: 700; font-size: 1.2rem; color: var(--text); }
.as-of { margin: 0; color: var(--quiet); font-size: .85rem; display: flex; gap: .75rem; flex-wrap: wrap; }
main { padding-bottom: 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.5rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h1 .quiet, h2 .quiet { font-weight: 400; font-size: .85em; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
.quiet { color: var(--quiet); font-size: .87rem; }
.nowrap { white-space: nowrap; }
.error { color: var(--failed); overflow-wrap: anywhere; }
code { font: .87em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; background: var(--track); padding: .12em .4em; border-radius: 4px; overflow-wrap: anywhere; user-select: all; }
.troubles { border: 1px solid var(--emptied); border-left-width: 5px; border-radius: 6px; padding: .5rem 1rem; margin-top: 1.25rem; background: var(--card); }
.troubles h2 { margin: 0; font-size: 1rem; }
.badge { display: inline-block; font-size: .8rem; line-height: 1.4; padding: .05em .6em; border-radius: 99px; border: 1px solid currentColor; color: var(--quiet); white-space: nowrap; }
.badge.succeeded, .badge.loaded { color: var(--loaded); }
.badge.failed { background: var(--failed); border-color: var(--failed); color: var(--on-state); }
.badge.running, .badge.pulling { background: var(--pending); border-color: var(--pending); color: var(--on-state); }
.badge.paused, .badge.cancelled, .badge.terminated { color: var(--emptied); }
.plain { text-decoration: none; }
.river { font-weight: 600; overflow-wrap: anywhere; }
.cards { list-style: none; padding: 0; display: grid; gap: .6rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem 1rem; min-width: 0; }
.card.failed { border-left: 4px solid var(--failed); }
.card.running { border-left: 4px solid var(--pending); }
.card.paused, .card.cancelled, .card.terminated { border-left: 4px solid var(--emptied); }
.card-head { display: flex; flex-wrap: wrap; gap: .2rem .75rem; align-items: baseline; }
.card-head .quiet { overflow-wrap: anywhere; }
.card-head .steps { margin-left: auto; }
.steps { white-space: nowrap; font-size: .87rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
th { text-align: left; font-weight: 600; font-size: .82rem; color: var(--quiet); }
th, td { padding: .45rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td p { margin: .15rem 0 0; font-size: .9rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.rivers .coverage { width: 50%; min-width: 14rem; }
svg { display: block; }
.strip { width: 100%; height: 18px; border-radius: 3px; }
.progress { width: 100%; height: 7px; border-radius: 4px; margin: .4rem 0; }
.track { fill: var(--track); }
rect.loaded { fill: var(--loaded); }  rect.emptied { fill: var(--emptied); } rect.failed { fill: var(--failed); } rect.pending { fill: var(--pending); } rect.missing { fill: var(--missing); } rect.forgotten { fill: var(--forgotten); } rect.unknown { fill: var(--track); }
.hatch-back { fill: var(--provisional-back); } .hatch-line { fill: var(--provisional); }
.month rect.missing { fill: none; stroke: var(--missing); stroke-width: .12; }
.month rect.forgotten { fill: none; stroke: var(--forgotten); stroke-width: .08; stroke-dasharray: .16 .12; }
.mark { stroke: var(--on-state); stroke-width: .12; stroke-linecap: round; fill: none; }
.dot { fill: var(--on-state); }
.legend { list-style: none; padding: 0; margin: 0 0 .6rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .85rem; color: var(--quiet); }
.legend li { display: flex; align-items: center; gap: .4rem; }
.legend svg { width: .8rem; height: .8rem; }
.legend rect.missing { fill: none; stroke: var(--missing); stroke-width: .3; }
.legend rect.forgotten { fill: none; stroke: var(--forgotten); stroke-width: .25; stroke-dasharray: .3 .2; }
.connections, .charts { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.windows { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); margin: .3rem 0 .6rem; }
.windows p { font-size: .9rem; min-height: 2.9em; }
.burn-down { width: 100%; height: 70px; border-bottom: 1px solid var(--line); }
.burn-down .area { fill: var(--accent); opacity: .18; }
.burn-down .line { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
.burn-down .ahead { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 4 4; opacity: .7; vector-effect: non-scaling-stroke; }
.burn-down .now { stroke: var(--quiet); stroke-width: 1; vector-effect: non-scaling-stroke; }
.axis { display: flex; justify-content: space-between; font-size: .78rem; color: var(--quiet); margin-top: .15rem; }
.bars { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem 1rem; }
.bars figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin-bottom: .5rem; }
.bars figcaption span { color: var(--quiet); font-size: .85rem; }
.bars svg { width: 100%; height: 90px; border-bottom: 1px solid var(--line); }
.bars path { fill: var(--accent); }
.search { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; margin: 0 0 .8rem; }
.search label { display: flex; gap: .5rem; align-items: center; color: var(--quiet); }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .7rem; max-width: 100%; }
button { cursor: pointer; }
.paging { margin: .7rem 0; color: var(--quiet); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: .6rem 1.5rem; margin: 1rem 0; }
.facts dt { color: var(--quiet); font-size: .82rem; } .facts dd { margin: 0; overflow-wrap: anywhere; }
.state { font-size: 1.05rem; margin-top: .6rem; }
.year { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .8rem; margin-bottom: .8rem; }
.month-link { display: block; color: inherit; text-decoration: none; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .7rem; }
.month-link:hover { border-color: var(--accent); }
.month-link b { font-weight: 600; font-size: .9rem; }
.month { width: 100%; margin: .3rem 0; }
.weekdays, .days { display: grid; grid-template-columns: repeat(7, minmax(0, 1fr)); gap: .35rem; }
.weekdays { color: var(--quiet); font-size: .82rem; text-align: center; margin-bottom: .25rem; }
.days { list-style: none; padding: 0; margin: 0 0 1rem; }
.day { background: var(--card); border: 1px solid var(--line); border-top: 5px solid var(--line); border-radius: 6px; padding: .3rem .5rem .45rem; min-height: 5.2rem; font-size: .85rem; display: flex; flex-direction: column; gap: .05rem; overflow-wrap: anywhere; }
.day .date { color: var(--quiet); font-variant-numeric: tabular-nums; }
.day.loaded { border-top-color: var(--loaded); } .day.provisional { border-top: 5px dashed var(--provisional); } .day.emptied { border-top-color: var(--emptied); } .day.failed { border-top-color: var(--failed); border-color: var(--failed); } .day.pending { border-top: 5px dotted var(--pending); } .day.missing { border: 1px dashed var(--missing); border-top-width: 5px; } .day.forgotten { border-style: dotted; }
.day[data-weekday="1"] { grid-column-start: 2; } .day[data-weekday="2"] { grid-column-start: 3; } .day[data-weekday="3"] { grid-column-start: 4; } .day[data-weekday="4"] { grid-column-start: 5; } .day[data-weekday="5"] { grid-column-start: 6; } .day[data-weekday="6"] { grid-column-start: 7; }
details { margin: .9rem 0; } summary { cursor: pointer; margin-bottom: .5rem; }
@media (max-width: 44rem) {
  body { font-size: 16px; }
  header, main { padding-left: .9rem; padding-right: .9rem; }
  .wide { overflow: visible; }
  table, tbody, tr, td { display: block; width: auto; }
  table { border: 0; background: none; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .8rem; margin-bottom: .6rem; }
  td { border: 0; padding: .12rem 0; display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .5rem; text-align: left; }
  td::before { content: attr(data-label); color: var(--quiet); font-size: .85rem; }
  td > * { grid-column: 2; } td > .badge { justify-self: start; } .rivers td:first-child { display: block; } .rivers td:first-child::before { display: none; } td.links:empty { display: none; }
  .rivers td.coverage { width: auto; min-width: 0; } .rivers td + td br, .runs td br { display: none; }
  .number { text-align: left; white-space: normal; }
  .year { grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); gap: .5rem; }
  .weekdays { display: none; }
  .days { grid-template-columns: minmax(0, 1fr); gap: .3rem; }
  .day, .day[data-weekday] { grid-column-start: auto; flex-direction: row; flex-wrap: wrap; gap: .1rem .8rem; min-height: 0; border-top-width: 1px; border-left: 5px solid var(--line); align-items: baseline; padding: .35rem .7rem; }
  .day .unseen { position: static; width: auto; height: auto; clip-path: none; } .day .date { min-width: 3.6rem; }
  .day.loaded { border-left-color: var(--loaded); border-top-color: var(--line); } .day.provisional { border-top: 1px solid var(--line); border-left: 5px dashed var(--provisional); } .day.emptied { border-left-color: var(--emptied); border-top-color: var(--line); } .day.failed { border-left-color: var(--failed); } .day.pending { border-top: 1px solid var(--line); border-left: 5px dotted var(--pending); } .day.missing { border-top-width: 1px; border-left: 5px dashed var(--missing); }
  .days .day.unknown { display: none; }
}
@media print { .as-of a, .search, .skip { display: none; } }
`;

/** The icon in the browser's tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b5cad"/><path d="M2 6c2-2 4 2 6 0s4 2 6 0M2 10c2-2 4 2 6 0s4 2 6 0" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>`;
