/** A collection's validator: what does not fit is refused with 121 and the details of why. */
import { matchOptions } from '../aggregate/options.ts';
import { MongoError } from '../errors.ts';
import { compileMatch } from '../match/compile.ts';
import { type Collection } from '../store/catalog.ts';
import { decodeExact, type Doc } from '../values/codec.ts';
import { isPlainObject } from '../values/types.ts';

/** `before`: the stored document an update changes; under `moderate` one that did not fit may stay as it is. */
export function validate(collection: Collection, raw: Buffer, before?: Buffer): void {
  const { validator, validationLevel, validationAction } = collection.options;
  if (!isPlainObject(validator) || validationLevel === 'off' || validationAction === 'warn') return;
  collection.validator ??= compileMatch(validator, matchOptions());
  const doc = decodeExact(raw);
  if (collection.validator(doc)) return;
  if (validationLevel === 'moderate' && before !== undefined && !collection.validator(decodeExact(before))) return;
  throw new MongoError(121, 'DocumentValidationFailure', 'Document failed validation', {
    errInfo: { failingDocumentId: doc._id, details: detailsOf(validator, doc) },
  });
}

function detailsOf(validator: Doc, doc: Doc): Doc {
  if (isPlainObject(validator.$jsonSchema))
    return { operatorName: '$jsonSchema', schemaRulesNotSatisfied: unmetRules(validator.$jsonSchema, doc) };
  const [operatorName = '$and', specifiedAs] = Object.entries(validator)[0] ?? [];
  return { operatorName, specifiedAs: { [operatorName]: specifiedAs }, reason: 'expression did not match' };
}

/** The rules of the schema's top level that the document breaks, each tried alone. */
function unmetRules(schema: Doc, doc: Doc): Doc[] {
  const rules: Doc[] = [];
  const fits = (part: Doc): boolean => compileMatch({ $jsonSchema: part }, matchOptions())(doc);
  for (const [operatorName, specifiedAs] of Object.entries(schema)) {
    if (['title', 'description', 'bsonType', 'type'].includes(operatorName) || fits({ [operatorName]: specifiedAs }))
      continue;
    if (operatorName === 'required' && Array.isArray(specifiedAs))
      rules.push({
        operatorName,
        specifiedAs: { required: specifiedAs },
        missingProperties: specifiedAs.filter((name) => typeof name === 'string' && !Object.hasOwn(doc, name)),
      });
    else if (operatorName === 'properties' && isPlainObject(specifiedAs))
      rules.push({
        operatorName,
        propertiesNotSatisfied: Object.entries(specifiedAs)
          .filter(([name, rule]) => !fits({ properties: { [name]: rule } }))
          .map(([propertyName, rule]) => ({
            propertyName,
            details: [{ specifiedAs: rule, consideredValue: doc[propertyName] ?? null }],
          })),
      });
    else rules.push({ operatorName, specifiedAs: { [operatorName]: specifiedAs } });
  }
  return rules;
}
