/** What a spreadsheet takes for the beginning of a formula, after any number of quotes. */
const LOOKS_LIKE_FORMULA = /^'*[=+\-@\t\r\n]/;
const IS_GUARDED = /^'+[=+\-@\t\r\n]/;

/**
 * Makes a cell harmless that a spreadsheet would run as a formula (CSV injection): one quote goes in front.
 * A cell that looks guarded already gets another one, so that `unguardCell` gives back what was there.
 */
export const guardCell = (cell: string): string => (LOOKS_LIKE_FORMULA.test(cell) ? `'${cell}` : cell);

/** Takes off the one quote that `guardCell` has put on. */
export const unguardCell = (cell: string): string => (IS_GUARDED.test(cell) ? cell.slice(1) : cell);
