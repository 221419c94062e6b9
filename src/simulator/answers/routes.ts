import type { Renaming } from '../options.ts';
import type { Row } from '../world/row-list.ts';
import { customerEndpoints } from './customer-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { groupsAndActions, supportingCalls } from './other-endpoints.ts';

/** All calls except the sign-in, by their documented path. */
const endpoints = { ...customerEndpoints, ...groupsAndActions, ...supportingCalls };

/** A path that the simulator answers. */
export interface Route {
  /** The documented path. */
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly renaming: Renaming;
}

/** Finds the endpoint of a path, in any case. */
export function createRoutes(
  renamed: Readonly<Record<string, Renaming>>,
): (path: string) => Route | undefined {
  const renamings = new Map(
    Object.entries(renamed).map(([path, renaming]) => [path.toLowerCase(), renaming]),
  );
  const routes = new Map<string, Route>();
  for (const [path, endpoint] of Object.entries(endpoints)) {
    const renaming = renamings.get(path.toLowerCase()) ?? {};
    routes.set((renaming.endpoint ?? path).toLowerCase(), { path, endpoint, renaming });
  }
  return (path) => routes.get(path.toLowerCase());
}

/** The query under the documented names. A renamed parameter is not understood under its documented name. */
export function documentedQuery(query: URLSearchParams, { parameters = {} }: Renaming): URLSearchParams {
  const understood = new Map(
    Object.entries(parameters).map(([documented, sent]) => [sent.toLowerCase(), documented]),
  );
  const replaced = new Set(Object.keys(parameters).map((name) => name.toLowerCase()));
  const renamed = new URLSearchParams();
  for (const [name, value] of query) {
    const documented = understood.get(name.toLowerCase());
    if (documented !== undefined) renamed.append(documented, value);
    else if (!replaced.has(name.toLowerCase())) renamed.append(name, value);
  }
  return renamed;
}

export function renameKeys(rows: readonly Row[], { keys }: Renaming): readonly Row[] {
  if (!keys) return rows;
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [keys[key] ?? key, value])),
  );
}
