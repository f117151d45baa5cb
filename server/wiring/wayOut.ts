/** Opens the one door to the outside, and what watches over it. */
import { createExposureWatch } from '../http/exposure.ts';
import { createEgress } from '../lib/egress.ts';
import { createLoopbackRule } from '../lib/egress/loopback.ts';
import type { Tools } from './tools.ts';

/** The guarded door for requests to the outside. */
export function openWayOut({ config, lifecycle, address }: Tools) {
  const loopback = createLoopbackRule({ host: config.host, publicUrl: config.publicUrl });
  const exposure = createExposureWatch({ loopback, publicUrl: config.publicUrl });
  const egress = createEgress({
    allow: config.egressAllow,
    allowLoopback: loopback.isOpen,
    httpsOnly: config.egressHttpsOnly,
    ownUrls: () => address.own,
  });
  lifecycle.onStop('egress', egress.close);
  return { loopback, exposure, egress };
}

export type WayOut = ReturnType<typeof openWayOut>;
