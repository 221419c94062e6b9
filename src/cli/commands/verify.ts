import type { Command } from 'commander';
import { findEndedRuns } from '#control/orphaned-runs';
import { verifyRivers } from '#control/verify-rivers';
import { readRunInput } from '#domain/river/read-run-input';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { sayMissing } from '../say-missing.ts';
import { showVerifications } from '../show-verifications.ts';

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('Hold the tables against the manifest: days, rows, runs; says what repairs what is off')
    .argument('[river]', 'a river of the configuration file; without it, all that were ever loaded')
    .action(action(verify));
}

const temporalAway =
  'Temporal is away: whether the runs that the manifest calls running still are is not known, and days that they have still to load are not missed.';

async function verify(
  { terminal, configuration }: CommandContext,
  river: string | undefined,
): Promise<ExitCode> {
  const read = await configuration();
  // An unknown name is refused in the words that every door has for it.
  if (river !== undefined) readRunInput({ river }, read);
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
  terminal.answer({ json: verifications, text: showVerifications(verifications) });
  sayMissing(terminal, missing);
  if (isTemporalAway) terminal.say(temporalAway);
  const fills = river === undefined ? undefined : read.rivers.get(river)?.target.warehouse;
  // What another warehouse may still hold of a river is no matter of the table that it fills.
  const lacks = missing.some(({ warehouse }) => fills === undefined || warehouse === fills);
  if (lacks || isTemporalAway) return exitCode.unreachable;
  return verifications.every(({ ok }) => ok) ? exitCode.done : exitCode.failed;
}
