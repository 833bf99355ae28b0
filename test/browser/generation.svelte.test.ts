import { expect, test } from 'vitest';
import { WorkerStoppedError, startInferenceClient } from '../../src/lib/rpc/client.js';
import { GenerationState } from '../../src/lib/state/GenerationState.svelte.js';
import { ModelState } from '../../src/lib/state/ModelState.svelte.js';
import { RunState } from '../../src/lib/state/RunState.svelte.js';
import { branchesOf } from '../../src/lib/views/branchTree.js';

const request = {
	source: { kind: 'url' as const, url: new URL('/models/gemma3-mini/', location.href).href },
	name: 'gemma3-mini'
};
const question = 'What is the capital of France?';

const until = (condition: () => boolean) =>
	expect.poll(condition, { timeout: 200_000, interval: 10 }).toBe(true);

/** The page's states over the real worker, with the worker's end in reach. */
async function open(
	text = question,
	kind: 'chat' | 'plain' = 'chat',
	device: 'wasm' | 'webgpu' = 'wasm',
	startWorker?: () => Worker
) {
	let kill!: () => void;
	const model = new ModelState((onStopped) => {
		const client = startInferenceClient(onStopped, startWorker?.());
		kill = () => {
			client.terminate();
			onStopped(new WorkerStoppedError('the model worker stopped'));
		};
		return client;
	});
	const run = new RunState(model);
	const generation = new GenerationState(model, run);
	run.edit({ kind, text });
	await model.load({ ...request, device });
	await until(() => run.trace !== null && run.activity === 'none');
	return { model, run, generation, kill: () => kill() };
}

const text = ({ taken }: GenerationState) =>
	taken.map(({ step }) => step.record.token.text).join('');

test('a generation steps, goes back at once, and repeats itself going forward', async () => {
	const { model, generation } = await open();
	await generation.prepare();
	expect(generation.answer!.next.candidates).toHaveLength(20);
	for (let i = 0; i < 3; i++) await generation.stepForward();
	const three = text(generation);
	expect(generation.taken).toHaveLength(3);
	expect(generation.answer!.steps).toHaveLength(3);
	generation.stepBack();
	generation.stepBack();
	expect(generation.taken).toHaveLength(1);
	expect(generation.path).toHaveLength(3);
	expect(generation.answer).toBeNull();
	await generation.stepForward();
	await generation.stepForward();
	expect(text(generation)).toBe(three);
	expect(generation.history.tree.nodes.size).toBe(3);
	await generation.play();
	expect(text(generation)).toContain('Paris');
	expect(generation.stop).toEqual({ reason: 'stop_token' });
	expect(generation.tokensPerSecond).toBeGreaterThan(0);
	model.dispose();
});

test('a run ends at a limit or a text, and plays on behind it', async () => {
	const { model, generation } = await open();
	generation.stopping = { maxNewTokens: 3 };
	await generation.play();
	expect(generation.taken).toHaveLength(3);
	expect(generation.stop).toEqual({ reason: 'max_new_tokens' });
	generation.stopping = { stopStrings: ['Paris'] };
	await generation.play();
	expect(text(generation)).toMatch(/Paris$/);
	expect(generation.stop).toMatchObject({ reason: 'stop_string' });
	await generation.play();
	expect(generation.stop).toEqual({ reason: 'stop_token' });
	model.dispose();
});

test('another candidate starts a branch; the first run stays and can be gone on with', async () => {
	const { model, generation } = await open();
	await generation.play();
	const first = text(generation);
	const { tip } = generation.history;
	generation.goTo(4);
	const { candidates } = generation.path[4].step.record.distribution!;
	const other = candidates.find(({ id }) => id !== generation.path[4].step.record.token.id)!;
	await generation.choose(other.id, 4);
	await generation.force(' and so on');
	await generation.stepForward();
	expect(text(generation)).toContain(`${other.text} and so on`);
	const branches = branchesOf(generation.history.tree);
	expect(branches).toMatchObject([
		{ name: 1, shared: 0 },
		{ name: 2, shared: 4 }
	]);
	generation.switchTo(tip!);
	expect(text(generation)).toBe(first);
	await generation.stepForward();
	expect(text(generation).startsWith(first)).toBe(true);
	expect(generation.taken).toHaveLength(generation.path.length);
	generation.removeBranch(branches[1].start);
	expect(branchesOf(generation.history.tree)).toHaveLength(1);
	model.dispose();
});

test('sampler and seed change in mid-run; the same seed makes the same run, other seeds others', async () => {
	const { model, generation } = await open('Once upon a time', 'plain');
	generation.setSampling({ doSample: true, temperature: 1.5, topK: 50 });
	generation.setSeed(7);
	for (let i = 0; i < 4; i++) await generation.stepForward();
	generation.setSampling({ temperature: 3 });
	for (let i = 0; i < 8; i++) await generation.stepForward();
	const samplings = generation.path.map(({ step }) => step.record.distribution!.sampling);
	expect(samplings.map(({ temperature }) => temperature)).toEqual([
		...Array.from({ length: 4 }, () => 1.5),
		...Array.from({ length: 8 }, () => 3)
	]);
	expect(generation.path[0].step.record.distribution!.kept.topK).toBe(50);
	const made = text(generation);
	await generation.runAgain();
	expect(generation.replay).toMatchObject({ length: 12, same: 12 });
	expect(generation.replay!.largestDifference).toBeLessThan(1e-5);
	expect(text(generation)).toBe(made);
	expect(generation.history.tree.nodes.size).toBe(12);
	generation.goTo(0);
	generation.setSeed(8);
	for (let i = 0; i < 12; i++) await generation.stepForward();
	expect(text(generation)).not.toBe(made);
	expect(branchesOf(generation.history.tree)).toHaveLength(2);
	model.dispose();
});

