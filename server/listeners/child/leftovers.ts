/** What an author's code left behind that would go on during the next job. Sockets kept alive for reuse may stay. */
const LEFTOVER = /^(?:Timeout|Immediate|Worker|FSEvent|StatWatcher|TCPServer|Pipe|UDP)/;
const activeResources = process.getActiveResourcesInfo.bind(process);

export function hasLeftovers(): boolean {
  for (const kind of activeResources()) if (LEFTOVER.test(kind)) return true;
  return false;
}
