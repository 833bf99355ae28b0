import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file, or something that can make any part of one. */
export type Served =
	| Uint8Array
	| string
	| { readonly byteLength: number; read(start: number, end: number): Uint8Array };

/** How a server misbehaves; changed while it runs. */
export interface Faults {
	/** Ends the connection after so many more bytes of files, once. */
	cutAfter?: number;
	/** Answers file requests with these, one after another, before it answers well. */
	statuses?: { status: number; retryAfter?: number }[];
	/** Sends so many bytes fewer than it was asked for. */
	shorten?: number;
	/** Flips a bit of this byte of this file. */
	corrupt?: { path: string; at: number };
	/** Bytes a second. */
	rate?: number;
	/** Lets only this token in. */
	token?: string;
	/** Has no list of files, as a plain mirror. */
	hasNoList?: boolean;
	/** Leaves the hashes out of the list. */
	hasNoHashes?: boolean;
}

export interface HubServer {
	readonly endpoint: string;
	/** `GET /owner/name/resolve/… bytes=0-9 token`, one a request, of both origins. */
	readonly log: string[];
	readonly faults: Faults;
	commit: string;
	/** Files of the repository now; a change needs a new commit. */
	files: Readonly<Record<string, Served>>;
	close(): Promise<void>;
}

/**
 * A Hub of one repository on this machine: it lists the repository's files with sizes and hashes,
 * and redirects reads to a store on another origin, where a token must not turn up.
 */
export async function startHubServer(
	repository: string,
	files: Readonly<Record<string, Served>>,
	faults: Faults = {}
): Promise<HubServer> {
	const log: string[] = [];
	const store = await listen((request, response) => {
		void serveFile(hub, request, response);
	});
	const front = await listen((request, response) => {
		note(log, request);
		const url = new URL(request.url!, 'http://hub');
		allow(response);
		if (request.method === 'OPTIONS') return void response.writeHead(204).end();
		const path = decodeURIComponent(url.pathname);
		const { token } = hub.faults;
		if (!path.includes(`/${repository}/`)) {
			return void response.writeHead(401, { 'X-Error-Code': 'RepoNotFound' }).end();
		}
		const isAllowed = token === undefined || request.headers.authorization === `Bearer ${token}`;
		if (path.startsWith('/api/')) {
			const revision = path.split('/revision/')[1];
			if (hub.faults.hasNoList) return void response.writeHead(404).end('nothing here');
			if (revision !== 'main' && revision !== hub.commit) {
				return void response.writeHead(404, { 'X-Error-Code': 'RevisionNotFound' }).end();
			}
			response.setHeader('Content-Type', 'application/json');
			return void response.end(JSON.stringify({ sha: hub.commit, siblings: list(hub) }));
		}
		if (!isAllowed) {
			const status = request.headers.authorization === undefined ? 401 : 403;
			return void response.writeHead(status, { 'X-Error-Code': 'GatedRepo' }).end();
		}
		const [, file] = path.split(/\/resolve\/[^/]+\//);
		if (file === undefined || !Object.hasOwn(hub.files, file)) {
			return void response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
		}
		response.writeHead(302, { Location: `${address(store)}/${file}?signature=1` }).end();
	});
	const hub: HubServer = {
		endpoint: address(front),
		log,
		faults: { ...faults },
		commit: '1'.repeat(40),
		files,
		async close() {
			for (const server of [front, store]) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
		}
	};
	return hub;
}

async function serveFile(hub: HubServer, request: IncomingMessage, response: ServerResponse) {
	note(hub.log, request);
	allow(response);
	if (request.method === 'OPTIONS') return void response.writeHead(204).end();
	const { faults } = hub;
	const fault = faults.statuses?.shift();
	if (fault !== undefined) {
		const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
		return void response.writeHead(fault.status, headers).end();
	}
	const path = decodeURIComponent(new URL(request.url!, 'http://store').pathname.slice(1));
	const file = hub.files[path];
	const size = sizeOf(file);
	const range = request.headers.range?.match(/^bytes=(\d+)-(\d+)$/);
	const start = range ? Number(range[1]) : 0;
	const end = range ? Math.min(Number(range[2]) + 1, size) : size;
	if (range) {
		response.statusCode = 206;
		response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${size}`);
	}
	const stop = Math.max(start, end - (faults.shorten ?? 0));
	const step = 256 * 1024;
	for (let from = start; from < stop; from += step) {
		const to = Math.min(from + step, stop);
		let bytes = Buffer.from(read(file, from, to));
		const { corrupt } = faults;
		if (corrupt?.path === path && corrupt.at >= from && corrupt.at < to) {
			bytes[corrupt.at - from] ^= 1;
		}
		if (faults.cutAfter !== undefined) {
			if (faults.cutAfter < bytes.byteLength) {
				bytes = bytes.subarray(0, faults.cutAfter);
				faults.cutAfter = undefined;
				// Told to be longer than it is, and then torn down.
				response.write(bytes, () => response.destroy());
				return;
			}
			faults.cutAfter -= bytes.byteLength;
		}
		if (response.destroyed) return;
		if (!response.write(bytes)) {
			const waiting = new AbortController();
			const { signal } = waiting;
			await Promise.race(
				['drain', 'close'].map((event) => once(response, event, { signal }).catch(() => {}))
			);
			waiting.abort();
		}
		if (faults.rate !== undefined) {
			await new Promise((resolve) => setTimeout(resolve, (bytes.length / faults.rate!) * 1000));
		}
	}
	response.end();
}

function list({ files, faults }: HubServer) {
	return Object.entries(files).map(([rfilename, file]) => {
		const size = sizeOf(file);
		if (typeof file === 'string' || faults.hasNoHashes) return { rfilename, size };
		return { rfilename, size, lfs: { size, sha256: hashOf(file, size) } };
	});
}

/** A large file is hashed once. */
const hashes = new WeakMap<object, string>();

function hashOf(file: Exclude<Served, string>, size: number): string {
	const known = hashes.get(file);
	if (known !== undefined) return known;
	const hash = createHash('sha256');
	for (let from = 0; from < size; from += 1 << 22) {
		hash.update(read(file, from, Math.min(from + (1 << 22), size)));
	}
	const hex = hash.digest('hex');
	hashes.set(file, hex);
	return hex;
}

function sizeOf(file: Served): number {
	return typeof file === 'string' ? Buffer.byteLength(file) : file.byteLength;
}

function read(file: Served, start: number, end: number): Uint8Array {
	if (typeof file === 'string') return Buffer.from(file).subarray(start, end);
	return 'read' in file ? file.read(start, end) : file.subarray(start, end);
}

/** What lets a page of another origin read the answers. */
function allow(response: ServerResponse): void {
	response.setHeader('Access-Control-Allow-Origin', '*');
	response.setHeader('Access-Control-Allow-Headers', 'Authorization, Range');
	response.setHeader('Access-Control-Expose-Headers', 'Content-Range, X-Error-Code, Retry-After');
	response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

function note(log: string[], { method, url, headers }: IncomingMessage): void {
	const token = headers.authorization === undefined ? '' : ' token';
	log.push(`${method} ${url} ${headers.range ?? 'whole'}${token}`);
}

async function listen(
	handle: (request: IncomingMessage, response: ServerResponse) => void
): Promise<Server> {
	const server = createServer(handle);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server;
}

function address(server: Server): string {
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
