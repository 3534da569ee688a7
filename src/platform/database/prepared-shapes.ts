import { statement, unprepared, type Statement } from './statement';

/** How many shapes are named. */
export interface MostShapes {
  all: number;
  /** With one label. */
  ofLabel: number;
}

/** Texts that are put together from parts and come in a few shapes, each named once. */
export class PreparedShapes {
  private readonly shapes = new Map<string, Statement>();
  private readonly numbers = new Map<string, number>();

  /** @param most beyond it they are planned at each use: each costs memory on every connection */
  constructor(private readonly most: MostShapes) {}

  /** The statement for a text, named unless there are too many of its kind. */
  get(label: string, text: string): Statement {
    const known = this.shapes.get(text);
    if (known !== undefined) return known;
    const alike = this.numbers.get(label) ?? 0;
    if (this.shapes.size >= this.most.all || alike >= this.most.ofLabel) return unprepared(text, label);
    const named = statement(label, text);
    this.shapes.set(text, named);
    this.numbers.set(label, alike + 1);
    return named;
  }
}

const ofProcess = new PreparedShapes({ all: 300, ofLabel: 100 });

/**
 * Names a text that is put together from parts and comes in a few shapes. The first 100 shapes with one label, and the
 * first 300 of the process, are prepared; later ones are planned at each use.
 */
export const preparable = (label: string, text: string): Statement => ofProcess.get(label, text);
