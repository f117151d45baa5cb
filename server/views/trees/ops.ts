/** The ops of one patch, with their size, so that a patch larger than what it makes is noticed. */
import type { PatchOp } from '../../schemas/socket.ts';
import { sizeOf } from './size.ts';

/** Of an op beside its path and value: `{"op":"replace","path":"","value":}`. */
export const OP_BYTES = 36;

export interface Ops {
  readonly list: PatchOp[];
  size: number;
}

export function push(ops: Ops, op: PatchOp): void {
  ops.list.push(op);
  ops.size += OP_BYTES + op.path.length + ('value' in op ? sizeOf(op.value) : 0);
}
