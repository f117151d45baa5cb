/**
 * What must be in place before anything of Earshot runs: a Node that is new enough, the dependencies of the lock file,
 * and a build of the sources as they are. Each step looks first and does nothing when there is nothing to do, so a
 * second start is quick. Plain Node, for there may be no dependencies yet.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const DEPENDENCIES_STAMP = 'node_modules/.earshot-setup';
const BUILD_STAMP = 'dist/.earshot-build';
const CLIENT_STAMP = 'dist/.earshot-client';
/** The program for browsers: built apart from the server, by Vite. */
const CLIENT = join('server', 'client');
/** Whatever changes the result of a build. */
const BUILD_INPUTS = ['server', 'tsconfig.json', 'scripts/tsconfig.build.json', DEPENDENCIES_STAMP];
const CLIENT_INPUTS = [CLIENT, 'scripts/client', DEPENDENCIES_STAMP];

/** Undefined when this Node will do, else what to tell the person. */
export function nodeFault(version, engines) {
  const wanted = /(\d+)\.(\d+)\.(\d+)/.exec(engines);
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  const isNewEnough = major > Number(wanted[1]) || (major === Number(wanted[1]) && minor >= Number(wanted[2]));
  if (isNewEnough) return undefined;
  return `Earshot needs Node.js ${wanted[0]} or newer, and this is ${version}. Get one at https://nodejs.org, then try again.`;
}

export function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const fault = nodeFault(process.version, engines.node);
  if (fault !== undefined) {
    console.error(fault);
    process.exit(1);
  }
}

/** Installs what the lock file names, if that is not what is installed. */
export async function ensureDependencies() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = hashOf(lock);
  if (readStamp(DEPENDENCIES_STAMP) === wanted) return;
  if (isInstalled(JSON.parse(lock))) {
    writeStamp(DEPENDENCIES_STAMP, wanted);
    return;
  }
  say('Installing dependencies…');
  // Without install scripts: none of ours needs one, and a package that brings one later does not get to run it.
  // `--include=dev`: the compiler is among them, and NODE_ENV=production would leave it out.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'];
  await run(...npmCommand(args));
  writeStamp(DEPENDENCIES_STAMP, wanted);
}

/** Whether npm, run by hand, has put in place what the lock file names: it notes what it did in a lock file of its own. */
export function isInstalled(lock, noted = readNoted()) {
  if (noted === undefined) return false;
  const isSame = (a, b) => a?.version === b?.version && a?.integrity === b?.integrity;
  const { '': _project, ...packages } = lock.packages;
  return (
    Object.entries(packages).every(([path, each]) =>
      // Those for other platforms are optional and not noted.
      noted.packages[path] === undefined ? each.optional === true : isSame(each, noted.packages[path]),
    ) && Object.keys(noted.packages).every((path) => packages[path] !== undefined)
  );
}

function readNoted() {
  const path = join(root, 'node_modules/.package-lock.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** Compiles server/ to dist/, if its files are not the ones compiled last. */
export async function ensureBuild() {
  const wanted = fingerprint(BUILD_INPUTS, isServers);
  if (readStamp(BUILD_STAMP) === wanted && existsSync(join(root, 'dist/server'))) return;
  say('Building…');
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'scripts/tsconfig.build.json']);
  copyData();
  removeOrphans();
  writeStamp(BUILD_STAMP, wanted);
}

/** Builds the program for browsers to dist/client, if its files are not the ones built last. */
export async function ensureClient() {
  const wanted = fingerprint(CLIENT_INPUTS);
  if (readStamp(CLIENT_STAMP) === wanted && existsSync(join(root, 'dist/client/index.html'))) return;
  say('Building the browser client…');
  await run(process.execPath, [join(root, 'scripts/client/build.mjs')]);
  writeStamp(CLIENT_STAMP, wanted);
}

export async function setUp() {
  checkNode();
  await ensureDependencies();
  await Promise.all([ensureBuild(), ensureClient()]);
}

/** Runs a program in the project's folder, its output shown. Ends this process with the same code when it fails. */
export async function run(command, args, { env = process.env } = {}) {
  const code = await exitCodeOf(command, args, env);
  if (code !== 0) process.exit(code);
}

export function exitCodeOf(command, args, env = process.env) {
  // Output goes to stderr: what a script prints for another program must not be mixed with it.
  const child = spawn(command, args, { cwd: root, env, stdio: ['inherit', 2, 2] });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const each of ['SIGINT', 'SIGTERM']) process.off(each, forward);
      resolve(signal === null ? code : 128 + (signal === 'SIGINT' ? 2 : 15));
    });
  });
}

/** The npm that runs this script, or the one on the PATH. */
function npmCommand(args) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.js$/.test(cli)) return [process.execPath, [cli, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

/** The compiler takes only code along; data that lies beside it is read from there at run time. */
function copyData() {
  for (const path of filesUnder('server').filter((each) => isServers(each) && each.endsWith('.json'))) {
    mkdirSync(dirname(join(root, 'dist', path)), { recursive: true });
    copyFileSync(join(root, path), join(root, 'dist', path));
  }
}

/** What is left in dist/ of a source that is gone must not be found any more. */
function removeOrphans() {
  for (const path of filesUnder('dist/server')) {
    const source = path.replace(/^dist./, '').replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(join(root, source))) rmSync(join(root, path));
  }
}

const isServers = (path) => !path.startsWith(CLIENT);

/** Names, sizes and times of the files: read in a few milliseconds, and different after any edit or checkout. */
function fingerprint(paths, isInput = () => true) {
  const seen = createHash('sha256');
  for (const path of paths.flatMap(filesUnder).filter(isInput)) {
    const { size, mtimeMs } = statSync(join(root, path));
    seen.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return seen.digest('hex');
}

function filesUnder(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)]))
    .sort();
}

function readStamp(path) {
  const absolute = join(root, path);
  return existsSync(absolute) ? readFileSync(absolute, 'utf8').trim() : undefined;
}

function writeStamp(path, value) {
  const absolute = join(root, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, `${value}\n`);
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function say(text) {
  if (process.env.npm_config_loglevel !== 'silent') console.error(text);
}
