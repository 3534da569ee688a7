import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { registerDecorator } from 'class-validator';
import { Optional } from '../platform/validation';

/** What is asked of a time zone. */
export const TIME_ZONE_WANTED = 'must be the IANA name of a time zone, such as Europe/Berlin';

const MAX_CHARACTERS = 64;

/** Names begin with a letter; offsets such as `+02:00`, which some runtimes take as well, do not. */
const NAME = /^[A-Za-z][\w+/-]*$/;

/** Whether a text is the name of a time zone in the IANA database, as this runtime knows it. */
export const isTimeZone = (text: string): boolean => {
  if (text.length > MAX_CHARACTERS || !NAME.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/**
 * Names of whole regions, kept in the database of time zones for the sake of old programs, that are also
 * abbreviations: Postgres takes them for a fixed offset, without daylight saving time. Each is a link to a city since 2024b.
 */
const CITIES: Readonly<Record<string, string>> = {
  cet: 'Europe/Brussels',
  eet: 'Europe/Athens',
  met: 'Europe/Brussels',
  wet: 'Europe/Lisbon',
};

/** A name of the same time zone by which Postgres counts its days right. */
export const cityOf = (timeZone: string): string => CITIES[timeZone.toLowerCase()] ?? timeZone;

/** Refuses what `isTimeZone` refuses. */
const IsTimeZone = (): PropertyDecorator => (target, propertyKey) =>
  registerDecorator({
    name: 'isTimeZone',
    target: target.constructor,
    propertyName: propertyKey as string,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isTimeZone(value),
      defaultMessage: () => TIME_ZONE_WANTED,
    },
  });

/** The name of a time zone that may be left out. */
export const OptionalTimeZone = (description: string): PropertyDecorator =>
  applyDecorators(
    Optional(),
    IsTimeZone(),
    ApiProperty({
      type: String,
      required: false,
      maxLength: MAX_CHARACTERS,
      description,
      example: 'Europe/Berlin',
    }),
  );
