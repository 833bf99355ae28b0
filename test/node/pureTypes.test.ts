import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Type errors of a source text in a toolkit folder, under tsconfig.pure.json. */
function typeErrors(code: string): string[] {
	const config = ts.readConfigFile('tsconfig.pure.json', ts.sys.readFile).config;
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
	const path = resolve('src/lib/tensor/inMemory.ts');
	const host = ts.createCompilerHost(options);
	const { fileExists, getSourceFile } = host;
	host.fileExists = (name) => resolve(name) === path || fileExists(name);
	host.getSourceFile = (name, version) =>
		resolve(name) === path
			? ts.createSourceFile(name, code, version)
			: getSourceFile(name, version);
	const program = ts.createProgram([path], options, host);
	return ts
		.getPreEmitDiagnostics(program)
		.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test.for(['document.title', 'window.name', 'localStorage.length', 'process.cwd()', 'HTMLElement'])(
	'the toolkit cannot name %s',
	(expression) => {
		const name = expression.split('.')[0];
		expect(typeErrors(`export const value = ${expression};`).join()).toContain(name);
	}
);

test('the toolkit may use what workers and Node share', () => {
	expect(typeErrors(`export const url = new URL('x', 'https://example.org').href;`)).toEqual([]);
});
