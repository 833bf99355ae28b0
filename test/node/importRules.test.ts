import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const eslint = new ESLint();

/** Rules that a source text breaks, as if it were the file at `path`. Imported names are used. */
async function lint(path: string, code: string): Promise<string[]> {
	const text = code.startsWith('import') ? `${code}\nexport { x };` : code;
	const [result] = await eslint.lintText(text, { filePath: path });
	return [...new Set(result.messages.map((message) => message.ruleId ?? message.message))];
}

const IMPORTS = '@typescript-eslint/no-restricted-imports';

const violations: [path: string, code: string, rule: string][] = [
	['src/lib/tensor/x.ts', `import { x } from '../onnx/protobuf.js';`, IMPORTS],
	['src/lib/tensor/x.ts', `import { x } from 'svelte';`, IMPORTS],
	['src/lib/tensor/x.ts', `import { x } from '$lib/gemma3/rope.js';`, IMPORTS],
	['src/lib/tensor/x.ts', `export { x } from '../onnx/protobuf.js';`, IMPORTS],
	['src/lib/sources/x.ts', `import { x } from '../tensor/tensor.js';`, IMPORTS],
	['src/lib/safetensors/x.ts', `import { x } from '../gemma3/rope.js';`, IMPORTS],
	['src/lib/onnx/x.ts', `import { x } from '../gemma3/rope.js';`, IMPORTS],
	['src/lib/images/x.ts', `import { x } from '../gemma3/rope.js';`, IMPORTS],
	['src/lib/images/simd/x.ts', `import { x } from '../../gemma3/rope.js';`, IMPORTS],
	['src/lib/images/x.ts', `import { x } from '../index.js';`, IMPORTS],
	['src/lib/generation/x.ts', `import { x } from '../../../workers/x.js';`, IMPORTS],
	['src/lib/runtime/x.ts', `import * as x from 'onnxruntime-web';`, IMPORTS],
	['src/lib/gemma3/x.ts', `import * as x from 'comlink';`, IMPORTS],
	['src/lib/gemma3/x.ts', `import { x } from 'd3-array';`, IMPORTS],
	['src/lib/gemma3/x.ts', `import { x } from '../state/model.svelte.js';`, IMPORTS],
	['src/lib/trace/x.ts', `import { x } from '../gemma3/attentionMask.js';`, IMPORTS],
	['src/lib/views/x.ts', `import { x } from '../rpc/client.js';`, IMPORTS],
	['src/lib/views/x.ts', `import { x } from './x.svelte.js';`, IMPORTS],
	['src/lib/rpc/x.ts', `import { x } from '../gemma3/attentionMask.js';`, IMPORTS],
	['src/lib/rpc/x.ts', `import { x } from '../../../workers/service.js';`, IMPORTS],
	['src/lib/state/x.svelte.ts', `import { x } from '../components/x.js';`, IMPORTS],
	['src/lib/index.ts', `export { x } from './state/x.js';`, IMPORTS],
	['src/routes/x.ts', `import { x } from '$lib/rpc/client.js';`, IMPORTS],
	['workers/x.ts', `import { x } from '../src/lib/state/x.svelte.js';`, IMPORTS],
	['workers/x.ts', `import { x } from '../src/lib/tensor/x.svelte.js';`, IMPORTS],
	['workers/x.ts', `import { x } from '$app/environment';`, IMPORTS],
	['workers/x.ts', `import { x } from 'svelte/store';`, IMPORTS],
	[
		'src/lib/components/X.svelte',
		`<script lang="ts">\n\timport { x } from '$lib/rpc/client.js';\n</script>\n\n{x}`,
		IMPORTS
	],
	[
		'src/lib/gemma3/x.ts',
		`export const x = await import('onnxruntime-web');`,
		'no-restricted-syntax'
	],
	['src/lib/state/x.ts', `export const x = new Worker('x.js');`, 'no-restricted-syntax'],
	['src/lib/views/x.ts', `export const x = document.title;`, 'no-restricted-globals'],
	['workers/x.ts', `export const x = window.name;`, 'no-restricted-globals'],
	['src/lib/sources/x.ts', `console.log(1);`, 'no-console'],
	['workers/x.ts', `console.log(1);`, 'no-console'],
	['test/x.ts', `export const x: any = 1;`, '@typescript-eslint/no-explicit-any']
];

test.for(violations)('%s refuses %s', async ([path, code, rule]) => {
	expect(await lint(path, code)).toEqual([rule]);
});

const allowed: [path: string, code: string][] = [
	['src/lib/onnx/x.ts', `import { x } from '../tensor/tensor.js';`],
	['src/lib/onnx/x.ts', `import { x } from './protobuf.js';`],
	['src/lib/images/simd/x.ts', `import { x } from '../rgb.js';`],
	['src/lib/images/simd/x.ts', `import { x } from '../../tensor/tensor.js';`],
	['src/lib/safetensors/x.ts', `import type { x } from '../sources/source.js';`],
	['src/lib/runtime/x.ts', `import type * as x from 'onnxruntime-web';`],
	['src/lib/gemma3/x.ts', `import { x } from '@huggingface/tokenizers';`],
	['src/lib/gemma3/x.ts', `import { x } from '../runtime/runtime.js';`],
	['src/lib/trace/x.ts', `import type { x } from '../rpc/services.js';`],
	['src/lib/views/x.ts', `import { x } from 'd3-scale';`],
	['src/lib/rpc/client.ts', `export const x = new Worker('x.js');`],
	['src/lib/index.ts', `export { x } from './tensor/tensor.js';`],
	['src/routes/x.ts', `import { x } from '$lib/state/model.svelte.js';`],
	['workers/x.ts', `import { x } from '../src/lib/gemma3/rope.js';`],
	['workers/x.ts', `import * as x from 'onnxruntime-web/webgpu';`],
	['test/node/x.ts', `import { x } from '../../workers/service.js';`],
	[
		'src/lib/components/X.svelte',
		`<script lang="ts">\n\timport { x } from '$lib/views/x.js';\n</script>\n\n{x}`
	]
];

test.for(allowed)('%s accepts %s', async ([path, code]) => {
	expect(await lint(path, code)).toEqual([]);
});
