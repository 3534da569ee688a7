import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** Parts of the framework that tell, a line each, of every module and route they set up. */
const SET_UP_CONTEXTS = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/**
 * The logger of the program. What the framework tells of its own set-up is of level `debug`: dozens of lines that
 * would push the address of the API off the terminal at every start.
 */
@Injectable()
export class ProgramLogger extends Logger {
  override log(message: unknown, ...optionalParams: unknown[]): void {
    if (SET_UP_CONTEXTS.has(optionalParams.at(-1))) this.debug(message, ...optionalParams);
    else super.log(message, ...optionalParams);
  }
}
