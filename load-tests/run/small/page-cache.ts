import { execFileSync } from 'node:child_process';

// `-exec … ';'` would end with 0 whatever became of it.
const DROP = 'for file; do dd if="$file" iflag=nocache count=0 status=none || exit 1; done';

/**
 * Forgets what the kernel keeps of the files in a folder. Pages stay counted to the group that first read them: without
 * this a small machine would have those for nothing that were read before it was made.
 * @param environment of the commands
 * @returns why it could not be done (GNU's `dd` is needed); nothing where all is forgotten
 */
export const forgetPages = (
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined => {
  try {
    execFileSync('find', [folder, '-type', 'f', '-size', '+8k', '-exec', 'sh', '-c', DROP, 'sh', '{}', '+'], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    const [said = ''] = (stderr?.toString() ?? '').trim().split('\n');
    return said === '' ? String(error) : said;
  }
};
