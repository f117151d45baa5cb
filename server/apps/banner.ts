/** What the terminal shows once Earshot listens: where it is, where the credentials are, and two lines to try it out. */
import type { CredentialsState } from './firstStart.ts';

export interface BannerFacts {
  readonly version: string;
  /** Where this machine reaches the server: `http://localhost:4000`. */
  readonly url: string;
  readonly publicUrl: string | undefined;
  readonly credentialsPath: string;
  readonly credentials: CredentialsState;
  /** Ranges of EGRESS_ALLOW. */
  readonly egressAllow: readonly string[];
  readonly isLoopbackOpen: boolean;
  /** The database in use: `embedded, in data/`, `MongoDB`. */
  readonly storage: string;
  /** For terminals that show it. */
  readonly useColour: boolean;
}

export function renderBanner(facts: BannerFacts): string {
  const { bold, dim } = facts.useColour ? COLOURS : PLAIN;
  const rows: readonly (readonly [string, string])[] = [
    ['Pages', `${facts.url}/`],
    ['Documentation', `${facts.url}/docs`],
    ...(facts.publicUrl === undefined ? [] : ([['Public URL', facts.publicUrl]] as const)),
    ['Credentials', credentialsText(facts)],
    ['Storage', facts.storage],
    ['Outbound', egressText(facts)],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lines = rows.map(([label, value]) => `  ${dim(label.padEnd(width))}${value}`);
  const tryOut =
    facts.credentials === 'made' || facts.credentials === 'there'
      ? ['', `  ${dim('Make a webhook, then trigger it:')}`, '', ...tryOutLines(facts)]
      : [];
  return ['', `  ${bold(`Earshot ${facts.version}`)} listens on ${bold(facts.url)}`, '', ...lines, ...tryOut, ''].join(
    '\n',
  );
}

/** Two lines for a POSIX shell. The first keeps the new URL in a variable, which the second posts to. */
export function tryOutLines({ url, credentialsPath }: Pick<BannerFacts, 'url' | 'credentialsPath'>): readonly string[] {
  const file = shellWord(credentialsPath);
  const token = `$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).environments.production.token' ${file})`;
  const body = JSON.stringify({ action: 'exampleListener', props: { userId: 1 } });
  const json = "-H 'content-type: application/json'";
  const create = `curl -s ${url}/app/webhooks -H "authorization: Bearer ${token}" ${json} -d '${body}'`;
  const readUrl = `node -p 'JSON.parse(fs.readFileSync(0)).url'`;
  return [
    `HOOK=$(${create} | ${readUrl}) && echo "$HOOK"`,
    `curl "$HOOK" ${json} -d '${JSON.stringify({ triggerData: 'someData' })}'`,
  ];
}

const COLOURS = { bold: (text: string) => `\x1b[1m${text}\x1b[22m`, dim: (text: string) => `\x1b[2m${text}\x1b[22m` };
const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };

function credentialsText({ credentials, credentialsPath: path }: BannerFacts): string {
  switch (credentials) {
    case 'made':
      return `${path} (made just now, readable by you alone)`;
    case 'there':
      return path;
    case 'absent':
      return 'no credentials.json here; `npm run token -- --environment production` makes a token';
    case 'foreign':
      return `${path} belongs to another app; \`npm run token\` makes a token for this one`;
  }
}

function egressText({ egressAllow, isLoopbackOpen }: BannerFacts): string {
  const loopback = isLoopbackOpen ? ', and to this machine until a call comes from outside' : '';
  const ranges = egressAllow.length === 0 ? '' : ` and to ${egressAllow.join(', ')}`;
  return `to public addresses${ranges}${loopback}; EGRESS_ALLOW opens others`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
