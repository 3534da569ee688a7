import { Param, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { ValidationFailed } from './problem';

class UuidPipe implements PipeTransform<string, string> {
  constructor(private readonly name: string) {}

  transform(value: string): string {
    if (!isUUID(value)) throw ValidationFailed.of(this.name, 'must be a UUID');
    return value.toLowerCase();
  }
}

/** A path parameter that is a UUID; anything else is a 400 that names it. */
export const UuidParam = (name: string): ParameterDecorator => Param(name, new UuidPipe(name));
