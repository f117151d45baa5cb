/**
 * How the browser program is built: one page with its lazy parts, and, apart from it, `sdk.js`, a single module for other
 * sites. What comes out runs under a policy that allows neither inline scripts nor eval.
 */
import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mantineStyles } from './mantineStyles.mjs';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const root = fileURLToPath(new URL('../../server/client', import.meta.url));
const target = ['chrome120', 'firefox120', 'safari17'];

const shared = (outDir, minify) => ({
  configFile: false,
  root,
  logLevel: 'warn',
  clearScreen: false,
  build: {
    outDir,
    target,
    minify,
    // A picture as `data:` would be in the way of nothing, but it would be in every first load.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
  },
});

export function appConfig({ outDir, minify = true }) {
  const { build, ...rest } = shared(outDir, minify);
  return {
    ...rest,
    plugins: [react(), mantineStyles({ sources: root, modules })],
    build: { ...build, emptyOutDir: true, manifest: 'manifest.json', modulePreload: { polyfill: false } },
  };
}

export function sdkConfig({ outDir, minify = true }) {
  const { build, ...rest } = shared(outDir, minify);
  return {
    ...rest,
    publicDir: false,
    build: {
      ...build,
      emptyOutDir: false,
      lib: { entry: join(root, 'sdk.ts'), formats: ['es'], fileName: () => 'sdk.js' },
    },
  };
}
