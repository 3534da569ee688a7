import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isEmail, registerDecorator } from 'class-validator';

/** Longest address that SMTP can carry (RFC 5321, 4.5.3.1.3, without the brackets). */
export const MAX_EMAIL_CHARACTERS = 254;

const ASCII = /^[\x21-\x7e]+$/;

/** The one spelling an address is stored and compared in. Only A to Z are lowered: the Kelvin sign is no k. */
export const normaliseEmail = (text: string): string =>
  text.trim().replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/**
 * Whether a normalised text is an e-mail address. Only ASCII counts: an international domain is written in
 * punycode, so that two addresses that look alike are never two accounts by accident.
 */
export const isEmailAddress = (text: string): boolean =>
  text.length <= MAX_EMAIL_CHARACTERS && ASCII.test(text) && isEmail(text);

const IsEmailAddress = (): PropertyDecorator => (target, propertyKey) =>
  registerDecorator({
    name: 'isEmailAddress',
    target: target.constructor,
    propertyName: propertyKey as string,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isEmailAddress(value),
      defaultMessage: () =>
        `must be an e-mail address of at most ${MAX_EMAIL_CHARACTERS} ASCII characters (domains in punycode)`,
    },
  });

/** A required e-mail address in a request; trimmed and lower-cased before it is checked. */
export const EmailField = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normaliseEmail(value) : value)),
    IsEmailAddress(),
    ApiProperty({
      type: String,
      format: 'email',
      maxLength: MAX_EMAIL_CHARACTERS,
      description: 'Trimmed and compared without regard to case.',
      example: 'ada@example.com',
    }),
  );
