/** The app and its walled-off copies. Both environments exist from the first start and keep their ids for ever. */
import { Type, type Static } from 'typebox';

export const EnvironmentName = Type.Union([Type.Literal('production'), Type.Literal('sandbox')]);
export type EnvironmentName = Static<typeof EnvironmentName>;

export interface Environment {
  readonly id: number;
  readonly name: EnvironmentName;
  /** Stands in every token of the environment, so that a person sees at once which one it opens. */
  readonly letter: string;
}

export const environments = [
  { id: 1, name: 'production', letter: 'p' },
  { id: 2, name: 'sandbox', letter: 's' },
] as const satisfies readonly Environment[];

export function environmentNamed(name: EnvironmentName): Environment {
  return name === 'production' ? environments[0] : environments[1];
}

export function environmentName(id: number): EnvironmentName {
  return id === environments[0].id ? environments[0].name : environments[1].name;
}

const EnvironmentCredentials = Type.Object(
  { id: Type.Integer(), token: Type.String() },
  { additionalProperties: false },
);

/** The file `credentials.json` in DATA_DIR: what a person needs to begin, written once. */
export const Credentials = Type.Object(
  {
    app_uuid: Type.String({ format: 'uuid' }),
    environments: Type.Object(
      { production: EnvironmentCredentials, sandbox: EnvironmentCredentials },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type Credentials = Static<typeof Credentials>;
