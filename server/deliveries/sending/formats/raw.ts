/** The data and nothing around it. What is a string is sent as that text, so that a transform can write any format. */
import { type Format, jsonContent } from './format.ts';

export const formatRaw: Format = ({ data }) =>
  typeof data === 'string' ? { contentType: 'text/plain; charset=utf-8', body: Buffer.from(data) } : jsonContent(data);
