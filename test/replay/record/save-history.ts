import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { kebab } from '../states.ts';

/** One execution, and what its history shows. */
export interface ToSave {
  readonly workflowId: string;
  /** Default: the newest. */
  readonly runId?: string | undefined;
  /** Lower-case words with hyphens. */
  readonly shows: string;
}

const folder = new URL('../histories/', import.meta.url);
const packageFile = new URL('../../../package.json', import.meta.url);

/** Where a history lies, by its workflow's type and what it shows, as this version does it. */
export async function historyFile(type: string, shows: string): Promise<URL> {
  const { version } = JSON.parse(await readFile(packageFile, 'utf8'));
  return new URL(`${kebab(type)}-${shows}-${version}.json`, folder);
}

/**
 * Writes what an execution did to where the replay test finds it. One that is there already stays, unless it is to be
 * replaced. Gives the file's name, and undefined where it stayed.
 */
export async function saveHistory(
  client: Client,
  { workflowId, runId, shows }: ToSave,
  replace = false,
): Promise<string | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const { type } = await handle.describe();
  const history = JSON.parse(historyToJSON(await handle.fetchHistory()), withoutMachine);
  const file = await historyFile(type, shows);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(file, `${JSON.stringify(history, null, 2)}\n`, { flag: replace ? 'w' : 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
  return file.pathname;
}

/** Which process of which machine it was, in which folder, and on which queue of its own, is nobody's concern. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  const isProcess =
    (key === 'identity' || key === 'name') && typeof value === 'string' && /^\d+@/.test(value);
  return isProcess ? 'recorded' : value;
}
