export { Admission } from './admission';
export { takesEncoding } from './accepted-encoding';
export { openEntrance, serveHitsFirst } from './entrance';
export { expiresWithin } from './expiry';
export { documentFront } from './front-docs';
export { FrontDesk, type Identify } from './front-desk';
export { FrontModule } from './front.module';
export { compressAnswers } from './compress-answers';
export { Cached, frontRouteOf, Heavy, Long, SkipThrottle, Uncompressed, Vital } from './front-route';
