/** `npm run build`: compiles server/ to dist/, if its files are not the ones compiled last. */
import { setUp } from './setup.mjs';

await setUp();
