import { AnswerCheck } from '../support/answer-check';
import { currentOpenApi, exampleOf, operationsOf } from '../support/open-api';

describe('The examples of the document', () => {
  it('of answers and errors fit their schemas', async () => {
    const document = await currentOpenApi();
    const check = new AnswerCheck(document);
    const wrong = operationsOf(document).flatMap((operation) =>
      Object.values(operation.responses).flatMap(({ content = {} }) =>
        Object.values(content).flatMap(({ schema, examples = {} }) => {
          const shown = Object.values(examples).map(({ value }) => value);
          const values = shown.length > 0 ? shown : [exampleOf(document, schema ?? {})];
          return values.flatMap((value) =>
            value === undefined ? [] : check.schemaFlaws(schema ?? {}, value),
          );
        }),
      ),
    );
    expect(wrong).toEqual([]);
  });
});
