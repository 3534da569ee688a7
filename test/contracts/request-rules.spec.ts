import { type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { CompiledRules } from '../../src/platform/validation';
import { startTestApp, type TestApp } from '../support/test-app';

const READ: number[] = [RouteParamtypes.BODY, RouteParamtypes.QUERY];

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** The classes that bodies and queries of all routes are read as. */
const requestClasses = (): Type<object>[] => {
  const controllers = new DiscoveryService(app.app.get(ModulesContainer)).getControllers();
  const found = controllers.flatMap(({ metatype }) => {
    const prototype = (metatype as Type<object>).prototype as object;
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((method) => {
      const arguments_ = (Reflect.getMetadata(ROUTE_ARGS_METADATA, metatype as Type<object>, method) ??
        {}) as Record<string, { index: number; data?: unknown }>;
      const types = (Reflect.getMetadata('design:paramtypes', prototype, method) ?? []) as Type<object>[];
      return Object.entries(arguments_)
        .filter(([key]) => READ.includes(Number(key.split(':')[0])))
        .map(([, { index }]) => types[index]!);
    });
  });
  return [...new Set(found)].filter((type) => ![Object, String, Array].includes(type as never));
};

describe('the rules of requests', () => {
  it('can all be compiled: none is read the slow way unless it is wrong', () => {
    const classes = requestClasses();
    expect(classes.length).toBeGreaterThan(15);
    for (const dto of classes) expect([dto.name, new CompiledRules(dto).isEmpty]).toEqual([dto.name, false]);
  });
});
