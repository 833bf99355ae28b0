import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';
import type { Prompt } from '../../src/lib/rpc/services.js';
import { directorySource } from '../../src/lib/sources/directorySource.js';
import { LiveTrace } from '../../src/lib/trace/liveTrace.js';
import { recordTrace } from '../../src/lib/trace/recordTrace.js';
import { ModelService } from '../../workers/inferenceService.js';

/**
 * Runs the page's first example through the embedded model and writes what came out to
 * `static/examples/first.trace.json`, which the page shows before its own model is ready.
 * Run it again whenever the model or the recording's format changes.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const prompt: Prompt = {
	kind: 'chat',
	messages: [{ role: 'user', content: 'What is the capital of France?' }]
};

ort.env.wasm.numThreads = 1;
const service = new ModelService({ loadOrt: async () => ort, openSource: directorySource });
const { notices: _, ...model } = await service.load({
	source: { kind: 'url', url: `${root}static/models/gemma3-mini` },
	name: 'gemma3-mini',
	device: 'wasm'
});
const run = await service.run({ prompt });
const recording = await recordTrace(new LiveTrace(service, run, model), prompt);
await service.dispose();

const folder = `${root}static/examples`;
await mkdir(folder, { recursive: true });
const text = JSON.stringify(recording);
await writeFile(`${folder}/first.trace.json`, text);
console.log(
	`${recording.tokens.length} tokens, ${text.length} bytes, largest error ${recording.attentions.maxError.toExponential(1)}`
);
