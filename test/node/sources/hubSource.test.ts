import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { hubSource, type HubOptions } from '../../../src/lib/sources/hubSource.js';
import { startHubServer, type HubServer } from '../../support/hubServer.js';

const repository = 'owner/gemma-3-tiny';
const large = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) ^ (i >> 8));
const files = { 'config.json': '{"é":1}', 'model.safetensors': large };

let server: HubServer;
afterEach(() => server?.close());

async function start(faults: Parameters<typeof startHubServer>[2] = {}, options: HubOptions = {}) {
	server = await startHubServer(repository, files, faults);
	const { endpoint } = server;
	return hubSource(repository, { endpoint, delay: () => 1, ...options });
}

const sourceError = (...parts: (string | RegExp)[]) =>
	expect.objectContaining({
		name: 'SourceError',
		message: expect.stringMatching(
			new RegExp(parts.map((part) => (part instanceof RegExp ? part.source : part)).join('.*'))
		)
	});

test('nothing is asked before the first read; then all reads are of one commit', async () => {
	const source = await start();
	expect(server.log).toEqual([]);
	expect(await source.maybeText('config.json')).toBe('{"é":1}');
	expect(await source.maybeSize('model.safetensors')).toBe(1_000_000);
	expect(await source.bytes('model.safetensors', 7, 20)).toEqual(large.slice(7, 20));
	expect(await source.maybeText('nothing.json')).toBeNull();
	expect(await source.maybeSize('nothing.bin')).toBeNull();
	const commit = '1'.repeat(40);
	expect(server.log).toEqual([
		`GET /api/models/${repository}/revision/main?blobs=true whole`,
		`GET /${repository}/resolve/${commit}/config.json whole`,
		'GET /config.json?signature=1 whole',
		// The first bytes of a file come with as many more as a header may have.
		`GET /${repository}/resolve/${commit}/model.safetensors bytes=0-65535`,
		'GET /model.safetensors?signature=1 bytes=0-65535'
	]);
	expect(await source.bytes('model.safetensors', 0, 60_000)).toEqual(large.slice(0, 60_000));
	expect(server.log).toHaveLength(5);
	expect(await source.bytes('model.safetensors', 7, 70_000)).toEqual(large.slice(7, 70_000));
	expect(server.log.at(-1)).toBe('GET /model.safetensors?signature=1 bytes=7-69999');
	const info = await source.info();
	expect(info.commit).toBe(commit);
	const sha256 = createHash('sha256').update(large).digest('hex');
	expect(info.files!.get('model.safetensors')).toEqual({ size: 1_000_000, sha256 });
	expect(info.files!.get('config.json')).toEqual({ size: 8, sha256: null });
});

test('a mirror without a list of files is read by name', async () => {
	const source = await start({ hasNoList: true });
	expect(await source.info()).toEqual({ commit: null, files: null });
	expect(await source.maybeSize('model.safetensors')).toBe(1_000_000);
	expect(await source.maybeText('nothing.json')).toBeNull();
	expect(server.log.at(-1)).toBe(`GET /${repository}/resolve/main/nothing.json whole`);
});

test('the token goes to the Hub, and not to the store that it redirects to', async () => {
	const source = await start({ token: 'hf_secret' }, { token: 'hf_secret' });
	expect(await source.bytes('model.safetensors', 0, 3)).toEqual(large.slice(0, 3));
	expect(server.log.map((line) => line.endsWith(' token'))).toEqual([true, true, false]);
	expect(JSON.stringify(source)).not.toContain('hf_secret');
	expect(server.log.join()).not.toContain('hf_secret');
});

test('a gated repository says where to accept the licence', async () => {
	const without = await start({ token: 'hf_right' });
	await expect(without.maybeText('config.json')).rejects.toThrow(
		sourceError('401', 'gated', `accept the licence at ${server.endpoint}/${repository}`, 'token')
	);
	const wrong = hubSource(repository, { endpoint: server.endpoint, token: 'hf_wrong' });
	const failure = wrong.bytes('model.safetensors', 0, 3);
	await expect(failure).rejects.toThrow(
		sourceError('403', 'accept the licence at', repository, 'with the account of the token')
	);
	await expect(failure).rejects.not.toThrow('hf_wrong');
});

