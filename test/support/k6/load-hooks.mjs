/** Module hooks under which a script for k6 runs in Node: `k6` and `k6/http` are the stand-ins beside this file. */
const STAND_INS = { k6: './k6.mjs', 'k6/http': './http.mjs' };

let script;

/** @param data of `register`: the address of the script, an ES module whatever its folder says */
export const initialize = (data) => {
  ({ script } = data);
};

export const resolve = (specifier, context, next) =>
  STAND_INS[specifier] === undefined
    ? next(specifier, context)
    : { url: new URL(STAND_INS[specifier], import.meta.url).href, shortCircuit: true };

export const load = (url, context, next) =>
  next(url, url === script ? { ...context, format: 'module' } : context);
