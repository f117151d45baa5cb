import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { createFrameReader, FrameError, MAX_MESSAGE_BYTES } from '../../../../server/db/embedded/wire/frame.ts';
import { parseMessage } from '../../../../server/db/embedded/wire/message.ts';
import { MongoError } from '../../../../server/db/embedded/errors.ts';
import { aMessage } from '../engine-support.ts';

function readAll(chunks: readonly Buffer[]): Buffer[] {
  const messages: Buffer[] = [];
  const reader = createFrameReader({ onMessage: (message) => messages.push(Buffer.from(message)) });
  for (const chunk of chunks) reader.push(chunk);
  return messages;
}

/** A message with a section of kind 1 behind its body. */
function aSequence(name: string, documents: readonly Buffer[], sizeOffset = 0): Buffer {
  const head = aMessage({ insert: 'c' });
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents]);
  const section = Buffer.concat([Buffer.from([1]), Buffer.alloc(4), content]);
  section.writeInt32LE(4 + content.length + sizeOffset, 1);
  const message = Buffer.concat([head, section]);
  message.writeInt32LE(message.length, 0);
  return message;
}

function nested(depth: number): Buffer {
  let doc = Buffer.from([5, 0, 0, 0, 0]);
  for (let i = 0; i < depth; i++) {
    const outer = Buffer.alloc(doc.length + 8);
    outer.writeInt32LE(outer.length, 0);
    outer.set([3, 0x61, 0], 4);
    outer.set(doc, 7);
    doc = outer;
  }
  return doc;
}

describe('the frame reader', () => {
  it('cuts messages out of a stream whatever way it is split', () => {
    const stream = Buffer.concat([aMessage({ ping: 1 }, 1), aMessage({ hello: 1 }, 2), aMessage({ find: 'x' }, 3)]);
    for (const size of [1, 2, 3, 7, 40, stream.length]) {
      const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
        stream.subarray(i * size, (i + 1) * size),
      );
      expect(readAll(chunks).map((message) => message.readInt32LE(4))).toEqual([1, 2, 3]);
    }
  });

  it.each([-1, 0, 15, MAX_MESSAGE_BYTES + 1, 2 ** 31 - 1])(
    'refuses a length of %i before it keeps anything',
    (length) => {
      const head = Buffer.alloc(16);
      head.writeInt32LE(length, 0);
      expect(() => readAll([head.subarray(0, 4)])).toThrow(FrameError);
    },
  );

  it('keeps no more than its bound of a message that never ends', () => {
    const reader = createFrameReader({ onMessage: () => undefined });
    const head = Buffer.alloc(16);
    head.writeInt32LE(MAX_MESSAGE_BYTES, 0);
    reader.push(head);
    expect(reader.isPartial()).toBe(true);
  });
});

describe('the message parser', () => {
  it('reads documents beside the command and inside of it alike', () => {
    const raw = Buffer.from(BSON.serialize({ _id: 1 }));
    expect(parseMessage(aSequence('documents', [raw])).sequences.get('documents')).toEqual([raw]);
    const inside = parseMessage(aMessage({ insert: 'c', documents: [{ _id: 1 }], ordered: true }));
    expect(inside.sequences.get('documents')).toEqual([raw]);
    expect(inside.command).toEqual({ insert: 'c', ordered: true, $db: 'test' });
  });

  it('refuses sections and documents that reach beyond their message', () => {
    const raw = Buffer.from(BSON.serialize({ _id: 1 }));
    expect(() => parseMessage(aSequence('documents', [raw], 1))).toThrow(FrameError);
    const long = Buffer.from(raw);
    long.writeInt32LE(raw.length + 1, 0);
    expect(() => parseMessage(aSequence('documents', [long]))).toThrow(FrameError);
  });

  it('refuses compressed and unknown operations, unknown flags and types', () => {
    const compressed = aMessage({ ping: 1 });
    compressed.writeInt32LE(2012, 12);
    expect(() => parseMessage(compressed)).toThrow(FrameError);
    const flagged = aMessage({ ping: 1 });
    flagged.writeUInt32LE(4, 16);
    expect(() => parseMessage(flagged)).toThrow(FrameError);
    const typed = aMessage({ ping: 1 });
    typed[25] = 0x20;
    expect(() => parseMessage(typed)).toThrow(MongoError);
  });

  it('passes over a checksum when its flag says there is one', () => {
    const message = Buffer.concat([aMessage({ ping: 1 }), Buffer.alloc(4)]);
    message.writeInt32LE(message.length, 0);
    message.writeUInt32LE(1, 16);
    expect(Object.keys(parseMessage(message).command)).toEqual(['ping', '$db']);
  });

  it('refuses documents nested too deeply, a hundred thousand levels in no time', () => {
    const bodyOf = (depth: number): Buffer => {
      const message = Buffer.concat([Buffer.alloc(21), nested(depth)]);
      message.writeInt32LE(message.length, 0);
      message.writeInt32LE(2013, 12);
      return message;
    };
    expect(() => parseMessage(bodyOf(90))).toThrow(/\$db/);
    expect(() => parseMessage(bodyOf(101))).toThrow(/deeper/);
    // 100,000 levels of 8 bytes would take a quadratic builder: these are enough to overflow a recursive reader.
    expect(() => parseMessage(bodyOf(5_000))).toThrow(/deeper/);
  });

  it('answers twenty thousand flipped bytes with a command or a refusal, never anything else', () => {
    const seeds = [
      aMessage({ insert: 'c', documents: [{ _id: 1, a: { b: [1, 'x', null, new Date()] } }], ordered: true }),
      aMessage({ find: 'c', filter: { a: { $in: [1, 2] } }, lsid: { id: new BSON.UUID() } }),
      aSequence('documents', [Buffer.from(BSON.serialize({ _id: 2, t: 'text' }))]),
    ];
    let state = 42;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state % below;
    };
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      const message = Buffer.from(seeds[i % seeds.length]!);
      for (let flips = 0; flips <= random(3); flips++) message[16 + random(message.length - 16)] = random(256);
      try {
        parseMessage(message);
      } catch (error) {
        refused++;
        expect(error instanceof FrameError || error instanceof MongoError, String(error)).toBe(true);
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
