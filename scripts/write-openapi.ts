/** `npm run openapi`: writes docs/openapi.json from the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPEN_API_FILE, openApiText } from './openapi/open-api-text';

void openApiText().then((text) => {
  writeFileSync(join(__dirname, '..', OPEN_API_FILE), text);
  console.log(`Wrote ${OPEN_API_FILE}.`);
});
