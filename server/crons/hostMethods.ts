/** The methods behind a listener's `api.crons`. Their arguments come from foreign code and are checked here. */
import { Type } from 'typebox';
import { createParser } from '../lib/schema.ts';
import { CronCreate, CronListQuery, CronPatch } from '../schemas/cron.ts';
import { MAX_LIMIT } from '../schemas/list.ts';
import type { ManageCrons } from './manage.ts';

export type CronMethod = (scope: { readonly environmentId: number }, args: unknown) => Promise<unknown>;

const closed = { additionalProperties: false };
const name = Type.String({ minLength: 1, maxLength: 100 });
const Named = Type.Object({ name }, closed);
const NamedChange = Type.Object({ name, change: CronPatch }, closed);
const Until = Type.Object({ until: Type.Optional(Type.String({ format: 'date-time' })) }, closed);
const Filter = Type.Omit(CronListQuery, ['limit', 'cursor'], closed);

/** A listener is shown so many at a time. */
const page = { limit: MAX_LIMIT };

export function createCronMethods(manage: ManageCrons): Readonly<Record<string, CronMethod>> {
  const parseCreate = createParser(CronCreate, 'body');
  const parseFilter = createParser(Filter, 'body');
  const parseName = createParser(Named, 'body');
  const parseChange = createParser(NamedChange, 'body');
  const parseUntil = createParser(Until, 'body');

  return {
    'crons.create': ({ environmentId }, args) => manage.create(environmentId, parseCreate(args)),
    'crons.list': async ({ environmentId }, args) => (await manage.list(environmentId, parseFilter(args), page)).items,
    'crons.get': ({ environmentId }, args) => manage.get(environmentId, parseName(args).name),
    'crons.update': ({ environmentId }, args) => {
      const given = parseChange(args);
      return manage.update(environmentId, given.name, given.change);
    },
    'crons.delete': ({ environmentId }, args) => manage.remove(environmentId, parseName(args).name),
    'crons.run': ({ environmentId }, args) => manage.runNow(environmentId, parseName(args).name),
    'crons.history': async ({ environmentId }, args) =>
      (await manage.history(environmentId, parseName(args).name, page)).items,
    'crons.upcoming': async ({ environmentId }, args) => {
      const { until } = parseUntil(args);
      return (await manage.upcoming(environmentId, until === undefined ? undefined : new Date(until), page)).items;
    },
  };
}
