import { expect, test } from 'vitest';
import { WorkerStoppedError, type InferenceClient } from '../../src/lib/rpc/client.js';
import type { InferenceService, RunRequest } from '../../src/lib/rpc/services.js';
import { ModelState } from '../../src/lib/state/ModelState.svelte.js';
import { RunState } from '../../src/lib/state/RunState.svelte.js';
import { startInferenceClient } from '../../src/lib/rpc/client.js';

const request = {
	source: { kind: 'url' as const, url: new URL('/models/gemma3-mini/', location.href).href },
	name: 'gemma3-mini',
	device: 'wasm' as const
};

/** The real worker, with what the page never does in reach: killing it, and counting runs. */
function createModel() {
	let kill!: (error: WorkerStoppedError) => void;
	const started: InferenceClient[] = [];
	const runs: RunRequest[] = [];
	const model = new ModelState((onStopped) => {
		const client = startInferenceClient(onStopped);
		started.push(client);
		kill = (error) => {
			client.terminate();
			onStopped(error);
		};
		const service: InferenceService = {
			...client.service,
			run: (run, signal) => {
				runs.push(run);
				return client.service.run(run, signal);
			}
		};
		return { ...client, service };
	});
	return {
		model,
		started,
		runs,
		kill: () => kill(new WorkerStoppedError('the model worker stopped'))
	};
}

const until = (condition: () => boolean) => expect.poll(condition, { timeout: 60_000 }).toBe(true);

test('a model loads with progress, and the prompt runs as soon as it is ready', async () => {
	const { model } = createModel();
	const run = new RunState(model);
	run.edit({ kind: 'chat', text: 'What is the capital of France?' });
	const loading = model.load(request);
	expect(model.status).toBe('loading');
	expect(model.service).toBeNull();
	expect(await loading).toBe(true);
	expect(model.info).toMatchObject({ name: 'gemma3-mini', device: 'wasm', recorded: false });
	await until(() => run.trace !== null);
	expect(run.isStale).toBe(false);
	expect(run.trace!.tokens.map((token) => token.text).join('')).toContain('capital of France?');
	model.dispose();
});

test('the latest of two runs wins, and an edit makes the result stale', async () => {
	const { model, runs } = createModel();
	const run = new RunState(model);
	await model.load(request);
	run.edit({ kind: 'plain', text: 'one' });
	const first = run.run();
	run.edit({ text: 'one two three' });
	await Promise.all([first, run.run()]);
	expect(runs).toHaveLength(2);
	expect(run.activity).toBe('none');
	expect(run.trace!.tokens.map((token) => token.text).join('')).toBe('<bos>one two three');
	run.edit({ text: 'one two' });
	expect(run.isStale).toBe(true);
	model.dispose();
});

test('typing runs once, after a pause', async () => {
	const { model, runs } = createModel();
	const run = new RunState(model);
	await model.load(request);
	for (const text of ['P', 'Pl', 'Pla']) {
		run.edit({ kind: 'plain', text });
		run.schedule(40);
	}
	await until(() => run.trace !== null);
	expect(runs.map(({ prompt }) => prompt)).toEqual([{ kind: 'plain', text: 'Pla' }]);
	model.dispose();
});

test('an empty prompt is said in words', async () => {
	const { model } = createModel();
	const run = new RunState(model);
	await model.load(request);
	run.edit({ kind: 'plain', text: '  ' });
	await run.run();
	expect(run.failure).toEqual({ message: 'The prompt is empty.', remedy: 'Type some text.' });
	model.dispose();
});

test('a dead worker is started again with its model, the page says so, and the prompt runs again', async () => {
	const { model, started, runs, kill } = createModel();
	const run = new RunState(model);
	run.edit({ kind: 'plain', text: 'Plants' });
	await model.load(request);
	await until(() => run.trace !== null);
	kill();
	expect(model.status).toBe('loading');
	expect(model.notice!.message).toBe('The model worker stopped.');
	await until(() => model.status === 'ready');
	expect(started).toHaveLength(2);
	await until(() => runs.length === 2 && run.activity === 'none');
	expect(run.failure).toBeNull();
	expect(run.trace!.tokens.map((token) => token.text).join('')).toBe('<bos>Plants');
	model.dispose();
});

test('a worker that keeps dying is given up, with advice', async () => {
	const { model, kill } = createModel();
	void model.load(request);
	for (let i = 0; i < 3; i++) kill();
	expect(model.status).toBe('failed');
	expect(model.failure!.remedy).toContain('Reload the page');
	model.dispose();
});

test('loading another model, or nothing, aborts the first', async () => {
	const { model } = createModel();
	const first = model.load(request);
	const second = model.load({ ...request, name: 'again' });
	expect(await first).toBe(false);
	expect(await second).toBe(true);
	expect(model.info!.name).toBe('again');
	const third = model.load({
		...request,
		source: { kind: 'url', url: `${request.source.url}nothing/` }
	});
	expect(await third).toBe(false);
	// The model before it is still there.
	expect(model.status).toBe('ready');
	expect(model.info!.name).toBe('again');
	expect(model.failure!.message).toMatch(/config\.json/);
	model.dispose();
});

test('a load that is paused goes on when told to; one that is cancelled leaves the model before it', async () => {
	const { model } = createModel();
	await model.load(request);
	const other = model.load({ ...request, name: 'other' });
	model.pause();
	expect(await other).toBe(false);
	expect(model).toMatchObject({ isPaused: true, status: 'ready', failure: null });
	expect(model.info!.name).toBe('gemma3-mini');
	model.resume();
	expect(model).toMatchObject({ isPaused: false, status: 'loading' });
	await until(() => model.status === 'ready');
	expect(model.info!.name).toBe('other');
	void model.load({ ...request, name: 'third' });
	model.cancel();
	expect(model).toMatchObject({ isPaused: false, status: 'ready', loading: null });
	expect(model.info!.name).toBe('other');
	model.dispose();
});
