export { openEntrance, serveHitsFirst } from './entrance';
export { expiresWithin } from './expiry';
export { documentFront } from './front-docs';
export { FrontDesk, type Identify } from './front-desk';
export { FrontModule } from './front.module';
export { Cached, SkipThrottle } from './front-route';
