import { wrap } from 'comlink';
import { expect, test } from 'vitest';
import { chooseDevice } from '../../workers/device.js';
import type { DeviceLostService } from './deviceLost.worker.js';

const folder = `${location.origin}/test/fixtures/goldens/text/`;

test('a device that is lost in mid-run ends the run, and the next one, with a sentence', async () => {
	const worker = new Worker(new URL('./deviceLost.worker.ts', import.meta.url), {
		type: 'module'
	});
	try {
		const remote = wrap<DeviceLostService>(worker);
		const { logits, during, after } = await remote.loseDevice(folder, [[2, 5, 9, 14, 3]]);
		expect(logits.dims).toEqual([1, 5, 512]);
		const sentence = /^DeviceLostError: The graphics device was lost.*WebAssembly/;
		expect(during).toMatch(sentence);
		expect(after).toMatch(sentence);
	} finally {
		worker.terminate();
	}
}, 60_000);

test('without WebGPU, and with a software adapter, the model runs on wasm and says why', async () => {
	const none = await chooseDevice('auto', undefined);
	expect(none).toEqual({
		device: 'wasm',
		reason: 'WebAssembly, because this browser has no WebGPU.'
	});
	const software = await chooseDevice('auto', navigator.gpu);
	expect(software.device).toBe('wasm');
	expect(software.reason).toMatch(/software|no graphics adapter/);
});
