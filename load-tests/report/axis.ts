import { readable } from './readable';

/** What goes to the right in a plot. */
export interface Axis {
  /** How far to the right: 0 at the left end, 1 at the right one. */
  place(at: number): number;
  ticks: readonly { at: number; text: string }[];
}

/** The next of 1, 2, 2.5, 5 times a power of ten, for steps that people can read. */
const roundStep = (raw: number): number => {
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10);
};

/** From 0 to at most `max` in round steps, about so many. */
export const ticks = (max: number, count: number): number[] => {
  const step = roundStep(max / count);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_none, index) => index * step);
};

/** Time: milliseconds since 1970 from `begin` to `end`, told as seconds since `begin`. */
export const timeAxis = (begin: number, end: number): Axis => {
  const seconds = Math.max(1, (end - begin) / 1000);
  return {
    place: (at) => (at - begin) / 1000 / seconds,
    ticks: ticks(seconds, 6).map((second) => ({
      at: begin + second * 1000,
      text: `${readable(second)} s`,
    })),
  };
};

/** Room beside the outermost values, so that their dots and numbers are not cut off. Of the width. */
const ASIDE = 0.06;

/** Numbers above 0 by their logarithm: equal factors are equally far apart. Told at each of `values`. */
export const logAxis = (values: readonly number[]): Axis => {
  const logarithms = values.map(Math.log);
  const [low, high] = [Math.min(...logarithms), Math.max(...logarithms)];
  const place = (at: number): number =>
    high > low ? ASIDE + ((Math.log(at) - low) / (high - low)) * (1 - 2 * ASIDE) : 0.5;
  return { place, ticks: values.map((at) => ({ at, text: readable(at) })) };
};
