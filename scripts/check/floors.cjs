/**
 * The floors of DESIGN.md, section 3, as rules for dependency-cruiser: a folder of server/ imports its own files and
 * lower floors only; neighbours on one floor know each other's types; every library has one home.
 */
const floors = [
  ['lib'],
  ['schemas'],
  ['db'],
  ['queue'],
  ['webhooks', 'runs', 'listeners', 'data', 'events', 'rules', 'deliveries', 'crons', 'views', 'apps'],
  ['http', 'sockets'],
  ['console'],
];

const inside = (folders) => `^server/(${folders.join('|')})/`;

/** No floor looks up. The types of the nouns may be named in lib, which knows no noun's rules. */
const lookDown = floors.slice(0, -1).flatMap((folders, floor) => [
  {
    name: `floor-${floor}-looks-up`,
    comment: `${folders.join(', ')}: imports lower floors only.`,
    severity: 'error',
    from: { path: inside(folders) },
    to: {
      path: inside(floors.slice(floor + 1).flat()),
      ...(floor === 0 ? { pathNot: '^server/schemas/json\\.ts$' } : {}),
    },
  },
]);

/** Neighbours take each other's functions from app.ts. */
const neighbours = floors
  .filter((folders) => folders.length > 1)
  .flatMap((folders) =>
    folders.map((folder) => ({
      name: `${folder}-uses-a-neighbour`,
      comment: 'Neighbours on one floor import types of each other; app.ts hands their functions over.',
      severity: 'error',
      from: { path: inside([folder]) },
      to: { path: inside(folders.filter((other) => other !== folder)), dependencyTypesNot: ['type-only'] },
    })),
  );

/** Which files may import a library. Types excepted where the value side has its home elsewhere. */
const homes = {
  express: '^server/http/',
  'socket.io': '^server/sockets/',
  helmet: '^server/http/',
  'prom-client': '^server/http/',
  mongoose: '^server/db/|/store[A-Za-z]*\\.ts$',
  mongodb: '^server/db/',
  libsql: '^server/db/embedded/',
  ajv: '^server/lib/schema(\\.ts$|/)',
  'ajv-formats': '^server/lib/schema(\\.ts$|/)',
  'node-cron': '^server/crons/',
  cronstrue: '^server/crons/',
  undici: '^server/lib/egress(\\.ts$|/)',
  pino: '^server/lib/log\\.ts$',
};

const libraries = Object.entries(homes).map(([library, home]) => ({
  name: `${library}-has-one-home`,
  comment: `${library} is imported by ${home} only.`,
  severity: 'error',
  from: { path: '^server/', pathNot: home },
  to: { path: `node_modules/${library}/`, dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    ...lookDown,
    ...neighbours,
    ...libraries,
    {
      name: 'only-the-top-knows-the-top',
      comment: 'main.ts, app.ts, wiring/ and config.ts are known to nobody below.',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/(main\\.ts|app\\.ts|wiring/)' },
      to: { path: '^server/(main\\.ts|app\\.ts|config\\.ts|wiring/)' },
    },
    {
      name: 'sdk-is-the-door',
      comment: "An author's code imports server/sdk.ts and nothing else of the platform.",
      severity: 'error',
      from: { path: '^(listeners|views)/' },
      to: { path: '^server/', pathNot: '^server/sdk\\.ts$' },
    },
    {
      name: 'client-knows-nouns-only',
      comment: 'The browser program imports types of schemas/ only.',
      severity: 'error',
      from: { path: '^server/client/' },
      to: { path: '^server/', pathNot: '^server/(client|schemas)/' },
    },
    {
      name: 'server-imports-no-author',
      comment: 'Listeners and views are loaded by name, never imported.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(listeners|views|scripts|test)/' },
    },
    {
      name: 'no-cycle',
      comment: 'A cycle at run time makes the order of loading matter.',
      severity: 'error',
      from: { path: '^server/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'What is imported exists and stands in package.json, among the dependencies of the running server.',
      severity: 'error',
      from: { path: '^server/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-dependency',
      comment: 'The server runs without development dependencies.',
      severity: 'error',
      from: { path: '^server/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
