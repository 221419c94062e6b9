import type { Command } from 'commander';
import { endedRuns } from '../../control/ended-runs.ts';
import { verifyRivers } from '../../control/verify-rivers.ts';
import { readRunInput } from '../../domain/river/read-run-input.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
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
  const verified = await verifyRivers(
    read,
    async (open) => {
      const ended = await endedRuns(open);
      if (!ended) terminal.say(temporalAway);
      return ended;
    },
    river,
  );
  terminal.answer({ json: verified, text: showVerifications(verified) });
  return verified.every(({ ok }) => ok) ? exitCode.done : exitCode.failed;
}
