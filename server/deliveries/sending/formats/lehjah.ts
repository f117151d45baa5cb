/** As https://docs.lehjah.com shows it. */
import { type Format, jsonContent } from './format.ts';

export const formatLehjah: Format = ({ event, data }) => jsonContent({ event: event.type, data });
