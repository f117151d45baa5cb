/** How much of the server one browser, one address and everybody together may take through sockets, and why so much. */

export interface SocketLimits {
  /** Tabs that a person without a session keeps open; a crowd behind one address is told to sign in or to wait. */
  readonly guestsPerAddress: number;
  /** Guests and wrong tokens, in all: what somebody with many addresses can make the server do. */
  readonly unauthenticatedPerMinute: number;
  /** A page with its parts is one route; twenty are tabs within a tab. */
  readonly openRoutes: number;
  readonly messagesPerSecond: number;
  /** A page that loads opens its routes and runs a few listeners at once. */
  readonly messageBurst: number;
  /** Messages that are answered `rate_limited` before the connection is closed. */
  readonly messageDebt: number;
  /** Of one message. Trees travel the other way; what a form sends is small. */
  readonly messageBytes: number;
  /** Runs of one visit whose end somebody waits for. */
  readonly followedRuns: number;
  /** What may wait for a slow client, in packets and bytes, before it is sent the newest state later instead. */
  readonly backlogPackets: number;
  readonly backlogBytes: number;
  /** How long a visit waits for its browser to come back. */
  readonly awayMs: number;
  /** Visits that wait for their browsers; the one that waits longest goes first. Each keeps a few trees, mostly shared. */
  readonly awayVisits: number;
  /** Trees last sent that a route remembers, since a cut connection may have swallowed some. */
  readonly recentTrees: number;
  /** Of `api.session.set`, as JSON: it is part of what views are rendered with. */
  readonly stateBytes: number;
  /** How long a new connection may take to open its first route before its session begins all the same. */
  readonly beginAfterMs: number;
  /** How often the tokens of open connections are looked at: a revoked one is out within a second. */
  readonly tokenSweepMs: number;
  /** The same for sessions, which tell of their end themselves unless they run out or another process ends them. */
  readonly sessionSweepMs: number;
}

export const socketLimits: SocketLimits = {
  guestsPerAddress: 10,
  unauthenticatedPerMinute: 200,
  openRoutes: 20,
  messagesPerSecond: 20,
  messageBurst: 60,
  messageDebt: 60,
  messageBytes: 256 * 1024,
  followedRuns: 50,
  backlogPackets: 8,
  backlogBytes: 256 * 1024,
  awayMs: 120_000,
  awayVisits: 5_000,
  recentTrees: 20,
  stateBytes: 16 * 1024,
  beginAfterMs: 2_000,
  tokenSweepMs: 500,
  sessionSweepMs: 60_000,
};
