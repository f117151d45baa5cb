/**
 * The packs that come with Earshot, as data in `../packs/`: installed into an environment in one call, and into every
 * sandbox on the first start. A file is read when its pack is first asked for.
 *
 * Installing again brings a type up to what the pack says now, unless somebody changed it by hand since it came, made
 * it themselves, or it came with another pack: such a type is left alone and reported as unchanged. One that was
 * deleted comes back.
 */
import { readFileSync } from 'node:fs';
import { AppError } from '../../lib/errors.ts';
import { environmentNamed } from '../../schemas/app.ts';
import type { EventTypePack, EventTypesInstalled } from '../../schemas/eventType.ts';
import type { Json, JsonObject } from '../../schemas/json.ts';
import { digestOf, type EventTypeDocument, type NamedContent } from './document.ts';
import type { Install } from './install.ts';
import type { EventTypeStore } from './store.ts';

export const packNames = ['lehjah', 'built', 'softledger'] as const;

/** A pack as its file says it: types that share channel, schema and example stand together. */
interface PackFile {
  readonly description: string;
  readonly groups: readonly Group[];
}

interface Group {
  readonly channel: string;
  readonly exclusive?: boolean;
  readonly schema: JsonObject;
  readonly example: JsonObject;
  readonly types: Readonly<Record<string, GroupedType>>;
}

interface GroupedType {
  readonly description: string;
  /** Members in which its example differs from that of the group. */
  readonly with?: JsonObject;
}

export interface Pack {
  readonly name: string;
  readonly description: string;
  readonly types: readonly NamedContent[];
}

/** Undefined when there is no pack of that name. */
export function readPack(name: string): Pack | undefined {
  if (!packNames.some((known) => known === name)) return undefined;
  const text = readFileSync(new URL(`../packs/${name}.json`, import.meta.url), 'utf8');
  const { description, groups } = JSON.parse(text) as PackFile;
  return { name, description, types: groups.flatMap(typesOf) };
}

function typesOf({ channel, exclusive = false, schema, example, types }: Group): NamedContent[] {
  return Object.entries(types).map(([name, { description, with: different }]) => {
    const examples: Json[] = [{ ...example, ...different }];
    return {
      name,
      description,
      channel,
      exclusive,
      schema: JSON.stringify(schema),
      examples: JSON.stringify(examples),
      deprecated: false,
    };
  });
}

export interface PacksDeps {
  readonly store: Pick<EventTypeStore, 'packsPresent' | 'hasDefaultPacks' | 'markDefaultPacks'>;
  readonly install: Install;
}

export function createPacks({ store, install }: PacksDeps) {
  const packs = new Map<string, Pack>();

  function find(name: string): Pack {
    const pack = packs.get(name) ?? readPack(name);
    if (pack === undefined) {
      throw new AppError('not_found', { detail: `There is no pack ${name}; there are ${packNames.join(', ')}.` });
    }
    packs.set(name, pack);
    return pack;
  }

  function installPack(environmentId: number, name: string): Promise<EventTypesInstalled> {
    return installAll(environmentId, find(name));
  }

  function installAll(environmentId: number, { name: pack, types }: Pack): Promise<EventTypesInstalled> {
    const wanted = types.map(({ name, ...content }) => ({
      name,
      contentFor: (there: EventTypeDocument | undefined) =>
        there === undefined || isAsItCame(there, pack) ? content : 'keep',
    }));
    return install(environmentId, wanted, { pack });
  }

  /** A pack counts as installed while any of its types is there. */
  async function listPacks(environmentId: number): Promise<EventTypePack[]> {
    const present = await store.packsPresent(environmentId);
    return packNames.map(find).map(({ name, description, types }) => ({
      name,
      description,
      types: types.map((type) => type.name),
      installed: present.has(name),
    }));
  }

  /** What every sandbox begins with. Done once: what is deleted afterwards stays away. */
  async function installDefaults(): Promise<void> {
    const { id } = environmentNamed('sandbox');
    if (await store.hasDefaultPacks(id)) return;
    for (const name of packNames) await installPack(id, name);
    await store.markDefaultPacks(id);
  }

  return { listPacks, installPack, installDefaults };
}

function isAsItCame(there: EventTypeDocument, pack: string): boolean {
  return there.pack === pack && there.pack_digest === digestOf(there);
}
