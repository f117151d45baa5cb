/** Checks props and event against the listener's own schemas. Loaded only for listeners that have some: it is large. */
import { Compile } from 'typebox/schema';

/** A sentence about what does not fit, or undefined where all does. */
export type Checks = (
  props: unknown,
  event: unknown,
) => { readonly props: string | undefined; readonly event: string | undefined };

const SHOWN_FAULTS = 5;

export function createChecks(props: object | undefined, event: object | undefined): Checks {
  const checkProps = checkOf(props);
  const checkEvent = checkOf(event);
  return (propsValue, eventValue) => ({ props: checkProps(propsValue), event: checkEvent(eventValue) });
}

function checkOf(schema: object | undefined): (value: unknown) => string | undefined {
  if (schema === undefined) return () => undefined;
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return undefined;
    const [, errors] = validator.Errors(value);
    const faults = errors
      .slice(0, SHOWN_FAULTS)
      .map((fault) => `${fault.instancePath === '' ? 'the whole' : fault.instancePath} ${fault.message}`);
    return faults.join('; ') + (errors.length > SHOWN_FAULTS ? `; and ${errors.length - SHOWN_FAULTS} more` : '');
  };
}
