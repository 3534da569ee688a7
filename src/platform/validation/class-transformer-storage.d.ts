/** What the package keeps its decorators' metadata in; it ships the types elsewhere than the code. */
declare module 'class-transformer/cjs/storage' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
