import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/lib/safetensors/checkpoint.js';
import { urlSource } from '../../../src/lib/sources/urlSource.js';
import { startFileServer, type FileServer } from '../../support/fileServer.js';

const large = Uint8Array.from({ length: 200_000 }, (_, i) => i * 31);
const files = { 'config.json': '{"é":1}', large, empty: '' };

let server: FileServer | undefined;
afterEach(() => server?.close());

async function start(...options: Parameters<typeof startFileServer>) {
	server = await startFileServer(...options);
	return { source: urlSource(server.url), log: server.log, url: server.url };
}

const sourceError = (message: string) =>
	expect.objectContaining({ name: 'SourceError', message: expect.stringContaining(message) });

test('reads text, sizes and ranges by GET', async () => {
	const { source, log } = await start(files);
	expect(await source.maybeText('config.json')).toBe('{"é":1}');
	expect(await source.maybeSize('large')).toBe(200_000);
	expect(await source.bytes('large', 150_000, 150_003)).toEqual(large.slice(150_000, 150_003));
	expect(log).toEqual([
		'GET /config.json whole',
		'GET /large bytes=0-65535',
		'GET /large bytes=150000-150002'
	]);
});

test('the first bytes come with the size, without another request', async () => {
	const { source, log } = await start(files);
	await source.maybeSize('large');
	expect(await source.bytes('large', 0, 8)).toEqual(large.slice(0, 8));
	expect(await source.bytes('large', 8, 65_536)).toEqual(large.slice(8, 65_536));
	expect(await source.maybeSize('large')).toBe(200_000);
	expect(log).toHaveLength(1);
});

test('bytes can be read before anything is known of the file', async () => {
	const { source, log } = await start(files);
	expect(await source.bytes('large', 3, 5)).toEqual(large.slice(3, 5));
	expect(await source.bytes('large', 5, 5)).toHaveLength(0);
	expect(log).toEqual(['GET /large bytes=3-4']);
});

test('an empty file has size 0', async () => {
	const { source } = await start(files);
	expect(await source.maybeSize('empty')).toBe(0);
	expect(await source.maybeText('empty')).toBe('');
});

test('a server that ignores ranges sends each file once', async () => {
	for (const first of ['size', 'bytes'] as const) {
		const { source, log } = await start(files, { ranges: false });
		if (first === 'size') expect(await source.maybeSize('large')).toBe(200_000);
		expect(await source.bytes('large', 150_000, 150_003)).toEqual(large.slice(150_000, 150_003));
		expect(await source.bytes('large', 0, 8)).toEqual(large.slice(0, 8));
		expect(await source.maybeSize('large')).toBe(200_000);
		expect(log).toHaveLength(1);
		await server!.close();
	}
});

test('progress counts the bytes of the range, whatever the server sends', async () => {
	for (const ranges of [true, false]) {
		const { source } = await start(files, { ranges });
		const received: number[] = [];
		await source.bytes('large', 100_000, 180_000, undefined, (count) => received.push(count));
		expect(received.at(-1)).toBe(80_000);
		expect(received).toEqual([...received].sort((a, b) => a - b));
		await server!.close();
	}
});

test('an absent file is null, and an error where its bytes are needed', async () => {
	const { source } = await start(files);
	expect(await source.maybeText('absent.json')).toBeNull();
	expect(await source.maybeSize('absent.json')).toBeNull();
	await expect(source.bytes('absent.json', 0, 4)).rejects.toThrow(sourceError('does not exist'));
});

test('other statuses are errors that say what to do', async () => {
	const answer = (status: number) => (_request: unknown, response: ServerResponse) =>
		void response.writeHead(status).end('body');
	const remedies = { 401: 'licence', 403: 'licence', 429: 'wait a minute', 500: 'try again later' };
	for (const [status, remedy] of Object.entries({ ...remedies, 416: 'check the address' })) {
		const { source } = await start(files, { handle: { file: answer(Number(status)) } });
		for (const read of [
			() => source.maybeText('file'),
			() => source.maybeSize('file'),
			() => source.bytes('file', 0, 4)
		]) {
			await expect(read()).rejects.toThrow(sourceError(`status ${status}; `));
			await expect(read()).rejects.toThrow(sourceError(remedy));
		}
		await server!.close();
	}
});

test('a server that is not there is an error that says what to check', async () => {
	const { source } = await start(files);
	await server!.close();
	await expect(source.maybeSize('large')).rejects.toThrow(sourceError('cannot be reached'));
	await expect(source.maybeText('config.json')).rejects.toThrow(sourceError('cannot be reached'));
});

test('a connection cut in the middle is an error, never a short answer', async () => {
	const cut = (status: number) => (_request: unknown, response: ServerResponse) => {
		const headers = { 'Content-Range': 'bytes 0-99999/200000', 'Content-Length': 100_000 };
		response.writeHead(status, headers);
		response.write(large.subarray(0, 50_000), () => response.destroy());
	};
	for (const status of [200, 206]) {
		const { source } = await start(files, { handle: { file: cut(status) } });
		await expect(source.bytes('file', 0, 100_000)).rejects.toThrow(
			sourceError('the connection broke')
		);
		await server!.close();
	}
});

