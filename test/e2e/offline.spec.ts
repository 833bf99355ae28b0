import { expect, test } from '@playwright/test';

test('no request leaves the origin, and the page is cross-origin isolated', async ({
	context,
	page,
	baseURL
}) => {
	const foreign: string[] = [];
	const check = (url: string) => {
		const { origin, protocol } = new URL(url);
		const isLocal = origin === baseURL || protocol === 'data:' || protocol === 'blob:';
		if (!isLocal) foreign.push(url);
	};
	// The context sees the requests of workers too.
	context.on('request', (request) => check(request.url()));
	page.on('websocket', (socket) => check(socket.url()));

	const engineParts = ['.safetensors', '.wasm'].map((ending) =>
		context.waitForEvent('requestfinished', (request) => request.url().endsWith(ending))
	);
	await page.goto('/');
	expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
	// The model and its runtime have come, so that nothing is left to fetch.
	await Promise.all(engineParts);
	await page.waitForLoadState('networkidle');
	expect(foreign).toEqual([]);
});
