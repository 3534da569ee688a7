export { AnswerCache } from './answer-cache';
export { type NamespaceCounts } from './cache-counts';
export { CachedAnswer, COMPRESS_FROM, type Encoding } from './cached-answer';
