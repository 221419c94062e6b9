import { html } from 'hono/html';
import { patterns } from './charts.ts';
import type { Facts } from './facts.ts';
import { type Html, instant } from './words.ts';

/** What the pages need besides facts. */
export interface Site {
  /** The address of Temporal's Web UI; undefined where it is not known. */
  readonly webUi: string | undefined;
  /** The path and query of the page, for links to itself. */
  readonly here: URL;
}

export interface Page {
  readonly title: string;
  readonly body: readonly (Html | string)[];
}

const refreshSeconds = 10;

/** A page around its body: navigation, what cannot be read, and when this was so. */
export function layout(facts: Facts, { here }: Site, { title, body }: Page): Html {
  const refreshes = here.searchParams.has('refresh');
  const troubles = facts.troubles;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshes ? html`<meta http-equiv="refresh" content="${refreshSeconds}">` : ''}
<title>${title} · River</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<nav aria-label="Pages"><a class="brand" href="/">River</a>${navigation(here)}</nav>
<p class="as-of"><span>As of ${instant(facts.now.toISOString())}</span> <a href="${toggleRefresh(here)}">${refreshes ? 'stop refreshing' : `refresh every ${refreshSeconds} s`}</a></p>
</header>
<main id="content" tabindex="-1">
${troubles.length === 0 ? '' : html`<section class="troubles" role="status" aria-label="Not everything could be read"><h2>Not everything could be read</h2><ul>${troubles.map((each) => html`<li>${each}</li>`)}</ul></section>`}
${body}
</main>
${patterns}
</body>
</html>`;
}

const pages = [
  ['/', 'Overview'],
  ['/runs', 'Runs'],
] as const;

const navigation = ({ pathname }: URL): Html[] =>
  pages.map(([path, name]) =>
    path === pathname
      ? html`<a href="${path}" aria-current="page">${name}</a>`
      : html`<a href="${path}">${name}</a>`,
  );

function toggleRefresh(here: URL): string {
  return withQuery(here, { refresh: here.searchParams.has('refresh') ? null : '1' });
}

/** The same page with other words in its query; null removes one. */
export function withQuery(here: URL, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(here.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? here.pathname : `${here.pathname}?${text}`;
}

/** A link to a river's page. */
export const riverPath = (river: string): string => `/rivers/${encodeURIComponent(river)}`;

/** A link to a run's page. */
export const runPath = (workflowId: string): string => `/runs/${encodeURIComponent(workflowId)}`;
