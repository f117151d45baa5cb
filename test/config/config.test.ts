import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, settings } from '../../server/config.ts';

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have defaults that work', () => {
    expect(readConfig({})).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      dataDir: resolve('data'),
      mongodbUrl: undefined,
      retentionDays: 30,
      bodyLimitBytes: 1_048_576,
      queueLimit: 1_000_000,
      runTimeoutMs: 30_000,
      allowedHosts: [],
      trustProxy: 0,
      logLevel: 'info',
    });
  });

  it('that are empty count as unset', () => {
    expect(readConfig({ PORT: '', SECRET_KEY: ' ', PUBLIC_URL: '' })).toEqual(readConfig({}));
  });

  it('are read from the environment', () => {
    const env = {
      PORT: '0',
      PUBLIC_URL: 'https://hooks.test/base/',
      ALLOWED_HOSTS: ' a.test, b.test:8080,',
      EGRESS_ALLOW: '10.0.0.0/8,::1',
      EGRESS_HTTPS_ONLY: 'True',
      LOG_LEVEL: 'DEBUG',
    };
    expect(readConfig(env)).toMatchObject({
      port: 0,
      publicUrl: 'https://hooks.test/base',
      allowedHosts: ['a.test', 'b.test:8080'],
      egressAllow: ['10.0.0.0/8', '::1'],
      egressHttpsOnly: true,
      logLevel: 'debug',
    });
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '4000.5'],
    ['PORT', '0x10'],
    ['PORT', '-1'],
    ['RETENTION_DAYS', '0'],
    ['BODY_LIMIT_BYTES', '1e6'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['PUBLIC_URL', 'hooks.test'],
    ['PUBLIC_URL', 'ftp://hooks.test'],
    ['PUBLIC_URL', 'https://user:pass@hooks.test'],
    ['PUBLIC_URL', 'https://hooks.test/?a=1'],
    ['MONGODB_URL', 'http://localhost'],
    ['EGRESS_ALLOW', 'everything'],
    ['EGRESS_ALLOW', '10.0.0.0/33'],
    ['EGRESS_HTTPS_ONLY', 'perhaps'],
    ['SECRET_KEY', 'too short'],
    ['DATA_DIR', 'a\0b'],
  ])('%s=%j is a fault that names it', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: expected `))]);
  });

  it('that are faulty are reported all at once', () => {
    const faults = faultsOf({ PORT: 'x', LOG_LEVEL: 'y', PUBLIC_URL: 'z' });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['PORT', 'PUBLIC_URL', 'LOG_LEVEL']);
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/cannot start[^]*PORT[^]*LOG_LEVEL/);
  });

  it('that are secret do not stand in a fault', () => {
    const faults = faultsOf({ SECRET_KEY: 'hunter2', MONGODB_URL: 'mysql://me:hunter2@db/x' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('have names of their own and a description each', () => {
    const all = Object.values(settings);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, description } of all) {
      expect(name).toMatch(/^[A-Z][A-Z_]+$/);
      expect(description).toMatch(/\.$|`$/);
    }
  });
});
