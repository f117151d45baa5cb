/** `npm test`: sets up what is missing, then runs the tests. `npm test -- test/http` runs some of them. */
import { join } from 'node:path';
import { exitCodeOf, root, setUp } from './setup.mjs';

await setUp();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
process.exitCode = await exitCodeOf(process.execPath, [
  vitest,
  'run',
  '-c',
  'test/vitest.config.ts',
  ...process.argv.slice(2),
]);
