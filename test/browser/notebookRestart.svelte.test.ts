import { expect, test } from 'vitest';
import { toNotebook } from '../../src/lib/notebook/notebook.js';
import { startInferenceClient } from '../../src/lib/rpc/client.js';
import { ModelState } from '../../src/lib/state/ModelState.svelte.js';
import { NotebookDesk } from '../../src/lib/state/notebook/NotebookDesk.svelte.js';
import { NotebookState } from '../../src/lib/state/notebook/NotebookState.svelte.js';
import { NotebookStore } from '../../src/lib/storage/notebookStore.js';

const request = {
	source: { kind: 'url' as const, url: new URL('/models/gemma3-mini/', location.href).href },
	name: 'gemma3-mini',
	device: 'webgpu' as const
};

const until = (condition: () => boolean) =>
	expect.poll(condition, { timeout: 200_000, interval: 10 }).toBe(true);

test('a graphics device that is lost in mid-run takes no result of a notebook along', async () => {
	const workers: Worker[] = [];
	const model = new ModelState((onStopped) => {
		const worker = new Worker(new URL('./loseDevice.worker.ts', import.meta.url), {
			type: 'module'
		});
		workers.push(worker);
		return startInferenceClient(onStopped, worker);
	});
	const store = new NotebookStore('notebook restart');
	const { id } = await store.create(
		toNotebook({
			title: '',
			model: request.name,
			cells: [
				{
					id: 'prompt-1',
					kind: 'prompt',
					settings: { template: 'plain', text: 'Once upon a time' }
				},
				{
					id: 'generation-1',
					kind: 'generation',
					source: 'prompt-1',
					settings: { maxNewTokens: 200, doSample: true, temperature: 100, topK: 0, topP: 1 }
				},
				{
					id: 'generation-2',
					kind: 'generation',
					source: 'prompt-1',
					settings: { maxNewTokens: 2 }
				}
			]
		})
	);
	const notebook = await NotebookState.open(store, id);
	let desk!: NotebookDesk;
	const end = $effect.root(() => {
		desk = new NotebookDesk(notebook, model);
	});
	await model.load(request);
	expect(model.info!.device).toBe('webgpu');
	const { runner, results } = desk;
	await runner.run({ cell: 'prompt-1' });
	const trace = results.live('prompt-1')!.trace!;
	const kept = await trace.attention({ layer: 0 });
	const running = runner.run('stale');
	await until(() => /^token [3-9]/.test(runner.progress('generation-1')?.text ?? ''));
	workers[0].postMessage('lose the devices');
	await running;
	expect(runner.failure('generation-1')!.message).toMatch(/graphics device was lost/);
	expect(runner.failure('generation-1')!.remedy).toMatch(/all results so far are kept/);
	expect(runner.failure('generation-2')).toBeNull();
	expect(runner.isWaiting('generation-2')).toBe(false);
	await until(() => model.status === 'ready' && results.isLost('prompt-1'));
	expect(workers).toHaveLength(2);
	expect(results.live('prompt-1')!.trace).toBe(trace);
	expect(await trace.attention({ layer: 0 })).toBe(kept);
	await expect(trace.attention({ layer: 1 })).rejects.toThrow('no longer holds this run');

	await runner.run({ cell: 'generation-2' });
	expect(runner.failure('generation-2')).toBeNull();
	expect(results.live('generation-2')!.trace!.tokens.at(-1)!.step).toBe(1);
	expect(results.isHeld('prompt-1')).toBe(true);
	const again = await results.live('prompt-1')!.trace!.attention({ layer: 0 });
	expect(again.data).toEqual(kept.data);
	await desk.close();
	end();
	model.dispose();
}, 300_000);
