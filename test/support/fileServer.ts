import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface FileServer {
	/** Address of the folder, with a slash at its end. */
	readonly url: string;
	/** `GET /a bytes=0-9`, one a request. */
	readonly log: string[];
	close(): Promise<void>;
}

/** Serves files from memory on a free port of this machine; `handle` answers in another way. */
export async function startFileServer(
	files: Readonly<Record<string, Uint8Array | string>>,
	{ ranges = true, handle }: { ranges?: boolean; handle?: Record<string, Handler> } = {}
): Promise<FileServer> {
	const log: string[] = [];
	const server = createServer((request, response) => {
		const path = decodeURIComponent(request.url!.slice(1));
		log.push(`${request.method} /${path} ${request.headers.range ?? 'whole'}`);
		if (handle && Object.hasOwn(handle, path)) return handle[path](request, response);
		if (!Object.hasOwn(files, path)) return void response.writeHead(404).end('not here');
		const body = Buffer.from(files[path]);
		const range = ranges && request.headers.range?.match(/^bytes=(\d+)-(\d+)$/);
		if (!range) return void response.end(body);
		const start = Number(range[1]);
		const end = Math.min(Number(range[2]) + 1, body.length);
		if (start >= body.length) {
			return void response.writeHead(416, { 'Content-Range': `bytes */${body.length}` }).end();
		}
		response.writeHead(206, { 'Content-Range': `bytes ${start}-${end - 1}/${body.length}` });
		response.end(body.subarray(start, end));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		log,
		close() {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		}
	};
}
