/**
 * Mantine's styles without those of the components that are not used: a third of them. Its files say which component
 * imports which, and which classes each has, so what is used is found by following imports from our own sources.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WHOLE = '@mantine/core/styles.layer.css';
const PARTS = ['default-css-variables', 'baseline', 'global'];
const CLASS = /m_[0-9a-f]{6,10}/g;
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*["']([^"']+)["']/g;

export function mantineStyles({ sources, modules }) {
  return {
    name: 'earshot:mantine-styles',
    enforce: 'pre',
    load: (id) => (id.replaceAll('\\', '/').endsWith(WHOLE) ? usedStyles(sources, modules) : undefined),
  };
}

function usedStyles(sources, modules) {
  const core = join(modules, '@mantine/core');
  const files = [
    ...filesUnder(sources, /\.tsx?$/),
    // They use components of core, too.
    ...filesUnder(join(modules, '@mantine/notifications/esm'), /\.mjs$/),
  ];
  const names = new Set(
    files
      .flatMap((path) => importsOf(path).filter(({ from }) => from === '@mantine/core'))
      .flatMap(({ names }) => names),
  );
  const index = join(core, 'esm/index.mjs');
  const entries = importsOf(index)
    .filter((each) => each.names.some((name) => names.has(name)))
    .map(({ from }) => join(dirname(index), from));
  const classes = new Set([...closure(entries)].flatMap((path) => read(path).match(CLASS) ?? []));
  return styles(join(core, 'styles'), join(core, 'styles.css'), classes);
}

/** In the order of the whole file, for later ones are meant to win. */
function styles(folder, whole, classes) {
  const order = read(whole);
  const used = readdirSync(folder)
    .filter((file) => file.endsWith('.layer.css'))
    .map((file) => ({ name: file.replace('.layer.css', ''), text: read(join(folder, file)) }))
    .map((part) => ({ ...part, classes: part.text.match(CLASS) ?? [] }))
    .filter((part) => PARTS.includes(part.name) || part.classes.some((each) => classes.has(each)))
    .map((part) => ({
      ...part,
      at: PARTS.includes(part.name) ? PARTS.indexOf(part.name) - PARTS.length : order.indexOf(part.classes[0]),
    }));
  return used
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .join('\n');
}

function closure(paths, seen = new Set()) {
  for (const path of paths.filter((each) => !seen.has(each) && existsSync(each))) {
    seen.add(path);
    const relative = [...read(path).matchAll(/from\s*["'](\.[^"']+)["']/g)].map(([, from]) =>
      join(dirname(path), from),
    );
    closure(relative, seen);
  }
  return seen;
}

function importsOf(path) {
  return [...read(path).matchAll(IMPORT)].map(([, names, from]) => ({
    from,
    names: names.split(',').map((name) =>
      name
        .replace(/^\s*type\s+/, '')
        .split(/\s+as\s+/)[0]
        .trim(),
    ),
  }));
}

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => ending.test(path));
}

const read = (path) => readFileSync(path, 'utf8');
