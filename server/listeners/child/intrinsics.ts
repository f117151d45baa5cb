/**
 * Notices when a run changed what the language itself offers (`Array.prototype.map = …`, `Object.prototype.x = …`,
 * `globalThis.JSON = …`), so that its thread is replaced before another run meets it. Freezing instead would break
 * packages that assign over inherited names.
 */
const { getOwnPropertyDescriptor, ownKeys } = Reflect;

interface Watched {
  readonly target: object;
  readonly keyCount: number;
  readonly keys: readonly (string | symbol)[];
  readonly values: readonly unknown[];
}

export function createIntrinsicsGuard() {
  const common = commonTargets().map(watch);
  const others = otherTargets().map(watch);
  const globalNames = ownKeys(globalThis).filter(
    (key) => typeof getOwnPropertyDescriptor(globalThis, key)?.value === 'function',
  );
  const globalValues = globalNames.map((key) => Reflect.get(globalThis, key) as unknown);

  let lastModule: string | undefined;

  function isGlobalChanged(): boolean {
    const members = globalThis as Record<string | symbol, unknown>;
    for (let i = 0; i < globalNames.length; i++) if (members[globalNames[i]!] !== globalValues[i]) return true;
    return false;
  }

  return {
    /** What is most often changed: cheap enough for after every run. */
    isCommonTampered: (): boolean => common.some(isChanged),
    /** Everything watched: looked at when another module's turn comes. */
    isCleanFor(module: string): boolean {
      const isAnother = lastModule !== undefined && lastModule !== module;
      lastModule = module;
      return !isAnother || !(common.some(isChanged) || others.some(isChanged) || isGlobalChanged());
    },
  };
}

function watch(target: object): Watched {
  const all = ownKeys(target);
  const keys = all.filter((key) => {
    const found = getOwnPropertyDescriptor(target, key);
    return found?.get === undefined && !Number.isNaN(found?.value); // Number.NaN never equals itself
  });
  return { target, keyCount: all.length, keys, values: keys.map((key) => Reflect.get(target, key) as unknown) };
}

function isChanged({ target, keyCount, keys, values }: Watched): boolean {
  if (ownKeys(target).length !== keyCount) return true;
  const members = target as Record<string | symbol, unknown>;
  for (let i = 0; i < keys.length; i++) if (members[keys[i]!] !== values[i]) return true;
  return false;
}

function commonTargets(): object[] {
  return [Object.prototype, Function.prototype, Array.prototype, String.prototype, Promise.prototype, JSON];
}

function otherTargets(): object[] {
  const constructors = [
    Number,
    Boolean,
    Symbol,
    BigInt,
    Error,
    TypeError,
    Date,
    RegExp,
    Map,
    Set,
    WeakMap,
    ArrayBuffer,
    Uint8Array,
    URL,
    Buffer,
  ];
  const hidden = [
    Object.getPrototypeOf(Uint8Array) as object,
    Object.getPrototypeOf(Object.getPrototypeOf(new Uint8Array())) as object,
    Object.getPrototypeOf([][Symbol.iterator]()) as object,
    Object.getPrototypeOf(new Map()[Symbol.iterator]()) as object,
  ];
  const both = constructors.flatMap((one) => [one, one.prototype as object]);
  return [Object, Function, Array, String, Promise, ...both, ...hidden, Math, Reflect, Atomics, console];
}
