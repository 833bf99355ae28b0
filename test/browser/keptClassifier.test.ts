import { afterEach, beforeEach, expect, test } from 'vitest';
import { startInferenceClient, type InferenceClient } from '../../src/lib/rpc/client.js';
import type { ModelSource, PickedFile } from '../../src/lib/rpc/modelServices.js';
import { hashParts } from '../../src/lib/sources/hashedSource.js';

const dtype = 'q4';
const key = `files the classifier ${dtype}`;
const paths = ['config', 'generation_config', 'preprocessor_config', 'processor_config'];
const names = [...paths, 'tokenizer', 'tokenizer_config'].map((path) => `${path}.json`);

let client: InferenceClient;
beforeEach(async () => {
	client = startInferenceClient(() => {});
	await client.service.deleteModel(key).catch(() => {});
});
afterEach(async () => {
	await client.service.dispose();
	await client.service.deleteModel(key);
	client.terminate();
});

async function pickMini(): Promise<PickedFile[]> {
	const files: PickedFile[] = [];
	for (const path of [...names, 'model.safetensors']) {
		const response = await fetch(`/models/gemma3-mini/${path}`);
		if (!response.ok) continue;
		const options = { lastModified: 1 };
		files.push({ path, file: new File([await response.blob()], path, options) });
	}
	return files;
}

const load = (source: ModelSource) =>
	client.service.load({ source, name: 'the classifier', device: 'wasm', dtype });

async function classify() {
	const prompt = { kind: 'plain', text: 'This film is wonderful.' } as const;
	const { id } = await client.service.run({ prompt });
	return client.service.classify(id);
}

/** Makes of a kept model what a version left that knew no classification heads. */
async function forgetHead(): Promise<void> {
	const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
	const folder = await models.getDirectoryHandle(key);
	const read = async (path: string) => (await folder.getFileHandle(path)).getFile();
	const write = async (path: string, content: string | Uint8Array<ArrayBuffer>) => {
		const file = await (await folder.getFileHandle(path)).createWritable();
		await file.write(content);
		await file.close();
	};
	const bytes = new Uint8Array(await (await read('model.safetensors')).arrayBuffer());
	const header = new TextDecoder('latin1').decode(bytes);
	bytes.set(new TextEncoder().encode('spare.weight'), header.indexOf('score.weight'));
	const { hasScore, ...manifest } = JSON.parse(await (await read('stored-model.json')).text());
	expect(hasScore).toBe(true);
	await write('model.safetensors', bytes);
	const parts = await hashParts(new Blob([bytes]));
	await write('stored-model.json', JSON.stringify({ ...manifest, parts }));
}

test('a model that was kept in 4 bits classifies as it did, and one kept by an older version says what to do', async () => {
	await load({ kind: 'files', files: await pickMini() });
	const fresh = await classify();
	const best = fresh.labels.find(({ label }) => label === 'positive')!;
	expect(best.probability).toBeGreaterThan(0.9);
	await load({ kind: 'stored', key });
	expect(await classify()).toEqual(fresh);

	await forgetHead();
	const { name } = await load({ kind: 'stored', key });
	expect(name).toBe('the classifier');
	await expect(classify()).rejects.toThrow(
		'the classifier was kept in this browser by an older version, which left the classification head out'
	);
});
