export { deriveKey } from './derive-key';
