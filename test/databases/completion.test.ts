import { test } from 'vitest';
import { completesInShell } from '../helpers/completing-shell.ts';

test.each(['zsh', 'fish'] as const)(
  'commands, options, rivers, reports, values and files are completed in %s',
  (shell) => completesInShell(shell),
);
