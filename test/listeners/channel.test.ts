import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader, createFrameWriter, FrameType, type Frame } from '../../server/listeners/channel.ts';

function written(frames: readonly Parameters<ReturnType<typeof createFrameWriter>['send']>[0][]): Buffer[] {
  const writes: Buffer[] = [];
  const writer = createFrameWriter({ write: (bytes) => writes.push(bytes) });
  for (const frame of frames) writer.send(frame);
  writer.flush();
  return writes;
}

describe('the channel to a runner', () => {
  it('sends the frames of one moment in one write', () => {
    expect(written([{ type: FrameType.ready }, { type: FrameType.stuck }, { type: FrameType.ready }])).toHaveLength(1);
  });

  it('hands out the same frames however the bytes are cut', () => {
    const u32 = fc.nat({ max: 0xffff_ffff });
    const aFrame = fc.record({
      type: fc.constantFrom(FrameType.run, FrameType.done, FrameType.apiCall),
      id: u32,
      a: u32,
      b: u32,
      c: u32,
      head: fc.string({ unit: 'grapheme' }),
      body: fc.uint8Array(),
    });
    fc.assert(
      fc.property(fc.array(aFrame, { minLength: 1 }), fc.array(fc.nat({ max: 500 })), (frames, cuts) => {
        const bytes = Buffer.concat(written(frames));
        const got: unknown[] = [];
        const read = createFrameReader(({ head, body, ...rest }: Frame) => {
          got.push({ ...rest, head: head.toString('utf8'), body: new Uint8Array(body) });
        });
        const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
        let from = 0;
        for (const place of [...places, bytes.length]) {
          read(bytes.subarray(from, place));
          from = place;
        }
        expect(got).toEqual(frames);
      }),
    );
  });

  it.each([
    ['a length beyond the limit', [0xff, 0xff, 0xff, 0x7f]],
    ['a length shorter than a frame', [1, 0, 0, 0]],
    ['a head longer than its frame', [21, 0, 0, 0, ...Array.from({ length: 17 }, () => 0), 9, 0, 0, 0]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => {
      createFrameReader(() => undefined)(Buffer.from(bytes));
    }).toThrow(/frame/);
  });
});
