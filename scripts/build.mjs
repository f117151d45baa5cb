/** `npm run build`: compiles server/ to dist/ and builds the program for browsers, if their files are not the ones of last time. */
import { setUp } from './setup.mjs';

await setUp();
