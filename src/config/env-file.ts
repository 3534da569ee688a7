import { existsSync } from 'node:fs';

/** Completes the environment by the file `.env` of the working folder, if there is one; what is set already stays. */
export const loadEnvFile = (): void => {
  if (existsSync('.env')) process.loadEnvFile('.env');
};
