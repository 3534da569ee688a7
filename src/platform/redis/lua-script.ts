import { createHash } from 'node:crypto';

/** A script that Redis runs as one step (EVALSHA); loaded on every new connection's server. */
export interface LuaScript {
  /** What it does, for the count of commands. */
  readonly label: string;
  readonly text: string;
  /** SHA-1 of the text, by which Redis knows it. */
  readonly sha: string;
  /** How many of its arguments are keys. */
  readonly keys: number;
}

/** Declares a script. */
export const luaScript = (label: string, keys: number, text: string): LuaScript => ({
  label,
  text,
  keys,
  sha: createHash('sha1').update(text).digest('hex'),
});