test('an unknown repository, revision or file is named', async () => {
	await start();
	const { endpoint } = server;
	await expect(hubSource('owner/other', { endpoint }).maybeText('a')).rejects.toThrow(
		sourceError('owner/other', '401', 'does not exist: check its name')
	);
	const revision = hubSource(repository, { endpoint, revision: 'v9' });
	await expect(revision.maybeText('a')).rejects.toThrow(
		sourceError(`${repository} has no revision v9; choose a branch`)
	);
	await expect(hubSource(repository, { endpoint }).bytes('a.bin', 0, 1)).rejects.toThrow(
		sourceError('a.bin does not exist')
	);
});

test('a name that is no repository is refused before anything is asked', () => {
	for (const name of ['gemma', 'a/b/c', '../x', 'https://huggingface.co/a/b', 'a/..', '']) {
		expect(() => hubSource(name)).toThrow('is no repository of the Hub');
	}
	expect(() => hubSource('a/b', { revision: '../main' })).toThrow('is no revision');
});

test('a connection cut at every tenth goes on where it broke off, byte for byte', async () => {
	for (let tenth = 0; tenth < 10; tenth++) {
		const errors: string[] = [];
		const source = await start(
			{ cutAfter: tenth * 100_000 },
			{ onRetry: ({ message }) => errors.push(message) }
		);
		const received: number[] = [];
		const bytes = await source.bytes('model.safetensors', 0, 1_000_000, undefined, (count) =>
			received.push(count)
		);
		expect(Buffer.compare(bytes, large)).toBe(0);
		expect(errors).toHaveLength(1);
		expect(errors[0]).toContain('the connection broke');
		expect(received).toEqual([...received].sort((a, b) => a - b));
		const [first, second] = server.log
			.filter((line) => line.startsWith('GET /model'))
			.map((line) => Number(line.match(/bytes=(\d+)-999999/)![1]));
		// Whole network packets may be lost with the connection, never more than was sent.
		expect(first).toBe(0);
		expect(second).toBeLessThanOrEqual(tenth * 100_000);
		await server.close();
	}
});

test('what passes is tried again; what does not is not', async () => {
	const passing = [{ status: 500 }, { status: 503 }, { status: 429, retryAfter: 0 }];
	const source = await start({ statuses: passing });
	expect(await source.bytes('model.safetensors', 0, 70_000)).toEqual(large.slice(0, 70_000));

	server.faults.statuses = Array.from({ length: 9 }, () => ({ status: 500 }));
	await expect(source.bytes('model.safetensors', 0, 70_000)).rejects.toThrow(
		sourceError('500', 'the server failed: try again later')
	);
	expect(server.faults.statuses).toHaveLength(3);

	server.faults.statuses = [{ status: 429, retryAfter: 3600 }];
	await expect(source.bytes('model.safetensors', 0, 70_000)).rejects.toThrow(
		sourceError('429', 'too many requests: wait a minute')
	);
	server.faults.statuses = [{ status: 418 }];
	await expect(source.bytes('model.safetensors', 0, 70_000)).rejects.toThrow(sourceError('418'));
});

test('a server that sends too little is found out', async () => {
	const source = await start({ shorten: 10 }, { retries: 2 });
	await expect(source.bytes('model.safetensors', 70_000, 70_010)).rejects.toThrow(
		sourceError('only 0 bytes came where 10 were asked for')
	);
	server.faults.shorten = 2;
	await expect(source.maybeText('config.json')).rejects.toThrow(
		sourceError('config.json: only 6 bytes came where 8 were asked for')
	);
});

test('an abort ends a wait between tries', async () => {
	const source = await start({ statuses: [{ status: 500 }] }, { delay: () => 60_000 });
	const controller = new AbortController();
	const reading = source.bytes('model.safetensors', 0, 3, controller.signal);
	setTimeout(() => controller.abort(), 100);
	await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});

test('a failed first question is asked again', async () => {
	const source = await start();
	const { endpoint } = server;
	await server.close();
	const alone = hubSource(repository, { endpoint, retries: 0 });
	await expect(alone.maybeText('config.json')).rejects.toThrow(sourceError('cannot be reached'));
	await expect(source.maybeText('config.json')).rejects.toThrow(sourceError('cannot be reached'));
});
