import { Header } from '@nestjs/common';

/** For handlers that return the finished JSON text of an answer, as Postgres wrote it. */
export const JsonText = (): MethodDecorator => Header('content-type', 'application/json; charset=utf-8');
