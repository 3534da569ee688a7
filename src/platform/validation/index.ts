export { CompiledRules } from './compiled-rules';
export { Characters, countCharacters, hasAtMostCharacters } from './characters';
export {
  Optional,
  OptionalNonBlankText,
  OptionalOrNull,
  OptionalText,
  RequiredText,
  type FieldDoc,
} from './fields';
export { IsStorable, isStorable, isStorableJson } from './storable-text';
export { isDate, isShallowJson, parseTime, rule } from './formats';
export { OptionalBoolean, OptionalDate, OptionalInteger, OptionalJson, OptionalTime } from './typed-fields';
export { QueryDate, QueryText } from './query-fields';
