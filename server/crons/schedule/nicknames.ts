/** The nicknames of crontab(5), as node-cron knows them. */
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

export const NICKNAME_LIST = [...NICKNAMES.keys()].join(', ');

/** The fields a nickname stands for; any other text as it is, with single spaces between its fields. */
export function resolveNickname(text: string): string {
  const plain = text.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
  return NICKNAMES.get(plain.toLowerCase()) ?? plain;
}
