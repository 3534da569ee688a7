import { LRUCache } from 'lru-cache';
import { type Encoding } from '../cache';

const chosen = new LRUCache<string, { encoding: Encoding | undefined }>({ max: 100 });

/** The coding that a client likes best of those we have, by its `Accept-Encoding` (RFC 9110, 12.5.3). */
export const acceptedEncoding = (header: string | undefined): Encoding | undefined => {
  if (header === undefined) return undefined;
  let choice = chosen.get(header);
  if (choice === undefined) chosen.set(header, (choice = { encoding: choose(header) }));
  return choice.encoding;
};

/** Whether a client takes an answer in a coding at all, however much it likes others. */
export const takesEncoding = (header: string | undefined, encoding: Encoding): boolean => {
  if (header === undefined) return false;
  const weights = weightsOf(header);
  return (weights.get(encoding) ?? weights.get('*') ?? 0) > 0;
};

const ITEM = /^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i;

const weightsOf = (header: string): Map<string, number> => {
  const weights = new Map<string, number>();
  for (const item of header.split(',')) {
    const [, name, weight = '1'] = ITEM.exec(item) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight));
  }
  return weights;
};

/** Of equally liked ones `br`, which is smaller; none where a client likes it better to get the answer as it is. */
const choose = (header: string): Encoding | undefined => {
  const weights = weightsOf(header);
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const best: Encoding = weightOf('gzip') > weightOf('br') ? 'gzip' : 'br';
  const weight = weightOf(best);
  return weight > 0 && weight >= (weights.get('identity') ?? 0) ? best : undefined;
};
