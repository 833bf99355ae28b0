import { readFileSync } from 'node:fs';
import { compile } from 'svelte/compiler';
import ts from 'typescript';
import { expect, test } from 'vitest';
import type { WeightMatrix } from '../../src/lib/views/attentionPicture.js';
import { viewNames } from '../../src/lib/views/viewLink.js';

const guide = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8');

/** The guide's code blocks of one language, in order. */
const blocks = (language: string) =>
	[...guide.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map(
		([, code]) => code
	);

function toModule(code: string): string {
	const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext };
	return ts.transpileModule(code, { compilerOptions, reportDiagnostics: true }).outputText;
}

test('the numbers of the worked example are right', async () => {
	const [source] = blocks('ts');
	const url = `data:text/javascript,${encodeURIComponent(toModule(source))}`;
	const { attentionDistance } = (await import(/* @vite-ignore */ url)) as {
		attentionDistance: (matrix: WeightMatrix) => Float64Array;
	};
	const weights = Float32Array.of(1, 0, 0, 0.5, 0.5, 0, 0.25, 0.25, 0.5);
	expect(Array.from(attentionDistance({ queries: 3, keys: 3, weights }))).toEqual([0, 0.5, 0.75]);
	// The guide's own test says the same of its own numbers.
	const [, ownTest] = blocks('ts');
	expect(ownTest).toContain('toEqual([0, 0.5])');
	const own = Float32Array.of(1, 0, 0.5, 0.5);
	expect(Array.from(attentionDistance({ queries: 2, keys: 2, weights: own }))).toEqual([0, 0.5]);
});

test('the component of the worked example compiles without a warning', () => {
	const [component] = blocks('svelte');
	const { warnings } = compile(component, { generate: 'client', runes: true });
	expect(warnings.map(({ code }) => code)).toEqual([]);
});

test('what the guide names is there', () => {
	const paths = [...guide.matchAll(/`((?:src|test|workers)\/[\w./+-]+\.(?:ts|md|svelte))`/g)].map(
		([, path]) => path
	);
	const example = /attentionDistance|DistanceFigure/;
	for (const path of paths.filter((name) => !example.test(name))) {
		expect(() => readFileSync(new URL(`../../${path}`, import.meta.url)), path).not.toThrow();
	}
	expect(paths.length).toBeGreaterThan(6);
	expect(viewNames.length).toBeGreaterThan(0);
});
