import { describe, expect, it } from 'vitest';
import { createLogger } from '../../server/lib/log.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function aLog(format: 'json' | 'pretty') {
  const written: string[] = [];
  return { log: createLogger({ level: 'info', format, write: (text) => written.push(text) }), written };
}

describe('createLogger', () => {
  it.each(['json', 'pretty'] as const)('removes secrets from %s lines by name and by look', async (format) => {
    const { log, written } = aLog(format);
    log.info({ token: 'abc', deep: { password: 'hunter2' }, note: 'sent Bearer abcdefghijkl' }, 'x');
    log.info({ url: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', key: 'ear_p_0123456789abcdef' }, 'y');
    await nextTurn();
    expect(written.join('')).not.toMatch(/abc"|=abc|hunter2|abcdefghijkl|MfKQ9r8|0123456789abcdef/);
  });

  it('writes the lines of one turn together, in order', async () => {
    const { log, written } = aLog('json');
    log.info('one');
    log.info('two');
    await nextTurn();
    expect(written).toHaveLength(1);
    expect(
      written[0]
        ?.trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    ).toEqual(['one', 'two']);
  });

  it('cannot be made to forge a line or to steer a terminal', async () => {
    const { log, written } = aLog('pretty');
    log.info({ name: 'a\n12:00:00 error forged\u001b[2J' }, 'x');
    await nextTurn();
    expect(written.join('').trim().split('\n')).toHaveLength(1);
    expect(written.join('')).not.toContain('\u001b');
  });
});
