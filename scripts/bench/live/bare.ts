/** Socket.io alone: a server that sends every client the bytes it is told to, and keeps nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { perMessageDeflate: false, serveClient: false });
http.listen(0, '127.0.0.1', () => process.send?.({ type: 'listening', port: (http.address() as AddressInfo).port }));

process.on('message', ({ patch }: { readonly patch: object }) => void io.emit('patch', patch));
