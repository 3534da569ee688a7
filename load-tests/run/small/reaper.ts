import { spawn } from 'node:child_process';

/**
 * Waits until its input ends, which it does when the one who holds the other end is gone, however that came. Then the
 * folders are removed as soon as they are empty; what does not end is asked to after 5 s (SIGINT is Postgres's fast way)
 * and killed after 20 s.
 */
const SCRIPT = `
cat > /dev/null
for tenth in $(seq 300); do
  left=''
  for folder in "$@"; do
    if [ -d "$folder" ]; then rmdir "$folder" 2> /dev/null || left=$folder; fi
  done
  [ -z "$left" ] && exit 0
  if [ "$tenth" = 50 ]; then for pid in $(cat "$left/cgroup.procs"); do kill -INT "$pid"; done; fi
  if [ "$tenth" -ge 200 ]; then for pid in $(cat "$left/cgroup.procs"); do kill -KILL "$pid"; done; fi
  sleep 0.1
done 2> /dev/null`;

/**
 * A process that removes these control groups after this one has ended, be it by a signal, by a failure or in between.
 * It is no part of the terminal's job, so Ctrl-C does not end it.
 */
export const reapAfterwards = (folders: readonly string[]): void => {
  const reaper = spawn('sh', ['-c', SCRIPT, 'reaper', ...folders], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.on('error', () => undefined);
  reaper.unref();
  // An open pipe would keep this process running.
  (reaper.stdin as unknown as { unref?: () => void } | null)?.unref?.();
};
