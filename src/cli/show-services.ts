import type { Environment } from '#config/environment';
import { defaultTemporalAddress } from '#domain/run/temporal-names';
import { startForm } from '#domain/run/web-ui';
import { quoteForShell } from '#domain/verify/repair-command';
import { riverCommand } from './this-package.ts';

/** The addresses of the services on this machine. */
export interface ServicesAt {
  readonly temporal: string;
  readonly webUi: string | null;
  readonly dashboard: string;
  readonly simulator: string;
  readonly configuration: string;
}

/** Their addresses, and the command that runs a river from a second terminal. */
export function showServices(
  facts: ServicesAt,
  river: string | undefined,
  { variables }: Environment,
): string {
  const elsewhere = facts.temporal !== (variables.TEMPORAL_ADDRESS || defaultTemporalAddress);
  const command = [
    ...(elsewhere ? [`TEMPORAL_ADDRESS=${facts.temporal}`] : []),
    `${riverCommand} --config ${quoteForShell(facts.configuration)} run ${river === undefined ? '<river>' : quoteForShell(river)} --wait`,
  ].join(' ');
  return [
    `Dashboard      ${facts.dashboard}`,
    `Web UI         ${facts.webUi}`,
    `  start form   ${facts.webUi === null ? null : startForm(facts.webUi, { namespace: 'default' })}`,
    `Temporal       ${facts.temporal}`,
    `Simulator      ${facts.simulator}`,
    `Configuration  ${facts.configuration}`,
    '',
    'Run a river from a second terminal:',
    `  ${command}`,
    'Stop with Ctrl-C.',
  ].join('\n');
}

/** The default port of Temporal's Web UI in `river dev`, the same as in Temporal's own development server. */
export const webUiPort = '8233';