test('an answer with other bytes than asked for is refused', async () => {
	const answer = (range: string, length: number) => (_request: unknown, response: ServerResponse) =>
		void response.writeHead(206, { 'Content-Range': range }).end(large.subarray(0, length));
	const { source } = await start(files, {
		handle: {
			elsewhere: answer('bytes 4-7/200000', 4),
			short: answer('bytes 0-3/200000', 3),
			long: answer('bytes 0-3/200000', 5),
			unsized: answer('bytes 0-65535/*', 65_536),
			silent: answer('', 4)
		}
	});
	await expect(source.bytes('elsewhere', 0, 4)).rejects.toThrow(
		sourceError('sent bytes 4 to 8, asked for 0 to 4')
	);
	await expect(source.bytes('short', 0, 4)).rejects.toThrow(sourceError('only 3 bytes came'));
	await expect(source.bytes('long', 0, 4)).rejects.toThrow(sourceError('more than 4 bytes came'));
	await expect(source.maybeSize('unsized')).rejects.toThrow(sourceError('does not tell its size'));
	await expect(source.maybeSize('silent')).rejects.toThrow(sourceError('does not tell its size'));
	expect(await source.bytes('silent', 0, 4)).toEqual(large.slice(0, 4));
});

test('a file that changes between two reads is refused', async () => {
	let size = 200_000;
	const { source } = await start(files, {
		handle: {
			file({ headers }, response) {
				const [start, end] = headers.range!.match(/\d+/g)!.map(Number);
				response.writeHead(206, { 'Content-Range': `bytes ${start}-${end}/${size}` });
				response.end(large.subarray(start, end + 1));
			}
		}
	});
	expect(await source.maybeSize('file')).toBe(200_000);
	size = 200_001;
	await expect(source.bytes('file', 100_000, 100_001)).rejects.toThrow(
		sourceError('changed from 200000 to 200001 bytes')
	);
});

test('a range beyond the file is refused', async () => {
	for (const ranges of [true, false]) {
		const { source } = await start(files, { ranges });
		await source.maybeSize('large');
		await expect(source.bytes('large', 199_999, 200_001)).rejects.toThrow(
			sourceError('has 200000 bytes, but 200001 are needed')
		);
		await server!.close();
	}
});

test('an abort stops a request before, while waiting and in mid-body', async () => {
	const aborted = { name: 'AbortError' };
	const { source } = await start(files, {
		handle: {
			never: () => {},
			slow(_request, response) {
				response.writeHead(206, { 'Content-Range': 'bytes 0-99999/200000' });
				response.write(large.subarray(0, 10));
			}
		}
	});
	await expect(source.maybeSize('large', AbortSignal.abort())).rejects.toMatchObject(aborted);
	for (const path of ['never', 'slow']) {
		const controller = new AbortController();
		const bytes = source.bytes(path, 0, 100_000, controller.signal);
		setTimeout(() => controller.abort(), 50);
		await expect(bytes).rejects.toMatchObject(aborted);
	}
	expect(await source.maybeSize('large')).toBe(200_000);
});

test('names are escaped and may not leave the folder', async () => {
	const { source, url } = await start({ 'sub/a b?#%.txt': 'x' });
	expect(await source.maybeText('sub/a b?#%.txt')).toBe('x');
	await expect(source.maybeText('../x')).rejects.toThrow(sourceError('invalid file name'));
	const withoutSlash = urlSource(`${url}sub`);
	expect(await withoutSlash.maybeText('a b?#%.txt')).toBe('x');
});

test('only absolute web addresses are taken', () => {
	expect(() => urlSource('models/gemma')).toThrow(sourceError('no absolute address'));
	expect(() => urlSource('file:///models')).toThrow(sourceError('expected http: or https:'));
});

test('the embedded model costs two requests, one without ranges', async () => {
	const model = await readFile('static/models/gemma3-mini/model.safetensors');
	for (const [ranges, requests] of [
		[true, 2],
		[false, 1]
	] as const) {
		const { source, log } = await start({ 'model.safetensors': model }, { ranges });
		const checkpoint = await openCheckpoint(source);
		let byteLength = 0;
		const updates: number[] = [];
		const tensors = checkpoint.readAll(checkpoint.tensors.keys(), (loaded) => updates.push(loaded));
		for await (const { info, bytes } of tensors) {
			byteLength += bytes.byteLength;
			const original = model.subarray(info.start, info.start + info.byteLength);
			expect(Buffer.compare(bytes, original)).toBe(0);
		}
		expect(byteLength).toBe(updates.at(-1));
		expect(log).toHaveLength(requests);
		if (ranges) expect(updates.length).toBeGreaterThan(10);
		await server!.close();
	}
});
