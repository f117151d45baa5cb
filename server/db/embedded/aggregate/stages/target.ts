/** Where `$out` and `$merge` write. */
import { isPlainObject } from '../../values/types.ts';
import { type Namespace } from '../env.ts';
import { fail, nameOfType, show } from '../expression/values.ts';

export function outTarget(spec: unknown, db: string): Namespace {
  if (typeof spec === 'string') return checkTarget({ db, coll: spec });
  if (!isPlainObject(spec))
    fail(16990, `$out only supports a string or object argument, but found ${nameOfType(spec)}`);
  const { db: otherDb = db, coll } = spec;
  if (typeof coll !== 'string' || typeof otherDb !== 'string')
    fail(40414, "BSON field '$out.coll' is missing but a required field");
  return checkTarget({ db: otherDb, coll });
}

export function mergeTarget(spec: unknown, db: string): Namespace {
  const into: unknown = isPlainObject(spec) ? spec.into : spec;
  if (typeof into === 'string') return checkTarget({ db, coll: into });
  if (!isPlainObject(into) || typeof into.coll !== 'string')
    fail(
      51178,
      `$merge 'into' field must be either a string or an object with a collection name, but found ${show(into)}`,
    );
  return checkTarget({ db: typeof into.db === 'string' ? into.db : db, coll: into.coll });
}

function checkTarget(ns: Namespace): Namespace {
  if (ns.coll === '' || ns.coll.includes('$') || ns.coll.includes('\0'))
    fail(73, `Invalid namespace specified '${ns.db}.${ns.coll}'`, 'InvalidNamespace');
  if (ns.coll.startsWith('system.')) fail(17385, `Can't $out to special collection: ${ns.coll}`);
  return ns;
}
