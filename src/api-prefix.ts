import { type INestApplication } from '@nestjs/common';
import { METRICS_PATH } from './metrics';

/** Puts all routes below `/api`, but those that other programs look for elsewhere. */
export const prefixRoutes = (app: INestApplication): void => {
  app.setGlobalPrefix('api', { exclude: [METRICS_PATH] });
};
