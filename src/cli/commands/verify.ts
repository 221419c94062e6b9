import type { Command } from 'commander';
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

async function verify(
  { terminal, configuration }: CommandContext,
  river: string | undefined,
): Promise<ExitCode> {
  const read = await configuration();
  // An unknown name is refused in the words that every door has for it.
  if (river !== undefined) readRunInput({ river }, read);
  const verified = await verifyRivers(read, river);
  terminal.answer({ json: verified, text: showVerifications(verified) });
  return verified.every(({ ok }) => ok) ? exitCode.done : exitCode.failed;
}
