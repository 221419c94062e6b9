import type { Environment } from '#config/environment';
import { defaultTemporalAddress } from '#control/connect-temporal';
import { taskQueue } from '#domain/run/temporal-names';
import { riverCommand } from './river-command.ts';

/** Where the services of this machine are. */
export interface ServicesAt {
  readonly temporal: string;
  readonly webUi: string | null;
  readonly simulator: string;
  readonly configuration: string;
}

/** Where they are, and how a second terminal runs a river with them. */
export function showServices(
  facts: ServicesAt,
  river: string | undefined,
  { variables }: Environment,
): string {
  const elsewhere = facts.temporal !== (variables.TEMPORAL_ADDRESS || defaultTemporalAddress);
  const command = [
    ...(elsewhere ? [`TEMPORAL_ADDRESS=${facts.temporal}`] : []),
    `${riverCommand} --config ${facts.configuration} run ${river ?? '<river>'} --wait`,
  ].join(' ');
  return [
    `Web UI         ${facts.webUi}`,
    `  start form   ${facts.webUi}/namespaces/default/workflows/start-workflow?taskQueue=${taskQueue}&workflowType=riverRun`,
    `Temporal       ${facts.temporal}`,
    `Simulator      ${facts.simulator}`,
    `Configuration  ${facts.configuration}`,
    '',
    'Run a river from a second terminal:',
    `  ${command}`,
    'Stop with Ctrl-C.',
  ].join('\n');
}
