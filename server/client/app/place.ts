/** Which environment a page belongs to: its address says so. */

export interface Place {
  readonly environment: 'production' | 'sandbox';
  /** Goes before every path of the app. */
  readonly base: '' | '/@sandbox';
}

export function placeOf(pathname: string): Place {
  const isSandbox = pathname === '/@sandbox' || pathname.startsWith('/@sandbox/');
  return isSandbox ? { environment: 'sandbox', base: '/@sandbox' } : { environment: 'production', base: '' };
}
