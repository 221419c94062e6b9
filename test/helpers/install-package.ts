import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Installs a package of Debian, as root. Others may install at the same time: another copy of the tests, or the machine itself. */
export async function installPackage(name: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    run('flock', [join(tmpdir(), 'river-apt'), 'apt-get', '-o', 'DPkg::Lock::Timeout=600', '-qq', ...args], {
      env,
    });
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', name);
}
