/**
 * `npm start`: sets up what is missing, then becomes the server, in this very process, so that signals reach it
 * without anybody in between. With `--dev` (`npm run dev`) listeners are loaded again when their files change.
 *
 * For the same reason package.json says `exec`: npm passes a signal to the shell it started, and a shell that waits
 * for its child would die of it alone. Where the shell knows no `exec` (Windows), what stands after `||` is run.
 */
import { setUp } from './setup.mjs';

await setUp();
await import('../dist/server/main.js');
