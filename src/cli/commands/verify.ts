import type { Command } from 'commander';
import type { Verification } from '#domain/verify/verification';
import { action, type CommandContext } from '../context.ts';
import { codeForMissing, type ExitCode, exitCode } from '../exit-code.ts';
import { examples } from '../help.ts';
import { sayMissing } from '../show-run.ts';
import { colors, counted } from '../terminal.ts';

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'Compare the tables with the manifest: days, rows, runs; for each difference, show the command that repairs it',
    )
    .summary('compare the tables with the manifest')
    .argument('[river]', 'a river of the configuration file; default: every river that was ever loaded')
    .addHelpText(
      'after',
      examples(
        ['Compare every table with its manifest', 'river verify'],
        ['Compare the table of one river', 'river verify customers-by-action'],
      ),
    )
    .action(action(verify));
}

const temporalAway =
  'Temporal cannot be reached, so River does not know whether the runs that the manifest calls running have ended. Days that they still have to load do not count as missing.';

async function verify(
  { terminal, configuration }: CommandContext,
  river: string | undefined,
): Promise<ExitCode> {
  const read = await configuration();
  const { readRunInput } = await import('#domain/river/read-run-input');
  // An unknown name is refused with the same message as everywhere.
  if (river !== undefined) readRunInput({ river }, read);
  const { findEndedRuns } = await import('#control/orphaned-runs');
  const { verifyRivers } = await import('#control/verify-rivers');
  let isTemporalAway = false;
  const { verifications, missing } = await verifyRivers(
    read,
    async (open) => {
      const ended = await findEndedRuns(open);
      if (!ended) isTemporalAway = true;
      return ended;
    },
    river,
  );
  terminal.answer({ json: verifications, text: showVerifications(verifications, missing.length > 0) });
  sayMissing(terminal, missing);
  if (isTemporalAway) terminal.say(temporalAway);
  const fills = river === undefined ? undefined : read.rivers.get(river)?.target.warehouse;
  // Another warehouse that cannot be reached does not matter for the table that this river fills.
  const lacking = missing.filter(({ warehouse }) => fills === undefined || warehouse === fills);
  if (lacking.length > 0) return codeForMissing(lacking.map(({ why }) => why));
  if (isTemporalAway) return exitCode.unreachable;
  return verifications.every(({ ok }) => ok) ? exitCode.done : exitCode.failed;
}

/** One line for each river and table; below it each difference, with the command that repairs it. What could not be read may hold rows. */
export function showVerifications(verified: readonly Verification[], isIncomplete: boolean): string {
  if (verified.length === 0 && isIncomplete) return 'No table could be verified.';
  if (verified.length === 0) return 'Nothing has been loaded yet.';
  return verified.flatMap(showVerification).join('\n');
}

function showVerification({
  river,
  warehouse,
  table,
  ok,
  period,
  days,
  found,
  findings,
}: Verification): string[] {
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
