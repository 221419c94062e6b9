import type { Verification } from '#domain/verify/verification';
import { counted } from './counted.ts';
import { colors } from './terminal.ts';

/** Each river and table in a line; what is off below it, with the command that repairs it. */
export function showVerifications(verified: readonly Verification[]): string {
  if (verified.length === 0) return 'Nothing was loaded yet.';
  return verified.flatMap(linesOf).join('\n');
}

function linesOf({ river, warehouse, table, ok, period, days, found, findings }: Verification): string[] {
  const what = period
    ? `${counted(days, 'day')} from ${period.start} to ${period.end}, ${counted(found, 'row')}`
    : counted(found, 'row');
  return [
    `${ok ? colors.green('ok ') : colors.red('off')}  ${river} in ${warehouse}.${table}: ${what}`,
    ...findings.flatMap(({ message, repair }) => [
      `     ${message}`,
      ...(repair === null ? [] : [`       ${repair}`]),
    ]),
  ];
}