test('playing pauses within a token and keeps what it made; a change of the sampler goes on', async () => {
	const { model, generation } = await open('Once upon a time', 'plain');
	const playing = generation.play();
	await until(() => generation.taken.length >= 2);
	expect(generation.activity).toBe('playing');
	const made = generation.taken.length;
	generation.pause();
	await playing;
	expect(generation.activity).toBe('none');
	expect(generation.taken.length).toBeGreaterThanOrEqual(made);
	expect(generation.taken.length).toBeLessThanOrEqual(made + 2);
	generation.goTo(0);
	generation.pace = 20;
	void generation.play();
	await until(() => generation.taken.length >= 2);
	generation.setSampling({ repetitionPenalty: 1.3 });
	await until(
		() => generation.taken.at(-1)!.step.record.distribution!.sampling.repetitionPenalty === 1.3
	);
	expect(generation.activity).toBe('playing');
	generation.goTo(2);
	await until(() => generation.activity === 'none');
	expect(generation.taken).toHaveLength(2);
	expect(generation.failure).toBeNull();
	model.dispose();
});

test('a key that is closed in mid-run gets no weight from then on, and undoing it brings it back', async () => {
	const { model, generation } = await open();
	for (let i = 0; i < 3; i++) await generation.stepForward();
	const { length: promptLength } = generation.answer!.tokens;
	const position = promptLength - 1;
	const keys = { start: 3, end: 4 };
	const edit = { layer: 5, queries: { start: position, end: 1024 }, keys, open: false };
	await generation.look([5]);
	const row = () => generation.seen!.reading.attentions[0];
	expect(generation.seen!.node).toBe(generation.newest!.id);
	expect(row().data[3]).toBeGreaterThan(0);
	const before = generation.answer!.next.candidates[0].logit;
	generation.setEdits([edit]);
	await generation.look([5]);
	expect(generation.answer!.masks.edits).toEqual([edit]);
	expect(generation.answer!.next.candidates[0].logit).not.toBe(before);
	for (let head = 0; head < 4; head++) expect(row().data[head * (position + 1) + 3]).toBe(0);
	await generation.stepForward();
	generation.stepBack();
	generation.setEdits([]);
	await generation.look([5]);
	expect(generation.answer!.next.candidates[0].logit).toBeCloseTo(before, 4);
	expect(row().data[3]).toBeGreaterThan(0);
	model.dispose();
});

test('tokens so far are shown in the other pictures, and another prompt brings other branches', async () => {
	const { model, run, generation } = await open();
	for (let i = 0; i < 3; i++) await generation.stepForward();
	expect(generation.isFollowed).toBe(false);
	const { key } = generation;
	await generation.follow();
	expect(generation.isFollowed).toBe(true);
	expect(generation.key).toBe(key);
	expect(run.trace!.tokens.filter(({ step }) => step !== null)).toHaveLength(3);
	await generation.stepForward();
	run.edit({ text: 'What is 14 + 28?' });
	await run.run();
	expect(generation.taken).toHaveLength(0);
	await generation.stepForward();
	expect(generation.taken).toHaveLength(1);
	run.edit({ text: question });
	await run.run();
	expect(generation.taken).toHaveLength(4);
	await generation.stepForward();
	expect(generation.taken).toHaveLength(5);
	model.dispose();
});

test('a worker that dies in mid-run takes no token along, and the run goes on as if it had not', async () => {
	const whole = await open('Once upon a time', 'plain');
	const sampling = { doSample: true, temperature: 1.2, topK: 40 };
	whole.generation.setSampling(sampling);
	for (let i = 0; i < 14; i++) await whole.generation.stepForward();
	const expected = text(whole.generation);
	whole.model.dispose();

	const { model, generation, kill } = await open('Once upon a time', 'plain');
	generation.setSampling(sampling);
	generation.pace = 25;
	void generation.play();
	await until(() => generation.taken.length >= 6);
	kill();
	await until(() => generation.activity === 'none');
	const kept = generation.taken.length;
	expect(kept).toBeGreaterThanOrEqual(6);
	expect(generation.failure!.remedy).toMatch(/^All \d+ tokens are kept/);
	generation.goTo(2);
	generation.goTo(kept);
	expect(expected.startsWith(text(generation))).toBe(true);
	await until(() => generation.canGenerate);
	while (generation.taken.length < 14) await generation.stepForward();
	expect(generation.failure).toBeNull();
	expect(text(generation)).toBe(expected);
	expect(generation.history.tree.nodes.size).toBe(14);
	model.dispose();
});

test('a graphics device that is lost in mid-run takes no token along either', async () => {
	const workers: Worker[] = [];
	const startWorker = () => {
		const worker = new Worker(new URL('./loseDevice.worker.ts', import.meta.url), {
			type: 'module'
		});
		workers.push(worker);
		return worker;
	};
	const { model, generation } = await open('Once upon a time', 'plain', 'webgpu', startWorker);
	expect(model.info!.device).toBe('webgpu');
	void generation.play();
	await until(() => generation.taken.length >= 4);
	workers[0].postMessage('lose the devices');
	await until(() => generation.activity === 'none' && generation.failure !== null);
	const kept = text(generation);
	expect(generation.taken.length).toBeGreaterThanOrEqual(4);
	expect(generation.failure!.message).toMatch(/lost/);
	expect(generation.failure!.remedy).toMatch(/^All \d+ tokens are kept/);
	await until(() => generation.canGenerate);
	expect(workers).toHaveLength(2);
	const { length } = generation.taken;
	await generation.stepForward();
	expect(generation.taken).toHaveLength(length + 1);
	expect(text(generation).startsWith(kept)).toBe(true);
	model.dispose();
}, 300_000);
